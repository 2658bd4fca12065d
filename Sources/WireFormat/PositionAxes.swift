// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How a source's own axes turn into scan positions: a 2 x 2 matrix of signs, swaps and shear.
///
/// x = xx · x' + xy · y' and y = yx · x' + yy · y', where (x', y') is what the source says.
/// A test object calibrates it (Docs/Explanations/Coordinates.md).
public struct PositionAxes: Hashable, Sendable {
  /// How much of the source's x goes to x.
  public var xx: Double
  /// How much of the source's y goes to x.
  public var xy: Double
  /// How much of the source's x goes to y.
  public var yx: Double
  /// How much of the source's y goes to y.
  public var yy: Double

  /// Makes the matrix [[xx, xy], [yx, yy]].
  public init(xx: Double, xy: Double, yx: Double, yy: Double) {
    self.xx = xx
    self.xy = xy
    self.yx = yx
    self.yy = yy
  }

  /// The source's axes are ours.
  public static let identity = PositionAxes(xx: 1, xy: 0, yx: 0, yy: 1)

  /// The determinant; zero where the matrix loses a direction.
  public var determinant: Double { xx * yy - xy * yx }

  /// The matrix that turns ours into the source's.
  public var inverse: PositionAxes {
    precondition(determinant != 0, "the axes lose a direction")
    return PositionAxes(
      xx: yy / determinant,
      xy: -xy / determinant,
      yx: -yx / determinant,
      yy: xx / determinant
    )
  }

  /// Turns a source's (x, y), metres, into a scan position.
  public func position(x: Double, y: Double) -> ScanPosition {
    ScanPosition(x: xx * x + xy * y, y: yx * x + yy * y)
  }

  /// Throws unless the matrix is finite and loses no direction.
  public func validate() throws(ParameterError) {
    guard determinant.isFinite, abs(determinant) > 1e-6 else {
      throw ParameterError(
        key: "position_axes",
        value: "[[\(xx), \(xy)], [\(yx), \(yy)]]",
        expected: "a matrix that can be inverted"
      )
    }
  }
}
