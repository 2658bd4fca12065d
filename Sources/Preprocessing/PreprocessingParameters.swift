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

/// How an amplitude is estimated from the photons that were counted.
public enum AmplitudeEstimate: String, Sendable, Hashable, CaseIterable {
  /// √counts, whose mean falls below the true amplitude where few photons are counted.
  case squareRoot = "square_root"
  /// The mean of the amplitude given the count, with the counts around it as the prior.
  case posteriorMean = "posterior_mean"
}

/// What preprocessing has to know of instrument and pattern.
public struct PreprocessingParameters: Sendable, Hashable {
  /// Pixels along each side of a pattern, N.
  public var patternSize = 128
  /// The size of the solver's object pixels, the same at every energy.
  public var objectPixelSize = Length(nanometers: 6.7)
  /// From sample to detector.
  public var detectorDistance = Length(meters: 0.08)
  /// Where the direct beam falls in the 960 x 960 picture; nil: its geometric middle, 479.5.
  public var center: PicturePosition?
  /// ADU for each electron volt of a photon's energy.
  public var aduPerElectronVolt = 25.0 / 708
  /// Below so many photons a raw pixel counts as empty; 0 keeps every value as it is.
  public var photonThreshold = 0.65
  /// The attenuator, if there is one.
  public var attenuator: AttenuatorParameters? = AttenuatorParameters()
  /// The running median of the overscan takes so many rows on either side.
  public var overscanReach = 10
  /// The least part of a pattern pixel that has to be measured, 0 to 1.
  public var minimumCoverage = 0.5
  /// How amplitudes are estimated from counts.
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
      objectPixelSize.nanometers,
      in: 0.1...1000,
      key: "object_pixel_size_nm"
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
      try ParameterError.require(center.row, in: range, key: "center_row_px")
      try ParameterError.require(center.column, in: range, key: "center_column_px")
    }
    try attenuator?.validate()
  }
}
