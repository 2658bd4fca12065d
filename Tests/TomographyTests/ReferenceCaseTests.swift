// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import Tomography

/// A volume of 8 × 8 × 1 voxels at three tilts against ASTRA 2.5.0.
///
/// Made with its CPU projector `line` and a `parallel_vec` geometry whose rays run along
/// (−sin t, cos t) and whose detector runs along (cos t, sin t) in (x, z), ASTRA's own y axis being
/// −z; the matrix was taken out in double precision, and Kaczmarz sweeps ran over it in NumPy.
@Suite struct ReferenceCaseTests {
  let tilts = [-35.0, 20, 70].map { TiltAngle(degrees: $0) }
  var rays: [RayTable] { tilts.map { RayTable(tilt: $0, sizeX: 8, sizeZ: 8) } }

  /// Voxel (x, z) holds (3 x + 5 z) mod 7.
  var volume: Volume {
    var volume = Volume(sizeX: 8, sizeZ: 8, sizeY: 1)
    for x in 0..<8 {
      for z in 0..<8 { volume[x: x, z: z, y: 0] = Float((3 * x + 5 * z) % 7) }
    }
    return volume
  }

  @Test func crossingsAreThoseOfTheLineKernel() {
    let expected: [(tilt: Int, ray: Int, voxels: [Int: Float])] = [
      (
        0, 0,
        [4: 0.745316, 5: 0.99813, 13: 0.222644, 14: 1.220775, 15: 0.300028, 23: 0.920747]
      ),
      (
        1, 4,
        [
          40: 1.064178, 41: 1.064178, 34: 0.303904, 42: 0.760274, 35: 1.064178, 36: 1.064178,
          29: 0.572633, 37: 0.491545, 30: 1.064178, 31: 1.064178,
        ]
      ),
      (
        2, 6,
        [
          45: 0.197345, 53: 1.064178, 61: 1.064178, 30: 0.992794, 38: 1.064178, 46: 0.866832,
          7: 0.724064, 15: 1.064178, 23: 1.064178, 31: 0.071384,
        ]
      ),
    ]
    for (tilt, ray, voxels) in expected {
      let crossings = rays[tilt].crossings(ofRay: ray)
      #expect(Set(crossings.map(\.voxel)) == Set(voxels.keys))
      for (voxel, length) in crossings {
        #expect(abs(length - (voxels[voxel] ?? 0)) < 2e-6, "voxel \(voxel)")
      }
    }
  }

  @Test func projectionsAreThoseOfTheLineKernel() {
    for (rays, expected) in zip(rays, Self.projections) {
      let projection = ParallelProjector.project(volume, along: rays)
      for (value, reference) in zip(projection.values, expected) {
        #expect(abs(value - reference) < 1e-4)
      }
    }
  }

  @Test func sweepsAreThoseOfDoublePrecisionKaczmarz() {
    let offsets: [Float] = [0.3, -0.2, 0.1, 0, -0.4, 0.25, 0.05, -0.1]
    var reconstruction = ARTReconstruction(volume: Volume(sizeX: 8, sizeZ: 8, sizeY: 1))
    let shape = Shape2D(rows: 1, columns: 8)
    for _ in 0..<2 {
      for (rays, projection) in zip(rays, Self.projections) {
        reconstruction.fold(
          Image(shape: shape, values: zip(projection, offsets).map { $0 + $1 }),
          weights: Image(shape: shape, filledWith: 1),
          along: rays,
          relaxation: 0.7
        )
      }
    }
    for x in 0..<8 {
      for z in 0..<8 {
        let value = reconstruction.volume[x: x, z: z, y: 0]
        #expect(abs(value - Self.afterTwoSweeps[x][z]) < 5e-4)
      }
    }
  }

  /// [tilt][column].
  static let projections: [[Float]] =
    [
      [20.9929, 11.0605, 37.7743, 16.2, 40.7917, 16.6946, 30.3989, 8.3021],
      [13.3734, 29.2931, 19.1373, 27.354, 32.24, 17.8554, 22.8516, 22.0596],
      [18.9048, 22.0958, 25.9038, 27.7956, 20.9083, 29.928, 22.5997, 16.5282],
    ]
  /// After two non-negative sweeps at λ = 0.7, from projections with the offsets, [x][z].
  static let afterTwoSweeps: [[Float]] =
    [
      [0.9825, 5.019, 3.0344, 1.9625, 4.3923, 4.8808, 1.5405, 0.9159],
      [2.3277, 2.2888, 4.4581, 4.9906, 2.2214, 0.4843, 5.3495, 1.1698],
      [4.6902, 4.4366, 1.2887, 1.5493, 4.2687, 1.5493, 2.0921, 5.118],
      [1.6256, 1.9372, 4.87, 2.5218, 1.2739, 5.0345, 4.1872, 2.0695],
      [5.5969, 2.6174, 2.445, 5.2572, 3.0697, 1.8564, 1.9638, 4.418],
      [2.6634, 5.4416, 3.5419, 1.0259, 1.8577, 4.4885, 2.2675, 2.2876],
      [0.6237, 1.4791, 2.5818, 4.6475, 2.9758, 2.3687, 5.6839, 3.4241],
      [1.3747, 1.8483, 2.9733, 1.7198, 6.0222, 3.5233, 1.4957, 2.5404],
    ]
}
