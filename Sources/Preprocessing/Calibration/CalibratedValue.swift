// SPDX-License-Identifier: BSD-3-Clause

/// A measured value and how far it can be trusted.
public struct CalibratedValue: Sendable, Hashable {
  /// The value.
  public var value: Double
  /// Its standard uncertainty, in the value's unit.
  public var uncertainty: Double

  /// Makes a value.
  public init(_ value: Double, uncertainty: Double) {
    self.value = value
    self.uncertainty = uncertainty
  }

  /// The uncertainty over the value.
  public var relativeUncertainty: Double { abs(uncertainty / value) }

  /// The value in another unit.
  public func scaled(by factor: Double) -> CalibratedValue {
    CalibratedValue(value * factor, uncertainty: uncertainty * abs(factor))
  }
}

/// A calibration that cannot be made from what was measured, in plain words.
public struct CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is missing and what to do.
  public var description: String

  /// Makes an error.
  public init(_ description: String) {
    self.description = description
  }
}
