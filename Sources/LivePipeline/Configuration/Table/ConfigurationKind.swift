// SPDX-License-Identifier: BSD-3-Clause

import Messaging

/// What may stand at a key.
package indirect enum ConfigurationKind: Sendable {
  /// A number within bounds.
  case number(ClosedRange<Double>)
  /// A whole number within bounds.
  case integer(ClosedRange<Int>)
  /// `true` or `false`.
  case flag
  /// Any text that is not empty.
  case text
  /// A ZeroMQ endpoint.
  case endpoint
  /// An address of this machine with a port.
  case address
  /// One of a few words.
  case choice([String])
  /// A list of so many values of one kind.
  case list(of: ConfigurationKind, count: ClosedRange<Int>)
  /// One word, or a value of the kind.
  case word(String, or: ConfigurationKind)
  /// `null`, which means what the words say, or a value of the kind.
  case optional(ConfigurationKind, absent: String)

  /// What may stand there, in words: "a number from 0.1 to 1 m".
  func words(unit: String?) -> String {
    let behind = unit.map { " \($0)" } ?? ""
    switch self {
    case .number(let range):
      return "a number\(Self.bounds(range, ConfigurationValue.shortest))\(behind)"
    case .integer(let range) where range.lowerBound == range.upperBound:
      return "\(range.lowerBound)\(behind)"
    case .integer(let range) where range.upperBound == .max:
      return "a whole number, \(range.lowerBound) or more\(behind)"
    case .integer(let range):
      return "a whole number\(Self.bounds(range) { "\($0)" })\(behind)"
    case .flag: return "true or false"
    case .text: return "text"
    case .endpoint: return "an endpoint such as tcp://127.0.0.1:37013"
    case .address: return "an address and a port such as 127.0.0.1:8080"
    case .choice(let words):
      return words.count == 1 ? words[0] : "one of " + words.joined(separator: ", ")
    case .list(let kind, let count):
      let many =
        count.count == 1
        ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
      return "a list of \(many), each \(kind.words(unit: unit))"
    case .word(let word, let kind): return "\(word), or \(kind.words(unit: unit))"
    case .optional(let kind, let absent):
      return "\(kind.words(unit: unit)), or null (\(absent))"
    }
  }

  private static func bounds<Bound>(
    _ range: ClosedRange<Bound>,
    _ text: (Bound) -> String
  ) -> String {
    " from \(text(range.lowerBound)) to \(text(range.upperBound))"
  }

  /// What is wrong with a value, in words; nil where nothing is.
  func complaint(about value: ConfigurationValue, unit: String?) -> String? {
    let unitWords = unit.map { " \($0)" } ?? ""
    let expected = "expected \(words(unit: unit))"
    switch (self, value) {
    case (.optional, .none): return nil
    case (.optional(let kind, _), _): return kind.complaint(about: value, unit: unit)
    case (.word(let word, _), .text(let text)) where text == word: return nil
    case (.word(let word, let kind), _):
      guard let complaint = kind.complaint(about: value, unit: unit) else { return nil }
      return value.text == nil
        ? complaint
        : "\(value) is not known here; expected \(word), or "
          + kind.words(unit: unit)
    case (.number(let range), _):
      guard let number = value.number else { return "\(value) is not a number; \(expected)" }
      return range.contains(number) ? nil : "\(value)\(unitWords) is out of bounds; \(expected)"
    case (.integer(let range), _):
      guard let integer = value.integer else {
        return "\(value) is not a whole number; \(expected)"
      }
      return range.contains(integer) ? nil : "\(value)\(unitWords) is out of bounds; \(expected)"
    case (.flag, .flag): return nil
    case (.text, .text(let text)): return text.isEmpty ? "the text is empty" : nil
    case (.endpoint, .text(let text)):
      return Self.isEndpoint(text) ? nil : "\(value) is not an endpoint; \(expected)"
    case (.address, .text(let text)):
      return Self.isAddress(text) ? nil : "\(value) is not an address with a port; \(expected)"
    case (.choice(let words), .text(let text)) where words.contains(text): return nil
    case (.choice(let words), .text(let text)):
      let hint = EditDistance.nearest(to: text, among: words).map { "; did you mean \($0)?" } ?? ""
      return "\(value) is not known here; \(expected)\(hint)"
    case (.list(let kind, let count), .list(let values)):
      guard count.contains(values.count) else {
        return "the list has \(values.count) entries; \(expected)"
      }
      return values.lazy.compactMap { kind.complaint(about: $0, unit: unit) }.first
    default: return "\(value) is not what belongs here; \(expected)"
    }
  }

  /// Whether a text names a ZeroMQ endpoint: a transport known here, and a port for TCP.
  private static func isEndpoint(_ text: String) -> Bool {
    if text.hasPrefix("ipc://") || text.hasPrefix("inproc://") {
      return text.hasSuffix("//") == false
    }
    guard text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":") else { return false }
    let host = text[..<colon].dropFirst("tcp://".count)
    let port = text[text.index(after: colon)...]
    return !host.isEmpty && (port == "*" || UInt16(port).map { $0 > 0 } == true)
  }

  /// Whether a text is numbers of IPv4, IPv6 in brackets or `localhost`, with a port.
  private static func isAddress(_ text: String) -> Bool {
    guard let colon = text.lastIndex(of: ":") else { return false }
    let (host, port) = (text[..<colon], text[text.index(after: colon)...])
    guard port == "*" || UInt16(port).map({ $0 > 0 }) == true else { return false }
    if host == "localhost" { return true }
    if host.hasPrefix("["), host.hasSuffix("]") {
      let digits = host.dropFirst().dropLast()
      return digits.contains(":") && digits.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
  }
}
