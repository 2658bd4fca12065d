// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A value of JSON in a plot's description.
///
/// Written so that it may stand inside a `<script>` element: no `<` is left in it. Arrays of numbers
/// are typed arrays in base64 (`dtype`, `bdata`, `shape`), as Plotly reads them since version 2.35: a
/// number takes 5.3 bytes, and NaN is kept.
indirect enum PlotValue: Sendable {
  case number(Double)
  case flag(Bool)
  case text(String)
  case list([PlotValue])
  case object([(key: String, value: PlotValue)])
  case null

  /// Numbers in single precision, little-endian, with the extents [row, column] of an image.
  static func floats(_ values: [Float], shape: [Int] = []) -> PlotValue {
    var bytes = Data(capacity: 4 * values.count)
    for value in values { bytes.append(littleEndian: value.bitPattern) }
    return typed("f4", bytes, shape)
  }

  /// Numbers in double precision.
  static func doubles(_ values: [Double]) -> PlotValue {
    var bytes = Data(capacity: 8 * values.count)
    for value in values { bytes.append(littleEndian: value.bitPattern) }
    return typed("f8", bytes, [])
  }

  /// Whole numbers of 32 bits.
  static func integers(_ values: [Int32]) -> PlotValue {
    var bytes = Data(capacity: 4 * values.count)
    for value in values { bytes.append(littleEndian: UInt32(bitPattern: value)) }
    return typed("i4", bytes, [])
  }

  private static func typed(_ type: String, _ bytes: Data, _ shape: [Int]) -> PlotValue {
    var value: [(key: String, value: PlotValue)] = [
      ("dtype", .text(type)), ("bdata", .text(bytes.base64EncodedString())),
    ]
    if !shape.isEmpty {
      value.append(("shape", .text(shape.map { "\($0)" }.joined(separator: ", "))))
    }
    return .object(value)
  }

  /// The same with a further key.
  func with(_ key: String, _ value: PlotValue) -> PlotValue {
    guard case .object(let entries) = self else { return self }
    return .object(entries.filter { $0.key != key } + [(key, value)])
  }

  /// The value as JSON.
  var json: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .number(let number):
      let isWhole = number.rounded() == number && abs(number) < 1e15
      text += !number.isFinite ? "null" : isWhole ? "\(Int(number))" : "\(number)"
    case .flag(let flag): text += flag ? "true" : "false"
    case .text(let string): Self.write(string, to: &text)
    case .list(let values):
      text += "["
      for (place, value) in values.enumerated() {
        if place > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let entries):
      text += "{"
      for (place, entry) in entries.enumerated() {
        if place > 0 { text += "," }
        Self.write(entry.key, to: &text)
        text += ":"
        entry.value.write(to: &text)
      }
      text += "}"
    case .null: text += "null"
    }
  }

  private static func write(_ string: String, to text: inout String) {
    // Base64 and most words need no care.
    let isPlain = string.utf8.allSatisfy { byte in
      byte >= 0x20 && byte < 0x7F && ![0x22, 0x5C, 0x3C, 0x3E, 0x26].contains(byte)
    }
    text += "\""
    if isPlain {
      text += string
    } else {
      for character in string.unicodeScalars {
        switch character {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\u{0}"..."\u{1F}", "<", ">", "&", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
          let digits = String(character.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(character)
        }
      }
    }
    text += "\""
  }
}

extension Data {
  fileprivate mutating func append<Word: FixedWidthInteger>(littleEndian word: Word) {
    for place in 0..<MemoryLayout<Word>.size {
      append(UInt8(truncatingIfNeeded: word >> (8 * Word(place))))
    }
  }
}

extension PlotValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  init(stringLiteral value: String) { self = .text(value) }
}

extension PlotValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  init(floatLiteral value: Double) { self = .number(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
}

extension PlotValue: ExpressibleByBooleanLiteral {
  init(booleanLiteral value: Bool) { self = .flag(value) }
}

extension PlotValue: ExpressibleByArrayLiteral {
  init(arrayLiteral elements: PlotValue...) { self = .list(elements) }
}

extension PlotValue: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, PlotValue)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
}
