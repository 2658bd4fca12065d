// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The voxels of a volume that may hold anything; the others stay empty.
///
/// One byte for each voxel. Knowing where nothing is makes up for a part of what the missing wedge
/// leaves open; a support that cuts into the object falsifies it, so that it should err outwards.
public struct Support: Sendable, Hashable {
  /// 1 where a voxel may hold something and 0 elsewhere, [x, z, y].
  let mask: [UInt8]

  /// Takes the voxels of a volume that are larger than zero.
  ///
  /// - Parameter volume: The mask, [x, z, y].
  public init(_ volume: Volume) {
    mask = volume.values.map { $0 > 0 ? 1 : 0 }
  }

  /// Takes the voxels whose surroundings reach a part of the object's density.
  ///
  /// Surroundings are the mean of 3 × 3 × 3 voxels; the object's density is that above which half of
  /// the volume's mass lies.
  ///
  /// - Parameters:
  ///   - volume: A volume of a first pass, [x, z, y].
  ///   - threshold: The part of the object's density, larger than zero.
  public init(of volume: Volume, threshold: Double) {
    precondition(threshold > 0, "the threshold must be larger than zero")
    let limit = 27 * Float(threshold * Self.objectDensity(of: volume))
    let (sizeX, sizeZ, sizeY) = (volume.sizeX, volume.sizeZ, volume.sizeY)
    let values = volume.values.span
    // Sums over 3 × 3 voxels of x and z, one row along y at a time.
    var rows = [Float](repeating: 0, count: sizeY)
    var mask = [UInt8](repeating: 0, count: volume.count)
    for x in 0..<sizeX {
      for z in 0..<sizeZ {
        for y in 0..<sizeY { rows[y] = 0 }
        for nearX in max(0, x - 1)...min(sizeX - 1, x + 1) {
          for nearZ in max(0, z - 1)...min(sizeZ - 1, z + 1) {
            let start = (nearX * sizeZ + nearZ) * sizeY
            var sums = rows.mutableSpan
            addScaled(values.extracting(start..<start + sizeY), by: 1, to: &sums)
          }
        }
        let start = (x * sizeZ + z) * sizeY
        for y in 0..<sizeY {
          let sum = rows[max(0, y - 1)] + rows[y] + rows[min(sizeY - 1, y + 1)]
          mask[start + y] = sum >= limit ? 1 : 0
        }
      }
    }
    self.mask = mask
  }

  /// The number of voxels that may hold something.
  public var count: Int { mask.reduce(0) { $0 + Int($1) } }

  /// The density above which half of a volume's mass lies, to a thousandth of the largest.
  static func objectDensity(of volume: Volume) -> Double {
    let largest = volume.values.reduce(0, max)
    guard largest > 0 else { return 0 }
    var masses = [Double](repeating: 0, count: 1001)
    for value in volume.values where value > 0 {
      masses[Int(1000 * (value / largest))] += Double(value)
    }
    let half = masses.reduce(0, +) / 2
    var (bin, above) = (1000, masses[1000])
    while above < half && bin > 0 {
      bin -= 1
      above += masses[bin]
    }
    return Double(largest) * Double(bin) / 1000
  }

  /// Empties the voxels outside.
  func apply(to volume: inout Volume, sharing work: any WorkSharing) {
    precondition(mask.count == volume.count, "the support is that of another volume")
    let (count, mask) = (volume.count, mask)
    volume.values.shareElements { voxels in
      shareSlices(of: count, over: work) { range in
        voxels.multiply(by: mask, in: range)
      }
    }
  }
}
