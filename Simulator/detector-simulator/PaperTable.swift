// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A published experiment beside its twin: the paper's value, the twin's truth, what was found.
struct PaperTable {
  /// One line.
  struct Row {
    var name: String
    var unit: String
    /// The paper's value, in words where it is a range.
    var paper: String
    var truth: Double?
    var found: Double?
    /// What is said of the value found, such as an uncertainty.
    var remark: String
    var bound: ScoreTable.Bound

    /// Whether it is out of bounds; one that is not known where a bound stands is.
    var isOut: Bool {
      ScoreTable.Row(name: name, value: found, bound: bound, unit: unit).isOut
    }
  }

  /// Whether this is a small twin, which has bounds of its own.
  let isSmall: Bool
  private(set) var rows: [Row] = []

  init(isSmall: Bool) { self.isSmall = isSmall }

  /// Adds a line.
  ///
  /// - Parameters:
  ///   - name: What it is.
  ///   - unit: The unit of all its numbers.
  ///   - paper: The paper's value, in words.
  ///   - truth: What is true.
  ///   - found: What was found.
  ///   - remark: What is said of it.
  ///   - bound: What the whole experiment's twin is to reach.
  ///   - small: What the small one, with a third of the plates and a quarter of the iterations, is to
  ///     reach.
  mutating func add(
    _ name: String,
    _ unit: String,
    paper: String = "",
    truth: Double? = nil,
    found: Double?,
    remark: String = "",
    _ bound: ScoreTable.Bound = .none,
    small: ScoreTable.Bound = .none
  ) {
    rows.append(
      Row(
        name: name,
        unit: unit,
        paper: paper,
        truth: truth,
        found: found,
        remark: remark,
        bound: isSmall ? small : bound
      )
    )
  }

  /// The names of the figures that are out of bounds.
  var outOfBounds: [String] { rows.filter(\.isOut).map(\.name) }

  private static let headings = ["", "unit", "paper", "truth", "found", "bound", ""]

  private func cells(_ row: Row) -> [String] {
    [
      row.name, row.unit, row.paper, row.truth.map(Self.number) ?? "",
      row.found.map(Self.number) ?? (row.bound.words.isEmpty ? "" : "unknown"),
      row.bound.words, row.isOut ? "OUT OF BOUNDS \(row.remark)" : row.remark,
    ]
  }

  /// The table as text in columns.
  var text: String {
    let table = [Self.headings] + rows.map(cells)
    let widths = Self.headings.indices.map { column in
      table.map { $0[column].count }.max() ?? 0
    }
    return table.map { line in
      let padded = zip(line, widths).map { text, width in
        text + String(repeating: " ", count: width - text.count)
      }
      let joined = "  " + padded.joined(separator: "  ")
      return String(joined.reversed().drop { $0 == " " }.reversed())
    }
    .joined(separator: "\n")
  }

  /// The table with commas, a line for each figure.
  var csv: String {
    let lines = rows.map { row in
      [
        row.name, row.unit, row.paper, row.truth.map { "\($0)" } ?? "",
        row.found.map { "\($0)" } ?? "", row.bound.words, row.isOut ? "no" : "yes", row.remark,
      ]
    }
    let table =
      [["quantity", "unit", "paper", "truth", "found", "bound", "within", "remark"]] + lines
    return table.map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) }
      ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    return value == value.rounded() && abs(value) < 1e9
      ? String(Int(value)) : String(format: abs(value) >= 100 ? "%.0f" : "%.3g", value)
  }
}

extension ScoreTable.Bound {
  /// The bound in words; empty where there is none.
  var words: String {
    switch self {
    case .none: ""
    case .atMost(let limit): "at most \(Self.short(limit))"
    case .atLeast(let limit): "at least \(Self.short(limit))"
    }
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(format: "%.3g", value)
  }
}
