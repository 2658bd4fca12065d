// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// A place in the 960 x 960 picture, pixels; the middle of the first pixel is (0, 0).
public struct PicturePosition: Sendable, Hashable {
  /// Downwards.
  public var row: Double
  /// To the right.
  public var column: Double

  /// Makes a place.
  public init(row: Double, column: Double) {
    self.row = row
    self.column = column
  }
}

/// A pixel of the 960 x 960 picture, counted from 0.
public struct PicturePixel: Sendable, Hashable {
  /// Downwards.
  public var row: Int
  /// To the right.
  public var column: Int

  /// Makes a pixel's place.
  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// How an amplitude is estimated from the photons that were counted.
public enum AmplitudeEstimate: String, Sendable, Hashable, CaseIterable {
  /// √counts, whose mean falls below the true amplitude where few photons are counted.
  case squareRoot = "square_root"
  /// The mean of the amplitude given the count, with the counts around it as the prior.
  case posteriorMean = "posterior_mean"
}

/// What preprocessing has to know of instrument and pattern.
public struct PreprocessingParameters: Sendable, Hashable {
  /// Key `pattern_size_px`: pixels along each side of a pattern, N.
  public var patternSize = 128
  /// Key `object_pixel_size_m`: the size of the solver's object pixels, the same at every energy.
  public var objectPixelSize = Length(nanometers: 6.7)
  /// Key `detector_distance_m`: from sample to detector.
  public var detectorDistance = Length(meters: 0.08)
  /// Key `center_px`: where the direct beam falls in the 960 x 960 picture; nil: its geometric
  /// middle, 479.5.
  public var center: PicturePosition?
  /// Whether the key `center_px` is `auto`, the centre to be found from the frames.
  ///
  /// A chain knows no frames when it is made; without `center` it takes the middle.
  public var findsCenter = false
  /// Key `calibration_check`: whether the first frames of each scan are compared with the centre
  /// and the gain in use.
  public var checksCalibration = true
  /// Key `bad_pixels`: pixels that are never used.
  public var badPixels: [PicturePixel] = []
  /// Key `adu_per_eV`: ADU for each electron volt of a photon's energy.
  public var aduPerElectronVolt = 25.0 / 708
  /// Key `photon_threshold`: below so many photons a raw pixel counts as empty; 0 keeps every value
  /// as it is.
  public var photonThreshold = 0.65
  /// Section `preprocessing.attenuator`: the attenuator, if there is one.
  public var attenuator: AttenuatorParameters? = AttenuatorParameters()
  /// Key `overscan_reach_rows`: the running median of the overscan takes so many rows on either side.
  public var overscanReach = 10
  /// Section `preprocessing.cleaning`: the steps of cleaning that can be done otherwise.
  public var cleaning = CleaningParameters()
  /// Key `minimum_coverage`: the least part of a pattern pixel that has to be measured, 0 to 1.
  public var minimumCoverage = 0.5
  /// Key `amplitude_estimate`: how amplitudes are estimated from counts.
  public var amplitudeEstimate = AmplitudeEstimate.squareRoot

  /// Makes the parameters of the paper's instrument.
  public init() {}

  /// Throws unless every value lies within its bounds.
  public func validate() throws(ParameterError) {
    try ParameterError.require(patternSize, in: 16...1024, key: "pattern_size_px")
    guard patternSize % 2 == 0 else {
      throw ParameterError(
        key: "pattern_size_px",
        value: "\(patternSize)",
        expected: "an even number"
      )
    }
    try ParameterError.require(
      objectPixelSize.meters,
      in: 1e-10...1e-6,
      key: "object_pixel_size_m"
    )
    try ParameterError.require(
      detectorDistance.meters,
      in: 1e-3...10,
      key: "detector_distance_m"
    )
    try ParameterError.require(aduPerElectronVolt, in: 1e-5...10, key: "adu_per_eV")
    try ParameterError.require(photonThreshold, in: 0...1, key: "photon_threshold")
    try ParameterError.require(overscanReach, in: 0...50, key: "overscan_reach_rows")
    try ParameterError.require(minimumCoverage, in: 0.01...1, key: "minimum_coverage")
    if let center {
      let range = 0...Double(FastCCDGeometry.pictureSide - 1)
      try ParameterError.require(center.row, in: range, key: "center_px")
      try ParameterError.require(center.column, in: range, key: "center_px")
    }
    let places = 0...FastCCDGeometry.pictureSide - 1
    for pixel in badPixels {
      try ParameterError.require(pixel.row, in: places, key: "bad_pixels")
      try ParameterError.require(pixel.column, in: places, key: "bad_pixels")
    }
    try cleaning.validate()
    try attenuator?.validate()
  }
}
