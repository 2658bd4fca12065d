// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Reporting
import Testing

@Suite struct SurfaceMeshTests {
  /// A ball with a soft edge about a place between voxels, [x, z, y].
  private func ball(radius: Float, center: SIMD3<Float>, side: Int) -> Volume {
    var volume = Volume(sizeX: side, sizeZ: side + 2, sizeY: side + 4)
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        for y in 0..<volume.sizeY {
          let way = SIMD3(Float(x), Float(y), Float(z)) - center
          volume[x: x, z: z, y: y] = radius - (way * way).sum().squareRoot()
        }
      }
    }
    return volume
  }

  private func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
  }

  /// By the divergence theorem; positive where triangles run counter-clockwise seen from outside.
  private func volume(of mesh: SurfaceMesh) -> Float {
    mesh.triangles.reduce(0) { sum, corners in
      let (a, b, c) = (
        mesh.vertices[Int(corners.x)], mesh.vertices[Int(corners.y)],
        mesh.vertices[Int(corners.z)]
      )
      return sum + (a * cross(b, c)).sum() / 6
    }
  }

  /// How often each directed edge occurs.
  private func edges(of mesh: SurfaceMesh) -> [SIMD2<Int32>: Int] {
    var edges: [SIMD2<Int32>: Int] = [:]
    for corners in mesh.triangles {
      for (from, to) in [(corners.x, corners.y), (corners.y, corners.z), (corners.z, corners.x)] {
        edges[SIMD2(from, to), default: 0] += 1
      }
    }
    return edges
  }

  @Test func aBallHasItsVolumeItsAreaAndItsPlace() {
    let center = SIMD3<Float>(14.3, 16.6, 15.2)
    let mesh = SurfaceMesh(of: ball(radius: 10, center: center, side: 30), level: 0)
    let exact = 4 / 3 * Float.pi * 1000
    #expect(abs(volume(of: mesh) / exact - 1) < 0.02, "\(volume(of: mesh)) of \(exact)")
    for vertex in mesh.vertices {
      let way = vertex - center
      #expect(abs((way * way).sum().squareRoot() - 10) < 0.12)
    }
    let area = mesh.triangles.reduce(Float(0)) { sum, corners in
      let a = mesh.vertices[Int(corners.x)]
      let normal = cross(mesh.vertices[Int(corners.y)] - a, mesh.vertices[Int(corners.z)] - a)
      return sum + (normal * normal).sum().squareRoot() / 2
    }
    #expect(abs(area / (400 * .pi) - 1) < 0.03)
  }

  @Test func aBallIsClosedAndHasNoHandle() {
    let mesh = SurfaceMesh(
      of: ball(radius: 7, center: SIMD3(10, 11, 10.5), side: 22),
      level: 0
    )
    let edges = edges(of: mesh)
    // Every edge belongs to two triangles, which run through it in opposite directions.
    #expect(edges.values.allSatisfy { $0 == 1 })
    #expect(edges.keys.allSatisfy { edges[SIMD2($0.y, $0.x)] == 1 })
    #expect(mesh.vertices.count - edges.count / 2 + mesh.triangles.count == 2)
  }

  @Test func whatReachesTheFacesOfTheVolumeIsClosedThere() {
    let full = Volume(sizeX: 3, sizeZ: 4, sizeY: 5, filledWith: 1)
    let mesh = SurfaceMesh(of: full, level: 0.5)
    let edges = edges(of: mesh)
    #expect(edges.keys.allSatisfy { edges[SIMD2($0.y, $0.x)] == 1 })
    // Half a voxel beyond the centres of the outermost voxels, corners cut.
    #expect(volume(of: mesh) > 0.8 * 60 && volume(of: mesh) < 60)
    let (x, y) = (mesh.vertices.map(\.x), mesh.vertices.map(\.y))
    #expect(x.min() == -0.5 && x.max() == 2.5 && y.max() == 4.5)
  }

  @Test func nothingAboveTheLevelIsNoSurface() {
    let mesh = SurfaceMesh(of: Volume(sizeX: 3, sizeZ: 3, sizeY: 3, filledWith: .nan), level: 0.5)
    #expect(mesh.vertices.isEmpty && mesh.triangles.isEmpty)
  }
}
