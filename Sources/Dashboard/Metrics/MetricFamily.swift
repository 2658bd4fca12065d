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
  var samples: [Sample] = []

  /// A value, and where a metric has several, what tells it from the others.
  struct Sample {
    /// `queue="recorder"`; nil for the only one.
    let label: String?
    let value: Double

    /// The only value.
    init(_ value: Double) {
      label = nil
      self.value = value
    }

    /// One of several values.
    init(_ name: String, _ text: String, _ value: Double) {
      label = "\(name)=\"\(MetricFamily.escaped(text, quotes: true))\""
      self.value = value
    }
  }

  /// HELP, TYPE, and a line for each sample; nothing where there is none.
  var lines: String {
    guard !samples.isEmpty else { return "" }
    var text =
      "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    for sample in samples {
      let label = sample.label.map { "{\($0)}" } ?? ""
      text += "\(name)\(label) \(Self.number(sample.value))\n"
    }
    return text
  }

  /// Whole numbers without a fraction.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return abs(value) < 1e15 && value == value.rounded() ? "\(Int(value))" : "\(value)"
  }

  static func escaped(_ text: String, quotes: Bool) -> String {
    let plain = text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    return quotes ? plain.replacing("\"", with: "\\\"") : plain
  }
}
