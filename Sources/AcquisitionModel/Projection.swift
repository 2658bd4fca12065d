// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The optical density of the sample along the beam at one tilt and one energy.
public struct Projection: Sendable {
  /// Which scan it came from.
  public var identity: ScanIdentity
  /// OD = −2 ln|T| with |T| = 1 in vacuum, [row = y, column = x], dimensionless.
  public var opticalDensity: Image
  /// How far each pixel may be trusted, 0 (unlit) to 1 (fully lit), [row, column].
  public var coverage: Image
  /// The standard error of each pixel's OD, [row, column]; nil where it is not known.
  public var opticalDensityError: Image?
  /// The size of a pixel.
  public var pixelSize: Length

  /// Makes a projection.
  public init(
    identity: ScanIdentity,
    opticalDensity: Image,
    coverage: Image,
    opticalDensityError: Image? = nil,
    pixelSize: Length
  ) {
    precondition(opticalDensity.shape == coverage.shape, "coverage and OD differ in shape")
    precondition(
      opticalDensityError == nil || opticalDensityError?.shape == opticalDensity.shape,
      "OD and its error differ in shape"
    )
    self.identity = identity
    self.opticalDensity = opticalDensity
    self.coverage = coverage
    self.opticalDensityError = opticalDensityError
    self.pixelSize = pixelSize
  }
}
