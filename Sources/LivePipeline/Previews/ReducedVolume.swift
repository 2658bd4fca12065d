// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import WireFormat

/// A volume in few voxels, as pages draw it in space.
struct ReducedVolume {
  /// The means of blocks of voxels, [x, z, y].
  let means: Volume
  /// The size of a block.
  let voxelSize: Length

  /// Reduces a volume to `longestSide` voxels a side at most.
  init(_ volume: Volume, voxelSize: Length) {
    let side = max(volume.sizeX, volume.sizeZ, volume.sizeY)
    let factor = max(1, (side + Self.longestSide - 1) / Self.longestSide)
    means = volume.blockMeans(of: factor)
    self.voxelSize = Length(meters: voxelSize.meters * Double(factor))
  }

  /// The largest of the means; 1 where none is above 0.
  var full: Float {
    var largest: Float = 0
    for value in means.values where value > largest { largest = value }
    return largest > 0 ? largest : 1
  }

  /// The means in 256 steps.
  func array(_ name: String, full: Float) -> PreviewArray {
    bytes(name, means.values.map { $0 / full })
  }

  /// Numbers of 0 to 1 for each of its voxels, in 256 steps; what is beyond counts as the end.
  func bytes(_ name: String, _ shares: [Float]) -> PreviewArray {
    PreviewArray(
      name: name,
      shape: [means.sizeX, means.sizeZ, means.sizeY],
      elementType: .uint8,
      unit: "1",
      pixelSize: voxelSize,
      bytes: SharedBytes(
        shares.map { share in
          // False for NaN, too.
          share > 0 ? UInt8(min(share, 1) * 255 + 0.5) : 0
        }
      )
    )
  }

  /// Voxels along the longest side: 256 kB, which any connection carries and any browser draws.
  static let longestSide = 64
}
