// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Imaging

/// Reads and writes the JSON parts of messages.
///
/// Reading accepts what Python's `json` writes, which includes the bare words NaN and Infinity:
/// a value that nobody reads must not make a message unreadable. Nesting deeper than 512 is refused.
enum JSONPart {
  /// Reads part number `part` of a message.
  static func decode<Fields: Decodable>(
    _ type: Fields.Type,
    from parts: [SharedBytes],
    part: Int,
    maximumBytes: Int
  ) throws(WireError) -> Fields {
    guard parts[part].count <= maximumBytes else {
      throw WireError(
        "has \(parts[part].count) bytes",
        part: part,
        expected: "at most \(maximumBytes)"
      )
    }
    let text = parts[part].array()
    guard (try? UTF8Span(validating: text.span)) != nil else {
      throw WireError("is not UTF-8 text", part: part)
    }
    do {
      // Not the decoder's JSON5 mode, which knows these words: damaged numbers end the process there.
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity",
        negativeInfinity: "-Infinity",
        nan: "NaN"
      )
      return try decoder.decode(type, from: Data(quotingBareNumbers(text)))
    } catch let error as DecodingError {
      throw WireError(error, part: part)
    } catch {
      throw WireError("is not JSON", part: part)
    }
  }

  /// Writes an object with its keys in order, so that equal records give equal bytes.
  static func encode(_ fields: some Encodable) -> SharedBytes {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Numbers that are none have no place in JSON; as texts they are refused where they matter.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity",
      negativeInfinity: "-Infinity",
      nan: "NaN"
    )
    guard let data = try? encoder.encode(fields) else {
      preconditionFailure("numbers, texts and lists of them can always be written")
    }
    return SharedBytes([UInt8](data))
  }
}

extension WireError {
  /// Says what the JSON reader found, with the key where it can tell.
  fileprivate init(_ error: DecodingError, part: Int) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init("is missing", part: part, key: Self.path(context.codingPath + [key]))
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let expected = Self.names[ObjectIdentifier(type)] ?? "another type"
      self.init(
        "has the wrong type",
        part: part,
        key: Self.path(context.codingPath),
        expected: expected
      )
    case .dataCorrupted(let context):
      guard let key = Self.path(context.codingPath) else {
        let reason = context.underlyingError.map { ": \($0)" } ?? ""
        self.init("is not JSON\(reason)", part: part)
        return
      }
      self.init(context.debugDescription, part: part, key: key)
    @unknown default:
      self.init("is not JSON", part: part)
    }
  }

  private static let names: [ObjectIdentifier: String] = [
    ObjectIdentifier(Double.self): "a number",
    ObjectIdentifier(Float.self): "a number",
    ObjectIdentifier(Int.self): "a whole number",
    ObjectIdentifier(Int64.self): "a whole number",
    ObjectIdentifier(String.self): "a text",
    ObjectIdentifier([Any].self): "a list",
    ObjectIdentifier([String: Any].self): "an object, {…}",
  ]

  /// "translations[3][0]"; nil for the whole part.
  private static func path(_ keys: [any CodingKey]) -> String? {
    guard !keys.isEmpty else { return nil }
    return keys.reduce(into: "") { path, key in
      if let index = key.intValue {
        path += "[\(index)]"
      } else {
        path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
      }
    }
  }
}
