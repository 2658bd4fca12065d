// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The element type of a NumPy array, as a pickle writes it: "u2" and its byte order.
struct NumPyType: Hashable {
  /// The letter: b(ool), i, u, f, U (text); others are kept and never looked into.
  var kind: UInt8
  /// Bytes for each element; characters for texts.
  var size: Int
  /// Whether the most significant byte comes first.
  var isBigEndian = false

  /// The number type, where it is one that pixels and positions may have.
  var number: PixelLayout.Number? {
    switch (Character(UnicodeScalar(kind)), size) {
    case ("u", 1): .uint8
    case ("i", 1): .int8
    case ("u", 2): .uint16
    case ("i", 2): .int16
    case ("u", 4): .uint32
    case ("i", 4): .int32
    case ("u", 8): .uint64
    case ("i", 8): .int64
    case ("f", 4): .float32
    case ("f", 8): .float64
    default: nil
    }
  }

  /// Bytes for each element; nil where the type is none that is looked into.
  var byteCount: Int? {
    switch Character(UnicodeScalar(kind)) {
    case "U": size.multipliedReportingOverflow(by: 4).overflow ? nil : 4 * size
    case "b" where size == 1, "i", "u", "f": size
    default: nil
    }
  }

  /// "u2", "b1".
  var name: String { "\(Character(UnicodeScalar(kind)))\(size)" }
}

/// A NumPy array in a pickle: how it is laid out, and its bytes where the message has them.
struct NumPyArray {
  /// The element type.
  var type: NumPyType
  /// The extents, slowest first in C order.
  var shape: [Int]
  /// Whether the first index runs fastest.
  var isColumnMajor: Bool
  /// The elements.
  var bytes: SharedBytes

  /// The numbers in C order; nil where the elements are none.
  var numbers: [Double]? {
    guard let number = type.number else { return nil }
    let flat = Shape2D(
      rows: shape.first ?? 1,
      columns: shape.dropFirst().reduce(1, *)
    )
    // For two dimensions and fewer; a column-major array of more is not read as numbers.
    guard !isColumnMajor || shape.count <= 2 else { return nil }
    return PixelLayout(
      number: number,
      isBigEndian: type.isBigEndian,
      isColumnMajor: isColumnMajor,
      shape: flat
    ).doubles(from: bytes)
  }
}
