// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

extension PreprocessingChain {
  /// Makes a chain whose cleaned pictures are in ADU and whole: no threshold, no attenuator.
  ///
  /// - Parameters:
  ///   - geometry: The detector's layout.
  ///   - parameters: Of these, the overscan's reach counts.
  ///   - energy: The photon energy.
  /// - Returns: A chain for `cleanedCounts`, which then gives ADU, behind the attenuator as read.
  /// - Throws: `ParameterError` for a value out of its bounds.
  public static func forCalibration(
    geometry: FastCCDGeometry,
    parameters: PreprocessingParameters,
    energy: PhotonEnergy
  ) throws -> PreprocessingChain {
    var plain = parameters
    plain.aduPerElectronVolt = 1 / energy.electronVolts
    plain.photonThreshold = 0
    plain.attenuator = nil
    plain.badPixels = []
    return try PreprocessingChain(geometry: geometry, parameters: plain, energy: energy)
  }

  /// The noise of a cleaned pixel, as the darks of a frame's exposure time show it.
  ///
  /// - Parameter frame: A raw exposure.
  /// - Returns: The median over the channels, the noise of the mean dark included, ADU RMS.
  /// - Throws: `PreprocessingError` where the frame does not fit or has no darks.
  public mutating func noise(of frame: DetectorFrame) throws -> Double {
    let dark = try dark(for: frame)
    let noise = RobustStatistics.median(dark.noise.map(Double.init))
    // A frame minus a mean of n darks has the variance σ² (1 + 1/n).
    return max(noise * (1 + 1 / Double(max(dark.count, 1))).squareRoot(), 1e-3)
  }

  /// The mean dark that belongs to a frame.
  ///
  /// - Parameter frame: A raw exposure.
  /// - Returns: Whole words, control bits included, [row, column] of the picture, ADU; NaN where no
  ///   dark had the pixel.
  /// - Throws: `PreprocessingError` where the frame does not fit or has no darks.
  public mutating func meanDark(of frame: DetectorFrame) throws -> Image {
    let dark = try dark(for: frame)
    let side = FastCCDGeometry.pictureSide
    var image = Image(shape: FastCCDGeometry.pictureShape)
    func place(_ i: Int) -> Int {
      PatternResampling.pictureIndex(i % side) * side + PatternResampling.pictureIndex(i / side)
    }
    for i in 0..<side * side { image.values[place(i)] = dark.pixels[i / 4][i % 4] }
    for pixel in dark.unmeasured { image.values[place(Int(pixel))] = .nan }
    return image
  }
}

extension FastCCDGeometry {
  /// The words of a frame as they were read, put where the picture has them.
  ///
  /// - Parameter frame: A raw frame of this layout.
  /// - Returns: Whole words, [row, column] of the picture; NaN where the packet was lost.
  /// - Throws: `PreprocessingError` where the frame does not fit.
  public func rawPicture(_ frame: DetectorFrame) throws -> Image {
    try PreprocessingError.requireRaw(frame, self)
    let side = Self.pictureSide
    let missing = WordSet(missingWords)
    var image = Image(shape: Self.pictureShape)
    var assembly: [WordOrder: WordAssembly] = [:]
    frame.withPicture(&assembly, self) { bytes in
      for a in 0..<side {
        let line = rawRow(a) * Self.rawColumns
        let column = PatternResampling.pictureIndex(a)
        for b in 0..<side {
          let tile = b / Self.tilePixels
          let first = firstPixelColumn(tile: tile, upper: a < activeRows)
          let word = bytes.word(line + first + b % Self.tilePixels)
          image.values[PatternResampling.pictureIndex(b) * side + column] =
            missing.contains(word) ? .nan : Float(word)
        }
      }
    }
    return image
  }
}

extension DetectorFrame {
  /// A dark as if it had been an exposure, so that it is cleaned like one.
  public var asExposure: DetectorFrame {
    var header = header
    header.role = .exposure
    return DetectorFrame(header: header, pixels: pixels)
  }
}
