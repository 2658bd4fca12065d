// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// How a source writes an array, in NumPy's words, and the way from there to ours.
struct PixelLayout {
  enum Number: String, CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

    var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      }
    }
  }

  let number: Number
  let isBigEndian: Bool
  let isColumnMajor: Bool
  let shape: Shape2D

  init(number: Number, isBigEndian: Bool, isColumnMajor: Bool, shape: Shape2D) {
    self.number = number
    self.isBigEndian = isBigEndian
    self.isColumnMajor = isColumnMajor
    self.shape = shape
  }

  init(
    sampleType: String,
    byteOrder: String?,
    order: String?,
    shape: Shape2D
  ) throws(WireError) {
    guard let number = Number(rawValue: sampleType) else {
      throw WireError(
        "is \(quoted(sampleType))",
        part: 1,
        key: "dtype",
        expected: "uint16 (raw words) or float32 (photon counts)"
      )
    }
    switch byteOrder ?? "<" {
    case "<", "=", "|": isBigEndian = false
    case ">", "!": isBigEndian = true
    case let other:
      throw WireError("is \(quoted(other))", part: 1, key: "byteorder", expected: "< or >")
    }
    switch order ?? "C" {
    case "C": isColumnMajor = false
    case "F": isColumnMajor = true
    case let other:
      throw WireError("is \(quoted(other))", part: 1, key: "order", expected: "C or F")
    }
    self.number = number
    self.shape = shape
  }

  /// The pixels row after row, little-endian, uint16 or float32: uncopied where they are already.
  func standardPixels(
    from bytes: SharedBytes,
    part: Int
  ) throws(WireError) -> (SharedBytes, SampleType) {
    let expected = shape.count * number.byteCount
    guard bytes.count == expected else {
      throw WireError(
        "has \(bytes.count) bytes",
        part: part,
        expected: "\(expected) for \(shape) of \(number.rawValue)"
      )
    }
    let isStandard = !isBigEndian && !isColumnMajor
    switch number {
    case .uint16:
      return (isStandard ? bytes : rearranged(bytes, as: UInt16.self), .uint16)
    case .float32:
      return (isStandard ? bytes : rearranged(bytes, as: UInt32.self), .float32)
    case .uint8: return (converted(bytes, as: UInt8.self) { Float($0) }, .float32)
    case .int8: return (converted(bytes, as: Int8.self) { Float($0) }, .float32)
    case .int16: return (converted(bytes, as: Int16.self) { Float($0) }, .float32)
    case .uint32: return (converted(bytes, as: UInt32.self) { Float($0) }, .float32)
    case .int32: return (converted(bytes, as: Int32.self) { Float($0) }, .float32)
    case .uint64: return (converted(bytes, as: UInt64.self) { Float($0) }, .float32)
    case .int64: return (converted(bytes, as: Int64.self) { Float($0) }, .float32)
    case .float64:
      return (
        converted(bytes, as: UInt64.self) { Float(Double(bitPattern: $0)) }, .float32
      )
    }
  }

  /// Raw detector words, little-endian, whatever whole numbers they are written as.
  ///
  /// Nil where a number has more than 16 bits. Uncopied where they are words in rows already.
  func rawWords(from bytes: SharedBytes) -> SharedBytes? {
    let isStandard = !isBigEndian && !isColumnMajor
    switch number {
    // int16 is the same words with their first bit read as a sign.
    case .uint16, .int16: return isStandard ? bytes : rearranged(bytes, as: UInt16.self)
    case .uint8: return narrowed(bytes, as: UInt8.self)
    case .int8: return narrowed(bytes, as: Int8.self)
    case .uint32: return narrowed(bytes, as: UInt32.self)
    case .int32: return narrowed(bytes, as: Int32.self)
    case .uint64: return narrowed(bytes, as: UInt64.self)
    case .int64: return narrowed(bytes, as: Int64.self)
    case .float32, .float64: return nil
    }
  }

  private func narrowed<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: SharedBytes,
    as type: Word.Type
  ) -> SharedBytes? {
    let wide = words(bytes, as: type)
    let narrow = wide.map { UInt16(truncatingIfNeeded: $0) }
    guard zip(wide, narrow).allSatisfy({ $0 == $1 }) else { return nil }
    return SharedBytes(copying: narrow)
  }

  /// The numbers in the order of rows.
  func doubles(from bytes: SharedBytes) -> [Double] {
    switch number {
    case .uint8: words(bytes, as: UInt8.self).map { Double($0) }
    case .int8: words(bytes, as: Int8.self).map { Double($0) }
    case .uint16: words(bytes, as: UInt16.self).map { Double($0) }
    case .int16: words(bytes, as: Int16.self).map { Double($0) }
    case .uint32: words(bytes, as: UInt32.self).map { Double($0) }
    case .int32: words(bytes, as: Int32.self).map { Double($0) }
    case .uint64: words(bytes, as: UInt64.self).map { Double($0) }
    case .int64: words(bytes, as: Int64.self).map { Double($0) }
    case .float32: words(bytes, as: UInt32.self).map { Double(Float(bitPattern: $0)) }
    case .float64: words(bytes, as: UInt64.self).map { Double(bitPattern: $0) }
    }
  }

  /// The words in the order of rows and of this machine.
  private func words<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: SharedBytes,
    as type: Word.Type
  ) -> [Word] {
    var words = bytes.elements(as: type)
    if isBigEndian { for i in words.indices { words[i] = words[i].byteSwapped } }
    guard isColumnMajor else { return words }
    var rows = words
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        rows[row * shape.columns + column] = words[column * shape.rows + row]
      }
    }
    return rows
  }

  private func rearranged<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: SharedBytes,
    as type: Word.Type
  ) -> SharedBytes {
    SharedBytes(copying: words(bytes, as: type))
  }

  private func converted<Word: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: SharedBytes,
    as type: Word.Type,
    _ convert: (Word) -> Float
  ) -> SharedBytes {
    SharedBytes(copying: words(bytes, as: type).map(convert))
  }
}
