// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Moves the true sample onto a reconstructed volume.
///
/// No data can tell where in space the volume sits. The sample is moved, not the volume: it is
/// known in closed form, so that nothing is interpolated and no noise is smoothed away.
public struct VolumeAlignment: Sendable {
  /// How far the sample was moved, (x, y, z), voxels.
  public var offset: SIMD3<Double>
  /// The sample, moved, as voxel averages.
  public var truth: PhaseVolumes
  /// The correlation of the two volumes, −1...1.
  public var correlation: Double

  /// Finds the move by Gauss-Newton steps on the squared difference, from the centres of mass.
  ///
  /// - Parameters:
  ///   - phantom: The sample.
  ///   - volume: Reconstructed optical density, [x, z, y].
  ///   - voxelSize: The size of its voxels.
  ///   - absorption: That of the pure phases, at the energy that it was taken at.
  public init(
    of phantom: Phantom,
    onto volume: Volume,
    voxelSize: Length,
    absorption: PhaseAbsorption
  ) {
    func rendered(_ offset: SIMD3<Double>) -> PhaseVolumes {
      phantom.moved(by: offset * voxelSize.meters)
        .volumes(side: volume.sizeX, height: volume.sizeY, voxelSize: voxelSize)
    }
    var offset = SIMD3<Double>.zero
    var truth = rendered(offset)
    var density = truth.opticalDensity(absorption)
    offset = Self.centerOfMass(volume) - Self.centerOfMass(density)
    for _ in 0..<12 {
      truth = rendered(offset)
      density = truth.opticalDensity(absorption)
      let step = Self.step(from: density, to: volume)
      let length = (step * step).sum().squareRoot()
      offset += length > 1 ? step / length : step
      if length < 0.002 { break }
    }
    truth = rendered(offset)
    density = truth.opticalDensity(absorption)
    self.offset = offset
    self.truth = truth
    let cross = innerProduct(density.values.span, volume.values.span)
    let norms =
      innerProduct(density.values.span, density.values.span)
      * innerProduct(volume.values.span, volume.values.span)
    correlation = norms > 0 ? cross / norms.squareRoot() : 0
  }

  /// The centre of mass of what exceeds a third of the strong voxels, (x, y, z), voxels.
  private static func centerOfMass(_ volume: Volume) -> SIMD3<Double> {
    let strong = volume.values.sorted()[min(volume.count - 1, volume.count * 98 / 100)]
    var total = SIMD3<Double>.zero
    var mass = 0.0
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        for y in 0..<volume.sizeY where volume[x: x, z: z, y: y] > strong / 3 {
          let value = Double(volume[x: x, z: z, y: y])
          total += value * SIMD3(Double(x), Double(y), Double(z))
          mass += value
        }
      }
    }
    return mass > 0 ? total / mass : .zero
  }

  /// One Gauss-Newton step for the move of `truth`, with its best scale.
  private static func step(from truth: Volume, to volume: Volume) -> SIMD3<Double> {
    let norm = innerProduct(truth.values.span, truth.values.span)
    guard norm > 0 else { return .zero }
    let scale = innerProduct(truth.values.span, volume.values.span) / norm
    var matrix = [[Double]](repeating: [0, 0, 0], count: 3)
    var right = [0.0, 0, 0]
    let t = truth.values.span
    let v = volume.values.span
    let (strideX, strideZ) = (truth.sizeZ * truth.sizeY, truth.sizeY)
    for x in 1..<truth.sizeX - 1 {
      for z in 1..<truth.sizeZ - 1 {
        for y in 1..<truth.sizeY - 1 {
          let i = truth.index(x: x, z: z, y: y)
          let slope = [
            Double(t[i + strideX] - t[i - strideX]) / 2,
            Double(t[i + 1] - t[i - 1]) / 2,
            Double(t[i + strideZ] - t[i - strideZ]) / 2,
          ]
          let error = Double(v[i]) - scale * Double(t[i])
          for row in 0..<3 {
            right[row] -= scale * slope[row] * error
            for column in 0..<3 {
              matrix[row][column] += scale * scale * slope[row] * slope[column]
            }
          }
        }
      }
    }
    guard matrix[0][0] > 0, matrix[1][1] > 0, matrix[2][2] > 0 else { return .zero }
    let solution = solve(matrix, right)
    return SIMD3(solution[0], solution[1], solution[2])
  }
}
