// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A surface made of triangles.
public struct SurfaceMesh: Sendable {
  /// Places (x, y, z) in voxels; whole numbers are the centres of voxels.
  public var vertices: [SIMD3<Float>]
  /// The corners of each triangle, as places in `vertices`.
  public var triangles: [SIMD3<Int32>]

  /// Makes a surface of its parts.
  public init(vertices: [SIMD3<Float>], triangles: [SIMD3<Int32>]) {
    self.vertices = vertices
    self.triangles = triangles
  }

  /// Puts a surface where a field crosses a level, closed at the faces of the volume.
  ///
  /// Surface nets (Gibson, "Constrained elastic surface nets", MICCAI 1998, doi 10.1007/BFb0056277)
  /// in their plain form: every cell of eight voxels that the level cuts holds one vertex, the mean
  /// of the cuts through its edges, and every edge between voxels that the level cuts is crossed by the
  /// four-cornered face of its four cells. It makes fewer and better shaped triangles than marching
  /// cubes and needs no table.
  ///
  /// - Parameters:
  ///   - field: The field, [x, z, y]; NaN counts as 0.
  ///   - level: The level; what is above it is enclosed.
  public init(of field: Volume, level: Float) {
    let net = SurfaceNet(field, level)
    self.init(vertices: net.vertices, triangles: net.triangles)
  }
}

/// The work of one surface; cells stand between voxels, with a layer of nothing around the volume.
private struct SurfaceNet {
  var vertices: [SIMD3<Float>] = []
  var triangles: [SIMD3<Int32>] = []
  private let size: SIMD3<Int>
  /// The vertex of each cell, −1 for none; cell c lies between voxels c − 1 and c.
  private var vertexOfCell: [Int32]

  init(_ field: Volume, _ level: Float) {
    size = SIMD3(field.sizeX, field.sizeZ, field.sizeY)
    vertexOfCell = [Int32](repeating: -1, count: (size.x + 1) * (size.y + 1) * (size.z + 1))
    let values = field.values.map { $0.isNaN ? -level : $0 - level }
    let outside = -max(abs(level), .leastNormalMagnitude)
    let (sizeX, sizeZ, sizeY) = (size.x, size.y, size.z)
    func value(_ x: Int, _ z: Int, _ y: Int) -> Float {
      guard x >= 0, z >= 0, y >= 0, x < sizeX, z < sizeZ, y < sizeY else { return outside }
      return values[(x * sizeZ + z) * sizeY + y]
    }
    var corners = [Float](repeating: 0, count: 8)
    for x in 0...sizeX {
      for z in 0...sizeZ {
        for y in 0...sizeY {
          var above = 0
          for corner in 0..<8 {
            corners[corner] = value(
              x - 1 + (corner & 1),
              z - 1 + (corner >> 1 & 1),
              y - 1 + corner >> 2
            )
            if corners[corner] > 0 { above += 1 }
          }
          guard above > 0, above < 8 else { continue }
          let cut = Self.meanCut(corners)
          vertexOfCell[cell(x, z, y)] = Int32(vertices.count)
          // From (x, z, y) as stored to (x, y, z).
          vertices.append(
            SIMD3(Float(x - 1) + cut.x, Float(y - 1) + cut.z, Float(z - 1) + cut.y)
          )
        }
      }
    }
    for x in 0...sizeX {
      for z in 0...sizeZ {
        for y in 0...sizeY {
          // The edges that leave voxel (x − 1, z − 1, y − 1) towards larger indices.
          let here = value(x - 1, z - 1, y - 1) > 0
          let next = [
            value(x, z - 1, y - 1) > 0, value(x - 1, z, y - 1) > 0, value(x - 1, z - 1, y) > 0,
          ]
          for axis in 0..<3 where next[axis] != here {
            addFace(x, z, y, axis: axis, isOutwards: here)
          }
        }
      }
    }
  }

  private func cell(_ x: Int, _ z: Int, _ y: Int) -> Int {
    (x * (size.y + 1) + z) * (size.z + 1) + y
  }

  /// The mean of the places where the level cuts the edges of a cell, each part 0 to 1.
  private static func meanCut(_ corners: [Float]) -> SIMD3<Float> {
    var (sum, count) = (SIMD3<Float>.zero, Float(0))
    for corner in 0..<8 {
      for axis in 0..<3 where corner >> axis & 1 == 0 {
        let (a, b) = (corners[corner], corners[corner | 1 << axis])
        guard (a > 0) != (b > 0) else { continue }
        var place = SIMD3<Float>(
          Float(corner & 1),
          Float(corner >> 1 & 1),
          Float(corner >> 2)
        )
        place[axis] = a / (a - b)
        sum += place
        count += 1
      }
    }
    return sum / max(count, 1)
  }

  /// Joins the vertices of the four cells around an edge.
  private mutating func addFace(_ x: Int, _ z: Int, _ y: Int, axis: Int, isOutwards: Bool) {
    let place = SIMD3(x, z, y)
    let (u, v) = ((axis + 1) % 3, (axis + 2) % 3)
    // The edge lies between cells at `place` and one less along the other two axes; along its own axis
    // it runs inside of the cell at `place`.
    var around: [Int32] = []
    for (du, dv) in [(0, 0), (1, 0), (1, 1), (0, 1)] {
      var cell = place
      cell[u] -= du
      cell[v] -= dv
      guard cell.x >= 0, cell.y >= 0, cell.z >= 0 else { return }
      around.append(vertexOfCell[self.cell(cell.x, cell.y, cell.z)])
    }
    guard !around.contains(-1) else { return }
    // Counter-clockwise seen from outside in (x, y, z), which (x, z, y) mirrors.
    let order = isOutwards ? [0, 2, 1, 0, 3, 2] : [0, 1, 2, 0, 2, 3]
    for first in [0, 3] {
      triangles.append(
        SIMD3(around[order[first]], around[order[first + 1]], around[order[first + 2]])
      )
    }
  }
}
