// SPDX-License-Identifier: BSD-3-Clause

/// One metric in Prometheus' text form: its name with unit, what it means, and its samples.
struct MetricFamily {
  /// How a monitor is to understand it.
  enum Kind: String {
    /// Only grows, from zero at the program's start.
    case counter
    /// Goes up and down.
    case gauge
  }

  let name: String
  let kind: Kind
  let help: String
  var samples: [(labels: [(name: String, value: String)], value: Double)] = []

  /// HELP, TYPE, and a line for each sample; nothing where there is none.
  var lines: String {
    guard !samples.isEmpty else { return "" }
    var text = "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for (labels, value) in samples {
      let inside = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
      text += name + (labels.isEmpty ? "" : "{\(inside.joined(separator: ","))}")
      text += " \(Self.number(value))\n"
    }
    return text
  }

  /// Whole numbers without a fraction.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return abs(value) < 1e15 && value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    let plain = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    return quotes ? plain.replacing("\"", with: "\\\"") : plain
  }
}
