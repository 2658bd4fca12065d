// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Where an axis carries numbers, and which.
package struct AxisTicks {
  /// The values at the marks that carry numbers.
  package var values: [Double] = []
  /// The numbers as text, one a value.
  package var labels: [String] = []
  /// Marks without numbers.
  package var minor: [Double] = []
  /// The power of ten that all numbers share, nil for none.
  package var exponent: Int?

  /// Round numbers within a range, about so many.
  package init(linear range: ClosedRange<Double>, about count: Int) {
    let span = range.upperBound - range.lowerBound
    let step = roundNumber(near: span / Double(max(count, 1)))
    let first = (range.lowerBound / step - 1e-6).rounded(.up)
    let last = (range.upperBound / step + 1e-6).rounded(.down)
    guard step > 0, first <= last, last - first < 100 else { return }
    values = stride(from: first, through: last, by: 1).map { $0 * step }
    let largest = max(abs(range.lowerBound), abs(range.upperBound))
    let power = Int(log10(largest).rounded(.down))
    exponent = power >= 5 || power < -3 ? power : nil
    let scale = pow(10, Double(exponent ?? 0))
    let decimals = max(0, -Int((log10(step / scale) + 1e-9).rounded(.down)))
    labels = values.map { Self.fixed($0 / scale, decimals: decimals) }
  }

  /// Powers of ten within a range, or round numbers where it holds fewer than two of them.
  package init(logarithmic range: ClosedRange<Double>, about count: Int) {
    let (low, high) = (log10(range.lowerBound), log10(range.upperBound))
    let first = Int((low - 1e-9).rounded(.up))
    let last = Int((high + 1e-9).rounded(.down))
    let decades = Int(low.rounded(.down))...Int(high.rounded(.up))
    let between = decades.flatMap { power in (2...9).map { Double($0) * pow(10, Double(power)) } }
    minor = between.filter { range.contains($0) }
    if last - first >= 1 {
      let stride = max(1, (last - first + count - 1) / max(count, 1))
      let powers = Swift.stride(from: first, through: last, by: stride)
      values = powers.map { pow(10, Double($0)) }
      labels = powers.map { Self.powerOfTen($0) }
    } else {
      let round = decades.flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
      values = round.filter { range.contains($0) }
      labels = values.map(Self.plain)
    }
  }

  /// A number with a true minus sign.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", value == 0 ? 0 : value)
    return text.replacingOccurrences(of: "-", with: "−")
  }

  /// A number as short as it can be said in six digits.
  static func plain(_ value: Double) -> String {
    String(format: "%.6g", value).replacingOccurrences(of: "-", with: "−")
  }

  /// 10 to a power, the power raised.
  static func powerOfTen(_ power: Int) -> String {
    let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let raised = String(abs(power)).compactMap(\.wholeNumberValue).map { digits[$0] }
    return power == 0 ? "1" : power == 1 ? "10" : "10" + (power < 0 ? "⁻" : "") + String(raised)
  }

  /// A label with its unit and the power of ten that the numbers leave out: "error (10⁻⁶ µm)".
  package func label(_ quantity: String, unit: String) -> String {
    let parts = [exponent.map(Self.powerOfTen), unit.isEmpty ? nil : unit].compactMap(\.self)
    guard !parts.isEmpty else { return quantity }
    return quantity.isEmpty
      ? parts.joined(separator: " ") : "\(quantity) (\(parts.joined(separator: " ")))"
  }
}

/// 1, 2 or 5 times a power of ten: the largest that is not above a positive number.
func roundNumber(atMost limit: Double) -> Double {
  guard limit > 0, limit.isFinite else { return 1 }
  let power = pow(10, log10(limit).rounded(.down))
  let leading = limit / power * (1 + 1e-9)
  return (leading >= 5 ? 5 : leading >= 2 ? 2 : 1) * power
}

/// 1, 2 or 5 times a power of ten: the nearest to a positive number on a logarithmic scale.
func roundNumber(near number: Double) -> Double {
  roundNumber(atMost: number * 1.5)
}
