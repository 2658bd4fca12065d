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
    let (cleaning, photonsPerADU) = (cleaning, photonsPerADU)
    return try picture(of: frame, cleaning) { $0 * photonsPerADU }
  }

  /// Cleans a raw frame step by step, for a person to look at.
  ///
  /// - Parameter frame: A raw exposure.
  /// - Returns: What each step leaves of it.
  /// - Throws: `PreprocessingError` where the frame does not fit or has no darks.
  public mutating func steps(of frame: DetectorFrame) throws -> CleaningSteps {
    let dark = try dark(for: frame)
    let raw = try rawPicture(of: frame)
    // Without the threshold, and once without levels either.
    let open = cleaning.reading(threshold: -.infinity)
    let aboveDark = try picture(of: frame, open.readingAboveDark()) { $0 }
    let aboveLevel = try picture(of: frame, open) { $0 }
    let tiles = FastCCDGeometry.tileCount
    return CleaningSteps(
      raw: raw,
      aboveDark: aboveDark,
      aboveLevel: aboveLevel,
      photons: try cleanedCounts(frame),
      noise: [0, tiles].map { start in
        dark.noise[start..<start + tiles].sorted()[tiles / 2]
      }.map(Double.init),
      darkCount: dark.count,
      unmeasuredCount: dark.unmeasured.count,
      photonADU: 1 / Double(photonsPerADU)
    )
  }

  /// The words of a raw frame, [row, column], control bits left off.
  private mutating func rawPicture(of frame: DetectorFrame) throws -> Image {
    var image = Image(shape: geometry.rawShape)
    var assembly = exchange(&self.assembly, with: [:])
    frame.withPicture(&assembly, geometry) { bytes in
      var values = image.values.mutableSpan
      for i in values.indices { values[i] = Float(bytes.word(i) & 0x1FFF) }
    }
    self.assembly = assembly
    return image
  }

  /// A frame as one way of cleaning leaves it, every value scaled.
  private mutating func picture(
    of frame: DetectorFrame,
    _ start: FrameCleaning,
    _ scaled: (Float) -> Float
  ) throws -> Image {
    let dark = try dark(for: frame)
    var cleaning = start
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
            scaled(target[b / 4][b % 4])
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
