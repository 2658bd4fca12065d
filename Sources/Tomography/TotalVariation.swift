// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The total variation of a volume, Σ sqrt(|∇v|² + ε²), and descent along it.
///
/// Forward differences between neighbouring voxels, none across the volume's faces (Rudin, Osher
/// and Fatemi, Physica D 60, 259 (1992), doi 10.1016/0167-2789(92)90242-F). Noise has much
/// variation for little mass, a body of one density has only its surface; so a little descent
/// between sweeps keeps noise from building up without rounding edges as smoothing would.
///
/// No further volume is held: each pass goes from slab to slab along x and keeps what flows from
/// one to the next (`VariationPass`).
public enum TotalVariation {
  /// The total variation of a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - rounding: ε, the difference below which variation counts less, the volume's unit.
  /// - Returns: The sum over all voxels, the volume's unit.
  public static func value(of volume: Volume, rounding: Float) -> Double {
    precondition(rounding > 0, "the rounding must be larger than zero")
    let floor = rounding * rounding
    var total = 0.0
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        let row = volume.index(x: x, z: z, y: 0)
        let nextX = x + 1 < volume.sizeX ? row + volume.sizeZ * volume.sizeY : row
        let nextZ = z + 1 < volume.sizeZ ? row + volume.sizeY : row
        for y in 0..<volume.sizeY {
          let value = volume.values[row + y]
          let a = y + 1 < volume.sizeY ? volume.values[row + y + 1] - value : 0
          let (b, c) = (volume.values[nextX + y] - value, volume.values[nextZ + y] - value)
          total += Double((a * a + b * b + c * c + floor).squareRoot())
        }
      }
    }
    return total
  }

  /// The derivative of the total variation with respect to each voxel.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - rounding: ε, larger than zero, the volume's unit.
  /// - Returns: The gradient, [x, z, y], dimensionless.
  public static func gradient(of volume: Volume, rounding: Float) -> Volume {
    precondition(rounding > 0, "the rounding must be larger than zero")
    var (volume, gradient) = (volume, volume)
    let (sizeX, sizeZ, sizeY) = (volume.sizeX, volume.sizeZ, volume.sizeY)
    volume.values.shareElements { voxels in
      gradient.values.shareElements { slopes in
        var pass = VariationPass(voxels, sizeX, sizeZ, sizeY, parts: 1)
        pass.rounding = rounding
        pass.takeGradient(to: slopes)
      }
    }
    return gradient
  }

  /// Lowers the total variation by steps of a given length along its normalised gradient, in place.
  ///
  /// Adaptive steepest descent as in ASD-POCS (Sidky and Pan, Phys. Med. Biol. 53, 4777 (2008),
  /// doi 10.1088/0031-9155/53/17/021): tied to what the sweep before has changed, it needs no
  /// scale of its own. Voxels stay at or above `low`. Each step costs two passes over the volume.
  ///
  /// - Parameters:
  ///   - volume: The volume to change, [x, z, y].
  ///   - length: The Euclidean length of each step, the volume's unit.
  ///   - steps: How many steps.
  ///   - low: The lowest value that a voxel may take.
  ///   - work: Threads that share the slabs; the result does not depend on their number.
  public static func descend(
    _ volume: inout Volume,
    by length: Double,
    steps: Int,
    notBelow low: Float = 0,
    sharing work: any WorkSharing = SerialWork()
  ) {
    let largest = largestMagnitude(of: volume.values.span)
    guard largest > 0, largest.isFinite, length > 0 else { return }
    let (sizeX, sizeZ, sizeY) = (volume.sizeX, volume.sizeZ, volume.sizeY)
    volume.values.shareElements { voxels in
      var pass = VariationPass(voxels, sizeX, sizeZ, sizeY, parts: work.parts)
      pass.rounding = 0.01 * largest
      for _ in 0..<steps {
        let norm = pass.squaredNorm(sharing: work).squareRoot()
        guard norm > 0 else { return }
        pass.step(by: Float(length / norm), notBelow: low, sharing: work)
      }
    }
  }
}
