// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A value of the right quantity in the wrong unit: `80 mm`, or 80 where metres are meant.
struct UnitHint {
  /// The key that it stands at.
  let key: ConfigurationKey
  /// What stands there.
  let value: ConfigurationValue

  /// What to say about it; nil where the unit is not what is wrong.
  var words: String? {
    guard let unit = key.unit else { return nil }
    if let text = value.text, let given = KeyUnit.quantity(in: text) {
      guard let number = given.unit.convert(given.number, to: unit) else {
        return "\(text) is a \(given.unit.quantity); expected \(key.words)"
      }
      let right = ConfigurationValue.shortest(number)
      return "wrong unit; the key says it in \(unit.suffix) and the value is a bare number: "
        + "\(key.name): \(right)"
    }
    guard let number = value.number else { return nil }
    // Of the units that would do, the one that comes nearest to the default.
    let standard = abs(key.read(PipelineConfiguration()).number ?? 1)
    let fitting = KeyUnit.all.compactMap { other -> (unit: KeyUnit, number: Double)? in
      guard
        other != unit,
        let converted = other.convert(number, to: unit),
        key.kind.complaint(about: .number(converted), unit: nil) == nil
      else { return nil }
      return (other, converted)
    }
    func distance(_ number: Double) -> Double { abs(log(abs(number) / max(standard, 1e-12))) }
    guard let best = fitting.min(by: { distance($0.number) < distance($1.number) }) else {
      return nil
    }
    return "\(value) \(unit.suffix) is out of bounds; expected \(key.words) "
      + "(\(value) \(best.unit.suffix) would be \(ConfigurationValue.shortest(best.number)))"
  }
}
