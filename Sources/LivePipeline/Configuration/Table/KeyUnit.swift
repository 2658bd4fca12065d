// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A unit as it stands at the end of a key, `detector_distance_m`.
struct KeyUnit: Hashable, Sendable {
  /// The suffix, without its underscore.
  let suffix: String
  /// What it measures; units of one quantity can be turned into each other.
  let quantity: String
  /// How many base units one of it is.
  let scale: Double

  /// The unit as it is written in a text.
  var symbol: String {
    switch suffix {
    case "hz": "Hz"
    case "khz": "kHz"
    case "percent": "%"
    default: suffix
    }
  }

  /// One over the unit, as in `absorption_per_um`.
  private var reciprocal: KeyUnit {
    KeyUnit(suffix: "per \(suffix)", quantity: "one over \(quantity)", scale: 1 / scale)
  }

  /// Every unit that is understood, whether or not a key uses it.
  static let all: [KeyUnit] = [
    KeyUnit(suffix: "m", quantity: "length", scale: 1),
    KeyUnit(suffix: "mm", quantity: "length", scale: 1e-3),
    KeyUnit(suffix: "um", quantity: "length", scale: 1e-6),
    KeyUnit(suffix: "nm", quantity: "length", scale: 1e-9),
    KeyUnit(suffix: "s", quantity: "time", scale: 1),
    KeyUnit(suffix: "ms", quantity: "time", scale: 1e-3),
    KeyUnit(suffix: "us", quantity: "time", scale: 1e-6),
    KeyUnit(suffix: "ns", quantity: "time", scale: 1e-9),
    KeyUnit(suffix: "hz", quantity: "rate", scale: 1),
    KeyUnit(suffix: "khz", quantity: "rate", scale: 1e3),
    KeyUnit(suffix: "eV", quantity: "energy", scale: 1),
    KeyUnit(suffix: "keV", quantity: "energy", scale: 1e3),
    KeyUnit(suffix: "J", quantity: "energy", scale: 1 / 1.602_176_634e-19),
    KeyUnit(suffix: "deg", quantity: "angle", scale: 1),
    KeyUnit(suffix: "rad", quantity: "angle", scale: 180 / .pi),
    KeyUnit(suffix: "px", quantity: "pixels", scale: 1),
    KeyUnit(suffix: "percent", quantity: "share", scale: 0.01),
  ]

  /// The unit at the end of a key, and the key without it.
  static func split(_ key: String) -> (stem: String, unit: KeyUnit?) {
    guard let underscore = key.lastIndex(of: "_") else { return (key, nil) }
    let suffix = key[key.index(after: underscore)...]
    guard let unit = all.first(where: { $0.suffix == suffix }) else { return (key, nil) }
    let stem = String(key[..<underscore])
    return (stem, stem.hasSuffix("_per") ? unit.reciprocal : unit)
  }

  /// A number with its unit behind it, `80 mm`, `0.2s`; nil where a text is no such thing.
  static func quantity(in text: String) -> (number: Double, unit: KeyUnit)? {
    let digits = text.prefix { $0.isNumber || "+-.eE".contains($0) }
    let candidates = [
      digits, digits.hasSuffix("e") || digits.hasSuffix("E") ? digits.dropLast() : digits,
    ]
    for digits in candidates {
      let rest = text[digits.endIndex...].drop { $0 == " " }.replacing("µ", with: "u").replacing(
        "μ",
        with: "u"
      )
      guard
        let number = Double(digits),
        let unit = all.first(where: { $0.suffix.lowercased() == rest.lowercased() && !rest.isEmpty }
        )
      else { continue }
      return (number, unit)
    }
    return nil
  }

  /// A number of this unit in another unit of the same quantity; nil for another quantity.
  func convert(_ number: Double, to other: KeyUnit) -> Double? {
    guard quantity == other.quantity else { return nil }
    return (number * scale / other.scale).roundedToDecimals
  }
}

extension Double {
  /// The nearest number of 13 decimal digits, so that 80 mm are 0.08 m, not 0.08000000000000002 m.
  var roundedToDecimals: Double { Double(String(format: "%.12e", self)) ?? self }
}
