// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What became of one projection that was handed to a tomogram.
public struct FoldReport: Sendable, Hashable {
  /// The place of the tilt in the series, where it could be placed.
  public var tiltIndex: Int?
  /// The place of the energy in the tomogram's list, where it could be placed.
  public var energyIndex: Int?
  /// The shift applied to the projection, pixels.
  public var shift: PixelShift
  /// The correlation with the reference it was laid on, −1 to 1.
  public var confidence: Double
  /// The weighted RMS residual that the projection met in the volume, OD.
  public var residual: Double
  /// Whether it was folded into the volume.
  public var accepted: Bool
  /// How many stored tilts were folded again after it.
  public var replays = 0
  /// The optical density of the film that the objects seem to lie on, where it was not taken off.
  public var film: Double?
  /// Why it was not, in words.
  public var heldBackReason: String?
  /// What to do where that is so of all projections, in words.
  public var remedy: String?

  /// Whether it was not because somebody keeps its tilt out.
  var isOnRequest: Bool { heldBackReason == TomogramAssembly.onRequest }

  /// A projection that was not folded.
  static func refused(
    _ reason: String,
    remedy: String? = nil,
    tiltIndex: Int? = nil,
    energyIndex: Int? = nil,
    confidence: Double = 0
  ) -> FoldReport {
    FoldReport(
      tiltIndex: tiltIndex,
      energyIndex: energyIndex,
      shift: .zero,
      confidence: confidence,
      residual: .nan,
      accepted: false,
      heldBackReason: reason,
      remedy: remedy
    )
  }
}

/// How one tilt stands in a tomogram.
public struct TiltReport: Sendable, Hashable {
  /// The place of the tilt in the series.
  public var tiltIndex: Int
  /// The tilt.
  public var tilt: TiltAngle
  /// The shift applied to the tilt's projections, pixels; that of the first scan that came.
  public var shift: PixelShift
  /// One standard deviation of it as noise lets expect, pixels; infinite where it is not known.
  public var shiftError: PixelShift
  /// How far the tilt's projections were turned about their centre, degrees.
  public var rotation: Double
  /// By how much they were scaled.
  public var scale: Double
  /// The shift of each energy's projection against `shift`, pixels; nil where there is none.
  public var energyOffsets: [PixelShift?]
  /// The weighted RMS of projection minus re-projection for each energy, OD; nil where none.
  public var residuals: [Double?]
  /// The correlation with the reference at the last registration, −1 to 1.
  public var confidence: Double
  /// Whether the tilt takes part in the volumes.
  public var accepted: Bool
  /// Why it does not, in words, where that is known.
  public var heldBackReason: String?
}
