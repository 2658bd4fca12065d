// SPDX-License-Identifier: BSD-3-Clause

/// Which rows of one raw frame have neither saturated nor missing words: one look at their range.
///
/// Nearly all rows are plain, and in these nothing has to be asked word by word.
struct PlainRows: Sendable {
  private let geometry: FastCCDGeometry
  /// Every word above this one is there.
  private let highestMissing: Int
  private var plain: [Bool]

  init(geometry: FastCCDGeometry) {
    self.geometry = geometry
    highestMissing = geometry.missingWords.max().map(Int.init) ?? -1
    plain = [Bool](repeating: false, count: geometry.rawRows)
  }

  /// Whether a raw row has been looked at and is plain.
  subscript(row: Int) -> Bool { plain[row] }

  /// Looks at raw rows, at the tiles given; a multiple of two on either side.
  mutating func look(_ bytes: RawSpan, rows: Range<Int>, tiles: Range<Int>) {
    // Where a word's control bits may be anything, every word has to be asked.
    guard geometry.gainTable.isEmpty else { return }
    let (highestMissing, saturation) = (highestMissing, geometry.saturationWord)
    for row in rows {
      let start = row * FastCCDGeometry.rawColumns
      let first = start + FastCCDGeometry.tileWidth * tiles.lowerBound
      let (lowest, highest) = Self.range(bytes, first, FastCCDGeometry.tileWidth * tiles.count)
      plain[row] = Int(lowest) > highestMissing && highest < saturation
    }
  }

  /// The least and the greatest of so many words, a multiple of eight.
  private static func range(_ bytes: RawSpan, _ start: Int, _ count: Int) -> (UInt16, UInt16) {
    // As signed numbers with the top bit turned, for which there are instructions everywhere.
    let turn = SIMD8<UInt16>(repeating: 0x8000)
    var lowest = SIMD8<Int16>(repeating: .max)
    var highest = SIMD8<Int16>(repeating: .min)
    var i = start
    while i < start + count {
      let words = SIMD8<Int16>(truncatingIfNeeded: bytes.words8(i) ^ turn)
      lowest = lowest.replacing(with: words, where: words .< lowest)
      highest = highest.replacing(with: words, where: words .> highest)
      i += 8
    }
    return (
      UInt16(bitPattern: lowest.min()) ^ 0x8000, UInt16(bitPattern: highest.max()) ^ 0x8000
    )
  }
}
