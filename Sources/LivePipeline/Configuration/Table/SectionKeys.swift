// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// Makes the keys of one section, each from the property that it sets.
struct SectionKeys<Part> {
  typealias Field<Value> = any WritableKeyPath<Part, Value> & Sendable

  /// The section, "preprocessing".
  let section: String
  /// The section's part of a configuration.
  let part: any WritableKeyPath<PipelineConfiguration, Part> & Sendable

  /// A key of any kind.
  func key(
    _ name: String,
    _ kind: ConfigurationKind,
    _ meaning: String,
    isRequired: Bool = false,
    read: @escaping @Sendable (Part) -> ConfigurationValue,
    write: @escaping @Sendable (inout Part, ConfigurationValue) -> Void
  ) -> ConfigurationKey {
    ConfigurationKey(
      path: "\(section).\(name)",
      kind: kind,
      meaning: meaning,
      isRequired: isRequired,
      read: { [part] in read($0[keyPath: part]) },
      write: { [part] in write(&$0[keyPath: part], $1) }
    )
  }

  /// A number.
  func number(
    _ name: String,
    _ field: Field<Double>,
    _ range: ClosedRange<Double>,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .number(range), meaning) {
      .number($0[keyPath: field])
    } write: {
      $0[keyPath: field] = $1.number ?? .nan
    }
  }

  /// A number, or `null`.
  func number(
    _ name: String,
    _ field: Field<Double?>,
    _ range: ClosedRange<Double>,
    absent: String,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .optional(.number(range), absent: absent), meaning) {
      $0[keyPath: field].map(ConfigurationValue.number) ?? .none
    } write: {
      $0[keyPath: field] = $1.number
    }
  }

  /// A length in metres.
  func length(
    _ name: String,
    _ field: Field<Length>,
    _ range: ClosedRange<Double>,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .number(range), meaning) {
      .number($0[keyPath: field].meters.roundedToDecimals)
    } write: {
      $0[keyPath: field] = Length(meters: $1.number ?? .nan)
    }
  }

  /// A whole number.
  func integer<Value: FixedWidthInteger & Sendable>(
    _ name: String,
    _ field: Field<Value>,
    _ range: ClosedRange<Int>,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .integer(range), meaning) {
      .integer(Int(clamping: $0[keyPath: field]))
    } write: {
      $0[keyPath: field] = Value(clamping: $1.integer ?? 0)
    }
  }

  /// A whole number, or `null`.
  func integer(
    _ name: String,
    _ field: Field<Int?>,
    _ range: ClosedRange<Int>,
    absent: String,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .optional(.integer(range), absent: absent), meaning) {
      $0[keyPath: field].map(ConfigurationValue.integer) ?? .none
    } write: {
      $0[keyPath: field] = $1.integer
    }
  }

  /// `true` or `false`.
  func flag(_ name: String, _ field: Field<Bool>, _ meaning: String) -> ConfigurationKey {
    key(name, .flag, meaning) {
      .flag($0[keyPath: field])
    } write: {
      $0[keyPath: field] = $1.flag ?? false
    }
  }

  /// Text, or an endpoint.
  func text(
    _ name: String,
    _ field: Field<String>,
    as kind: ConfigurationKind = .text,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, kind, meaning) {
      .text($0[keyPath: field])
    } write: {
      $0[keyPath: field] = $1.text ?? ""
    }
  }

  /// Text, an endpoint, or `null`.
  func text(
    _ name: String,
    _ field: Field<String?>,
    as kind: ConfigurationKind = .text,
    absent: String,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .optional(kind, absent: absent), meaning) {
      $0[keyPath: field].map(ConfigurationValue.text) ?? .none
    } write: {
      $0[keyPath: field] = $1.text
    }
  }

  /// A list of texts or endpoints.
  func texts(
    _ name: String,
    _ field: Field<[String]>,
    as kind: ConfigurationKind,
    count: ClosedRange<Int>,
    isRequired: Bool = false,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .list(of: kind, count: count), meaning, isRequired: isRequired) {
      .list($0[keyPath: field].map(ConfigurationValue.text))
    } write: {
      $0[keyPath: field] = $1.list?.compactMap(\.text) ?? []
    }
  }

  /// A list of texts, or `null`.
  func texts(
    _ name: String,
    _ field: Field<[String]?>,
    as kind: ConfigurationKind,
    count: ClosedRange<Int>,
    absent: String,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .optional(.list(of: kind, count: count), absent: absent), meaning) {
      $0[keyPath: field].map { .list($0.map(ConfigurationValue.text)) } ?? .none
    } write: {
      $0[keyPath: field] = $1.list?.compactMap(\.text)
    }
  }

  /// A list of whole numbers.
  func integers<Value: FixedWidthInteger & Sendable>(
    _ name: String,
    _ field: Field<[Value]>,
    _ range: ClosedRange<Int>,
    count: ClosedRange<Int>,
    _ meaning: String
  ) -> ConfigurationKey {
    key(name, .list(of: .integer(range), count: count), meaning) {
      .list($0[keyPath: field].map { .integer(Int(clamping: $0)) })
    } write: {
      $0[keyPath: field] = $1.list?.compactMap(\.integer).map(Value.init(clamping:)) ?? []
    }
  }

  /// One of an enumeration's words.
  func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ name: String,
    _ field: Field<Choice>,
    isRequired: Bool = false,
    _ meaning: String
  ) -> ConfigurationKey where Choice.RawValue == String {
    key(name, .choice(Choice.allCases.map(\.rawValue)), meaning, isRequired: isRequired) {
      .text($0[keyPath: field].rawValue)
    } write: {
      if let choice = $1.text.flatMap(Choice.init(rawValue:)) { $0[keyPath: field] = choice }
    }
  }

  /// A list of numbers.
  func numbers(
    _ name: String,
    _ range: ClosedRange<Double>,
    count: ClosedRange<Int>,
    _ meaning: String,
    read: @escaping @Sendable (Part) -> [Double],
    write: @escaping @Sendable (inout Part, [Double]) -> Void
  ) -> ConfigurationKey {
    key(name, .list(of: .number(range), count: count), meaning) {
      .list(read($0).map(ConfigurationValue.number))
    } write: {
      write(&$0, ($1.list ?? []).compactMap(\.number))
    }
  }

  /// A matrix of so many rows and columns, as a list of rows.
  func matrix(
    _ name: String,
    rows: ClosedRange<Int>,
    columns: Int,
    _ range: ClosedRange<Double>,
    _ meaning: String,
    read: @escaping @Sendable (Part) -> [[Double]],
    write: @escaping @Sendable (inout Part, [[Double]]) -> Void
  ) -> ConfigurationKey {
    let row = ConfigurationKind.list(of: .number(range), count: columns...columns)
    return key(name, .list(of: row, count: rows), meaning) {
      .list(read($0).map { .list($0.map(ConfigurationValue.number)) })
    } write: {
      write(&$0, ($1.list ?? []).map { ($0.list ?? []).compactMap(\.number) })
    }
  }
}
