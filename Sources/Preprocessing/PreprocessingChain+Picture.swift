// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

extension PreprocessingChain {
  /// Cleans a raw frame without resampling it, for pictures and calibration.
  ///
  /// - Parameter frame: A raw exposure.
  /// - Returns: Photons as counted, behind an attenuator too, [row, column], 960 x 960 as seen
  ///   looking downstream; NaN where saturated or lost.
  /// - Throws: `PreprocessingError` where the frame does not fit or has no darks.
  public mutating func cleanedCounts(_ frame: DetectorFrame) throws -> Image {
    let dark = try dark(for: frame)
    let side = FastCCDGeometry.pictureSide
    let vectors = 0..<side / 4
    var image = Image(shape: FastCCDGeometry.pictureShape)
    frame.pixels.withBytes { bytes in
      flagged.find(bytes, always: dark.unmeasured)
      overscan.findLevels(
        bytes,
        dark: dark,
        rows: 0..<side,
        tiles: 0..<FastCCDGeometry.tileCount
      )
      var line = [SIMD4<Float>](repeating: .zero, count: vectors.count)
      var picture = image.values.mutableSpan
      for a in 0..<side {
        var target = line.mutableSpan
        reader.read(
          a,
          vectors,
          bytes,
          dark: dark.pixels.span,
          levels: overscan.levels.span,
          into: &target
        )
        let column = PatternResampling.pictureIndex(a)
        for b in 0..<side {
          picture[PatternResampling.pictureIndex(b) * side + column] =
            target[b / 4][b % 4] * photonsPerADU
        }
        for b in flagged.places[a] {
          picture[PatternResampling.pictureIndex(Int(b)) * side + column] = .nan
        }
      }
    }
    return image
  }
}
