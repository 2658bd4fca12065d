// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The words of a raw frame, taken apart with formulas of their own.
enum RawWords {
  static let columns = 1152
  static let rows = 1040

  /// The words of a frame's pixels.
  static func of(_ pixels: SharedBytes) -> [UInt16] {
    let bytes = pixels.array()
    return (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
  }

  /// The clock at which a channel reads a place of the picture, and the channel, from the outer
  /// edges inwards.
  static func clock(row: Int, column: Int) -> (clock: Int, channel: Int) {
    row < 520
      ? (12 * row + column % 12, 96 + column / 12)
      : (12 * (1039 - row) + (1151 - column) % 12, (1151 - column) / 12)
  }

  /// Where the pixels stand that see light, super-column 59 of the upper half aside.
  static let lit: [Int] = (0..<rows * columns).filter { place in
    let row = place / columns
    let column = place % columns
    let sees = (6...485).contains(row) || (554...1033).contains(row)
    let isMoved = row < 520 && column / 12 == 59
    return sees && (1...10).contains(column % 12) && !isMoved
  }

  /// The words minus their row's overscan in columns 0 and 11 of the same super-column, both minus
  /// those of a dark; pixels that see light only, [place in `lit`].
  static func signal(_ words: [UInt16], dark: [UInt16]) -> [Double] {
    lit.map { place in
      let tile = place - place % columns % 12
      func difference(_ i: Int) -> Double { Double(words[i]) - Double(dark[i]) }
      return difference(place) - (difference(tile) + difference(tile + 11)) / 2
    }
  }

  static func mean(_ values: some Collection<Double>) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  static func variance(_ values: some Collection<Double>) -> Double {
    let middle = mean(values)
    return values.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(values.count - 1)
  }
}
