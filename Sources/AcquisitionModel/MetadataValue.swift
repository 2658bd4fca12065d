// SPDX-License-Identifier: BSD-3-Clause

/// A value out of a beamline's own metadata: what JSON and Python's plain types have in common.
///
/// Files hold such trees as JSON, streams as pickles; whoever reads either makes this of it, and
/// `BeamlineScanMetadata` then has one form to understand.
public enum MetadataValue: Sendable, Hashable {
  /// Nothing: `null`, `None`.
  case none
  /// True or false.
  case flag(Bool)
  /// A number, whole or not.
  case number(Double)
  /// A text.
  case text(String)
  /// A list or tuple.
  case list([MetadataValue])
  /// Names and values: an object, a dict.
  case table([String: MetadataValue])

  /// The value under a name; nil where this is no table or has no such name, or nothing there.
  public subscript(name: String) -> MetadataValue? {
    guard case .table(let entries) = self, let value = entries[name], value != .none else {
      return nil
    }
    return value
  }

  /// The number; of a list of one its only number; nil for anything else.
  public var number: Double? {
    switch self {
    case .number(let number): number
    case .list(let items) where items.count == 1: items[0].number
    default: nil
    }
  }

  /// The text, where it is one.
  public var text: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  /// The items, where it is a list.
  public var items: [MetadataValue]? {
    guard case .list(let items) = self else { return nil }
    return items
  }

  /// Whether it is true, a number other than 0, or the text "true" in any spelling.
  public var isTrue: Bool {
    switch self {
    case .flag(let flag): flag
    case .number(let number): number != 0
    case .text(let text): text.lowercased() == "true"
    case .none, .list, .table: false
    }
  }
}

extension MetadataValue: Decodable {
  /// Reads any JSON.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // Numbers and lists first: positions are most of what there is.
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let items = try? container.decode([MetadataValue].self) {
      self = .list(items)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let entries = try? container.decode([String: MetadataValue].self) {
      self = .table(entries)
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else {
      self = .none
    }
  }
}
