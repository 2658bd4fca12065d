// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Figures beside their bounds.
struct ScoreTable {
  /// What a figure must keep to.
  enum Bound {
    case atMost(Double)
    case atLeast(Double)
    case none
  }

  /// One line.
  struct Row {
    var name: String
    var value: Double?
    var bound: Bound
    var unit: String

    /// Whether it is out of bounds; a figure that is not known where a bound stands is.
    var isOut: Bool {
      switch bound {
      case .none: false
      case .atMost(let limit): !((value ?? .infinity) <= limit)
      case .atLeast(let limit): !((value ?? -.infinity) >= limit)
      }
    }
  }

  private(set) var rows: [Row] = []

  mutating func add(_ name: String, _ value: Double?, _ unit: String, _ bound: Bound = .none) {
    rows.append(Row(name: name, value: value, bound: bound, unit: unit))
  }

  /// The names of the figures that are out of bounds.
  var outOfBounds: [String] { rows.filter(\.isOut).map(\.name) }

  /// The table as text.
  var text: String {
    let width = (rows.map(\.name.count).max() ?? 0) + 2
    return rows.map { row in
      let name = row.name.padding(toLength: width, withPad: " ", startingAt: 0)
      let value = row.value.map { Self.number($0) } ?? "unknown"
      let figure = String(repeating: " ", count: max(0, 9 - value.count)) + value
      let unit = row.unit.padding(toLength: 6, withPad: " ", startingAt: 0)
      let bound =
        switch row.bound {
        case .none: ""
        case .atMost(let limit): "at most \(Self.number(limit))"
        case .atLeast(let limit): "at least \(Self.number(limit))"
        }
      let verdict = row.isOut ? "   OUT OF BOUNDS" : ""
      return "  \(name)\(figure) \(unit) \(bound)\(verdict)"
    }
    .joined(separator: "\n")
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    return value == value.rounded() && abs(value) < 1e9
      ? String(Int(value)) : String(format: "%.3g", value)
  }
}
