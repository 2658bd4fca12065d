// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A Python value that can be pickled.
public indirect enum PickledValue: Sendable {
  /// `None`.
  case none
  /// `True` or `False`.
  case truth(Bool)
  /// An `int`.
  case integer(Int)
  /// A `float`.
  case number(Double)
  /// A `str`.
  case text(String)
  /// A `list`.
  case list([PickledValue])
  /// A `tuple`.
  case tuple([PickledValue])
  /// A `dict` with texts for keys, in this order.
  case dictionary([(String, PickledValue)])
  /// A `numpy.ndarray`.
  case array(NumPyArray)
  /// A `numpy.float64`.
  case scalar(Double)
}

/// An array of NumPy's, rows first, little-endian.
public struct NumPyArray: Sendable {
  /// What its elements are.
  public enum ElementType: String, Sendable, Hashable {
    /// `uint16`.
    case uint16 = "u2"
    /// `float64`.
    case float64 = "f8"
  }

  /// What its elements are.
  public var type: ElementType
  /// Its extent.
  public var shape: [Int]
  /// Its elements.
  public var bytes: SharedBytes

  /// Makes an array.
  public init(type: ElementType, shape: [Int], bytes: SharedBytes) {
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }
}
