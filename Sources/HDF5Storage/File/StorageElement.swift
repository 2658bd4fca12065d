// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What a dataset's elements are, as NumPy names them.
public enum StorageType: String, Sendable, Hashable, CaseIterable {
  /// Signed, 8 bits.
  case int8
  /// Unsigned, 8 bits.
  case uint8
  /// Signed, 16 bits.
  case int16
  /// Unsigned, 16 bits.
  case uint16
  /// Signed, 32 bits.
  case int32
  /// Unsigned, 32 bits.
  case uint32
  /// Signed, 64 bits.
  case int64
  /// Unsigned, 64 bits.
  case uint64
  /// Floating point, 32 bits.
  case float32
  /// Floating point, 64 bits.
  case float64
  /// Complex, two 32-bit floats: h5py's compound of `r` and `i`.
  case complex64
  /// Complex, two 64-bit floats; read as `complex64`.
  case complex128
  /// Text.
  case text
  /// Anything else; it can be listed but not read.
  case other
}

/// A type whose arrays can be written to and read from a file.
public protocol StorageElement: BitwiseCopyable, Sendable {
  /// How the elements are stored.
  static var storageType: StorageType { get }
  /// The value that new arrays are filled with.
  static var empty: Self { get }
}

extension StorageElement where Self: FixedWidthInteger {
  /// Zero.
  public static var empty: Self { 0 }
}

extension Int8: StorageElement {
  /// `int8`.
  public static var storageType: StorageType { .int8 }
}
extension UInt8: StorageElement {
  /// `uint8`.
  public static var storageType: StorageType { .uint8 }
}
extension Int16: StorageElement {
  /// `int16`.
  public static var storageType: StorageType { .int16 }
}
extension UInt16: StorageElement {
  /// `uint16`.
  public static var storageType: StorageType { .uint16 }
}
extension Int32: StorageElement {
  /// `int32`.
  public static var storageType: StorageType { .int32 }
}
extension UInt32: StorageElement {
  /// `uint32`.
  public static var storageType: StorageType { .uint32 }
}
extension Int64: StorageElement {
  /// `int64`.
  public static var storageType: StorageType { .int64 }
}
extension UInt64: StorageElement {
  /// `uint64`.
  public static var storageType: StorageType { .uint64 }
}
extension Float: StorageElement {
  /// `float32`.
  public static var storageType: StorageType { .float32 }
  /// Zero.
  public static var empty: Float { 0 }
}
extension Double: StorageElement {
  /// `float64`.
  public static var storageType: StorageType { .float64 }
  /// Zero.
  public static var empty: Double { 0 }
}
extension Complex64: StorageElement {
  /// `complex64`.
  public static var storageType: StorageType { .complex64 }
  /// Zero.
  public static var empty: Complex64 { .zero }
}
