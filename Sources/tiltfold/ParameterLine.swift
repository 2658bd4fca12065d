// SPDX-License-Identifier: BSD-3-Clause

import WireFormat

/// A parameter that can be set, as text.
struct ParameterLine {
  /// "ptychography.beta = 0.75 (0.5 to 1)", then its meaning and from when on it holds.
  static func text(_ parameter: ControlParameter) -> String {
    let unit = parameter.unit.map { " \($0)" } ?? ""
    let value = parameter.value.map { "\($0)\(unit)" } ?? "null"
    var bounds: [String] = []
    if let minimum = parameter.minimum, let maximum = parameter.maximum {
      bounds.append("\(number(minimum)) to \(number(maximum))\(unit)")
    } else {
      bounds.append("true or false")
    }
    if let absent = parameter.absent { bounds.append("null: \(absent)") }
    return """
      \(parameter.key) = \(value) (\(bounds.joined(separator: "; ")))
        \(parameter.meaning)
        holds \(parameter.effect)
      """
  }

  private static func number(_ value: Double) -> String {
    ControlParameter.Value.number(value).description
  }
}
