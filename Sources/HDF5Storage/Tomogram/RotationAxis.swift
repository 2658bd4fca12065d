// SPDX-License-Identifier: BSD-3-Clause

/// Where the rotation axis lies in the projections as they were measured.
public struct RotationAxis: Sendable, Hashable {
  /// The angle of the axis against the rows' direction (y), degrees; positive turns +y towards +x.
  public var tilt: Double
  /// How far the axis lies to the right of the projections' middle, pixels.
  public var offset: Double

  /// Makes an axis of its angle in degrees and its offset in pixels.
  public init(tilt: Double, offset: Double) {
    self.tilt = tilt
    self.offset = offset
  }
}
