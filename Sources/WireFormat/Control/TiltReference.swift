// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// A tilt that a control request names: by its place in the series or by its angle.
public struct TiltReference: Sendable, Hashable, CustomStringConvertible {
  /// How it is named.
  public enum Name: Sendable, Hashable {
    /// By its place in the series, from 0.
    case index(Int)
    /// By its angle.
    case angle(TiltAngle)
  }

  /// How it is named.
  public var name: Name
  /// The tomogram; nil where there is only one.
  public var tomogram: String?

  /// Names a tilt.
  public init(_ name: Name, tomogram: String? = nil) {
    self.name = name
    self.tomogram = tomogram
  }

  /// "tilt 3", or "tilt at -12.5 degrees".
  public var description: String {
    switch name {
    case .index(let index): "tilt \(index)"
    case .angle(let angle): "tilt at \(angle.degrees) degrees"
    }
  }
}
