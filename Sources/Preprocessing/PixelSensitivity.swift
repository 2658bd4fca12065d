// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// What part of its photons each detector pixel counts: 1, the attenuator's transmission, or 0 for
/// a pixel that is never used.
struct PixelSensitivity: Sendable {
  /// By pixel, [readout row, picture place], four to a vector.
  private(set) var values: [SIMD4<Float>]
  /// The places never used, row after row.
  private(set) var unused: [Int32] = []
  /// Where each readout row's begin in `unused`, [row + 1].
  private(set) var unusedStarts: [Int32] = [0]

  /// Maps an attenuator; pixels that its edge may cross are not used.
  init(
    _ parameters: PreprocessingParameters,
    _ geometry: FastCCDGeometry,
    energy: PhotonEnergy
  ) throws {
    let side = FastCCDGeometry.pictureSide
    values = [SIMD4<Float>](repeating: SIMD4(repeating: 1), count: side * side / 4)
    if let attenuator = parameters.attenuator {
      let transmission = Float(try attenuator.transmission(at: energy))
      let radius = attenuator.radius.meters / geometry.pixelSize.meters
      let middle = Double(side - 1) / 2
      for a in 0..<side {
        let x = Double(side - 1 - a) - middle - attenuator.offset.columns
        for b in 0..<side {
          let y = Double(side - 1 - b) - middle - attenuator.offset.rows
          let distance = (x * x + y * y).squareRoot() - radius
          if distance >= attenuator.edgeWidth { continue }
          let isClear = distance <= -attenuator.edgeWidth
          values[(a * side + b) / 4][b % 4] = isClear ? transmission : 0
        }
      }
    }
    for pixel in parameters.badPixels {
      let a = PatternResampling.pictureIndex(pixel.column)
      let b = PatternResampling.pictureIndex(pixel.row)
      values[(a * side + b) / 4][b % 4] = 0
    }
    for a in 0..<side {
      for b in 0..<side where values[(a * side + b) / 4][b % 4] == 0 { unused.append(Int32(b)) }
      unusedStarts.append(Int32(unused.count))
    }
  }
}
