// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How a channel's level is followed along the rows by its overscan words.
public enum OverscanModel: String, Sendable, Hashable, CaseIterable {
  /// The running median over `overscan_reach_rows` on either side.
  case runningMedian = "running_median"
  /// The polynomial x⁸, x⁶, x⁴, x², 1 of the row, fitted by least squares.
  case evenPolynomial = "even_polynomial"
  /// The polynomial x², x, 1 of the row, fitted by least squares.
  case quadratic
}

/// What is taken of a tile's two overscan words in one row.
public enum OverscanWord: String, Sendable, Hashable, CaseIterable {
  /// The lower of the two: charge of saturated pixels runs into one of them.
  case lower
  /// Their mean.
  case mean
}

/// How the exposures of one scan point become one pattern.
public enum ExposureMerge: String, Sendable, Hashable, CaseIterable {
  /// The longest exposure in which a pixel is not saturated; a pixel saturated in all of them is
  /// not measured.
  case unsaturated
  /// As the beamline's software: a pixel saturated in all exposures takes the shortest one's value.
  case beamline
}

/// Bounds of the level above the dark, ADU.
public struct LevelLimits: Sendable, Hashable {
  /// Lower levels become this one.
  public var lowest: Double
  /// Higher levels become this one.
  public var highest: Double

  /// Makes a pair of bounds.
  public init(lowest: Double, highest: Double) {
    self.lowest = lowest
    self.highest = highest
  }
}

/// The steps of cleaning that can be done otherwise (Docs/Explanations/FastCCD.md, "Options").
///
/// The default takes the bias of the overscan from the measured noise and cuts nothing off;
/// `beamline` is the arithmetic of the preprocessor in use at the ALS.
public struct CleaningParameters: Sendable, Hashable {
  /// Key `overscan_model`: how a channel's level is followed along the rows.
  public var overscanModel = OverscanModel.runningMedian
  /// Key `overscan_word`: what is taken of a tile's two overscan words.
  public var overscanWord = OverscanWord.lower
  /// Key `overscan_bias_ADU`: how far the level found lies below the true one; nil: from the noise
  /// that the darks show.
  public var overscanBias: Double?
  /// Key `overscan_limits_ADU`: levels above the dark are cut to these bounds, ADU; nil: they are
  /// not cut.
  public var overscanLimits: LevelLimits?
  /// Key `overscan_seam_rows`: so many rows past the lit ones, by the seam, take part too.
  public var overscanSeamRows = 0
  /// Key `overscan_fit_start_row`: the polynomials are fitted from this row of each half on.
  public var overscanFitStart = 100
  /// Key `ripple_filter`: whether periodic pick-up is taken off.
  public var rippleFilter = false
  /// Key `cut_negative`: whether negative pixels are set to zero before anything is summed.
  public var cutNegative = false
  /// Key `dark_noise_limit`: a pixel whose darks scatter by more than so many times the median of
  /// its tile is bad; nil: no pixel is judged.
  public var darkNoiseLimit: Double?
  /// Key `bad_pixel_file`: a text file of pixels that are never used, besides `bad_pixels`; the
  /// stage reads no files, so that whoever makes it does.
  public var badPixelFile: String?
  /// Key `bad_frame_test`: whether frames that look as if the shutter had failed are left out.
  public var badFrameTest = false
  /// Key `exposure_merge`: how the exposures of one scan point become one pattern.
  public var exposureMerge = ExposureMerge.unsaturated

  /// Makes the parameters of our own method.
  public init() {}

  /// The arithmetic of the ALS preprocessor (ACME_Data_Cleaning_And_Assembly); besides,
  /// `photon_threshold` has to be 0 and `overscan_reach_rows` 10.
  public static var beamline: CleaningParameters {
    var cleaning = CleaningParameters()
    cleaning.overscanBias = 0.55
    cleaning.overscanLimits = LevelLimits(lowest: -1000, highest: 50)
    cleaning.overscanSeamRows = 1
    cleaning.cutNegative = true
    cleaning.exposureMerge = .beamline
    return cleaning
  }

  /// Throws unless every value lies within its bounds.
  public func validate() throws(ParameterError) {
    if let overscanBias {
      try ParameterError.require(overscanBias, in: -100...100, key: "cleaning.overscan_bias_ADU")
    }
    if let overscanLimits {
      let key = "cleaning.overscan_limits_ADU"
      try ParameterError.require(overscanLimits.highest, in: -8192...8192, key: key)
      try ParameterError.require(
        overscanLimits.lowest,
        in: -8192...overscanLimits.highest,
        key: key
      )
    }
    try ParameterError.require(overscanSeamRows, in: 0...50, key: "cleaning.overscan_seam_rows")
    try ParameterError.require(
      overscanFitStart,
      in: 0...400,
      key: "cleaning.overscan_fit_start_row"
    )
    if let darkNoiseLimit {
      try ParameterError.require(darkNoiseLimit, in: 1...1000, key: "cleaning.dark_noise_limit")
    }
  }
}
