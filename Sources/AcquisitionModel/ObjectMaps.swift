// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What an object says of the sample, on the object's own pixels; no value is NaN or infinite.
public struct ObjectMaps: Sendable {
  /// −2 ln|T| with |T| = 1 in vacuum, [row, column]; 0 where unlit.
  public var opticalDensity: Image
  /// The standard error of each pixel's OD, [row, column]; 13.8, the highest OD, where unlit.
  public var opticalDensityError: Image
  /// arg T, unwrapped, 0 in vacuum, [row, column], rad; 0 where unlit.
  public var phase: Image
  /// How far the data error exceeds that of photon noise alone, at least 1; in every error above.
  public var noiseExcess: Double

  /// Takes maps of one shape.
  public init(
    opticalDensity: Image,
    opticalDensityError: Image,
    phase: Image,
    noiseExcess: Double
  ) {
    precondition(
      opticalDensity.shape == opticalDensityError.shape && opticalDensity.shape == phase.shape,
      "the maps differ in shape"
    )
    self.opticalDensity = opticalDensity
    self.opticalDensityError = opticalDensityError
    self.phase = phase
    self.noiseExcess = noiseExcess
  }
}
