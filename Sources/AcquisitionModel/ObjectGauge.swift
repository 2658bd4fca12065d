// SPDX-License-Identifier: BSD-3-Clause

/// How an object's and probe's freedoms, which no pattern tells of, were fixed.
///
/// Object and probe were moved together by `−shift`, the object multiplied by
/// exp(−i (ramp · r + phase)) / `scale` and the probe by the opposite, so that every pattern stays.
/// (Docs/Explanations/Ptychography.md, "What the patterns do not tell".)
public struct ObjectGauge: Sendable, Hashable {
  /// How far below the frame's middle the probe's centre of mass stood, object pixels.
  public var shiftRows = 0.0
  /// How far to the right of it, object pixels.
  public var shiftColumns = 0.0
  /// The ramp that was taken off the object's phase, down, rad/pixel.
  public var rampRows = 0.0
  /// The ramp that was taken off the object's phase, to the right, rad/pixel.
  public var rampColumns = 0.0
  /// The object's phase in vacuum, or its mean without vacuum in view, that was taken off, rad.
  public var phase = 0.0
  /// The modulus, as reconstructed, that counted as vacuum; 1 where the probe's power decided.
  public var scale = 1.0
  /// The part of the lit area that looks like vacuum, 0 to 1.
  public var vacuumFraction = 0.0
  /// Whether vacuum was in view and decided on ramp, phase and modulus.
  public var isVacuumInView = false

  /// The rms modulation of the raster's own period, over 1, that was taken off the object and given
  /// to the probe, 0 where nothing stood out; nil where the scan is no regular raster or was not
  /// looked at.
  public var rasterModulation: Double?

  /// What a person should know of a regular raster; nil of other scans.
  public var rasterRemark: String? {
    guard let rasterModulation else { return nil }
    let taken = (1000 * rasterModulation).rounded() / 10
    return
      "positions on a regular lattice, whose own period in object and probe no pattern tells of; "
      + (rasterModulation > 0
        ? "\(taken) % rms of it were taken off the object"
        : "nothing of it stood out in the object")
      + "; positions that depart from it by a tenth of a step or more would forbid it"
  }

  /// Makes the gauge of an object that stays as it is.
  public init() {}
}
