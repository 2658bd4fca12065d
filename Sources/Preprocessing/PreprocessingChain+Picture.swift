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
    var assembly = exchange(&self.assembly, with: [:])
    frame.withPicture(&assembly, geometry) { bytes in
      cleaning.prepare(bytes, dark, rows: 0..<side, vectors: vectors)
      var line = [SIMD4<Float>](repeating: .zero, count: vectors.count)
      var picture = image.values.mutableSpan
      for a in 0..<side {
        var target = line.mutableSpan
        cleaning.read(a, vectors, bytes, dark, into: &target)
        let column = PatternResampling.pictureIndex(a)
        for b in 0..<side {
          picture[PatternResampling.pictureIndex(b) * side + column] =
            target[b / 4][b % 4] * photonsPerADU
        }
        for b in cleaning.flagged.places[a] {
          picture[PatternResampling.pictureIndex(Int(b)) * side + column] = .nan
        }
      }
    }
    self.assembly = assembly
    return image
  }
}
