// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

extension WireObject {
  /// The value as files have it; what is nested too deeply is left out.
  ///
  /// A pickle may name one list many times over, in a list that is named many times over: what would
  /// become too large is refused, not built.
  func metadataValue() throws(WireError) -> MetadataValue {
    var budget = Self.valueLimit
    return try metadataValue(depth: 0, &budget)
  }

  private func metadataValue(
    depth: Int,
    _ budget: inout Int
  ) throws(WireError) -> MetadataValue {
    guard depth < Self.depthLimit else { return .none }
    if let text { return .text(text) }
    if let number { return .number(number) }
    if let integer { return .flag(integer != 0) }
    if isDictionary {
      var entries: [String: MetadataValue] = [:]
      for key in keys { entries[key] = try self[key]?.metadataValue(depth: depth + 1, &budget) }
      return .table(entries)
    }
    if let array { return try array.metadataValue(within: &budget, self) }
    guard let items else { return .none }
    try take(items.count, from: &budget)
    var values: [MetadataValue] = []
    values.reserveCapacity(items.count)
    for item in items { values.append(try item.metadataValue(depth: depth + 1, &budget)) }
    return .list(values)
  }

  /// Counts values off.
  fileprivate func take(_ count: Int, from budget: inout Int) throws(WireError) {
    budget -= count
    guard budget >= 0 else {
      throw error("has too many entries", expected: "at most \(WireLimits.rows)")
    }
  }

  /// A million positions, each a list of up to three numbers.
  private static let valueLimit = 4 * WireLimits.rows
  private static let depthLimit = 8
}

extension NumPyArray {
  /// A list of numbers, or of rows of numbers; nothing where it is neither.
  fileprivate func metadataValue(
    within budget: inout Int,
    _ place: WireObject
  ) throws(WireError) -> MetadataValue {
    guard (1...2).contains(shape.count), shape.allSatisfy({ $0 > 0 }), let numbers else {
      return .none
    }
    try place.take(numbers.count + shape[0], from: &budget)
    guard shape.count == 2 else { return .list(numbers.map(MetadataValue.number)) }
    return .list(
      stride(from: 0, to: numbers.count, by: shape[1]).map { start in
        .list(numbers[start..<start + shape[1]].map(MetadataValue.number))
      }
    )
  }
}
