// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Sums detector pixels into pattern pixels by their areas, in two passes.
///
/// Readout rows are columns of the picture. A row is first shared among the pattern columns that
/// its pixels overlap, place by place, as it is read: the places are contiguous and nothing of the
/// frame has to be kept. Then each pattern column is shared along its places among the pattern
/// rows (two-pass resampling after Catmull and Smith, SIGGRAPH 1980, doi 10.1145/965105.807485).
/// In each pass the shares of a pixel add up to 1 wherever the pattern reaches, so that counts are
/// conserved.
struct PatternResampling: Sendable {
  /// The readout rows that reach into the pattern.
  let rows: Range<Int>
  /// The places of a readout row that reach into the pattern, in vectors of four.
  let vectors: Range<Int>

  /// Pattern pixels on a side.
  let side: Int
  /// Where the shares of each readout row begin in `columnShares`, [row + 1].
  private let rowStarts: [Int32]
  /// The pattern columns that each readout row is shared among.
  private let columnShares: [Int32]
  /// The share of every place, [share, vector].
  private let columnWeights: [SIMD4<Float>]
  /// The vectors that each pattern pixel takes in the second pass.
  private let reach: Int
  /// The first of them, [pattern column, pattern row].
  private let rowPlaces: [Int32]
  /// Their weights, [pattern column, pattern row, vector].
  private let rowWeights: [SIMD4<Float>]

  /// Tabulates the shares of one map.
  init(_ map: PatternMap) {
    side = map.side
    let reached = Self.placesReached(map)
    vectors = reached
    var rowStarts: [Int32] = [0]
    var columnShares: [Int32] = []
    var columnWeights: [SIMD4<Float>] = []
    var used = Range<Int>?.none
    for a in 0..<FastCCDGeometry.pictureSide {
      for (column, weights) in Self.shares(ofRow: a, map, reached) {
        columnShares.append(Int32(column))
        columnWeights += weights
        used = (used?.lowerBound ?? a)..<a + 1
      }
      rowStarts.append(Int32(columnShares.count))
    }
    rows = used ?? 0..<0
    self.rowStarts = rowStarts
    self.columnShares = columnShares
    self.columnWeights = columnWeights

    let shares = (0..<map.side).map { Self.shares(ofColumn: $0, map, reached) }
    let reach = shares.flatMap { $0.map { $0.weights.count } }.max() ?? 1
    // A pixel near the end takes vectors that lie before its first, with no weight.
    rowPlaces = shares.flatMap {
      $0.map { Int32(min($0.first, reached.count - reach)) }
    }
    rowWeights = shares.flatMap {
      $0.flatMap { share in
        let shift = share.first - min(share.first, reached.count - reach)
        let zeros = [SIMD4<Float>](repeating: .zero, count: reach)
        return Array((zeros.prefix(shift) + share.weights + zeros).prefix(reach))
      }
    }
    self.reach = reach
  }

  /// The size of the sums of the first pass, vectors.
  var sumCount: Int { side * vectors.count }

  /// Shares one readout row among the sums of the first pass.
  ///
  /// - Parameters:
  ///   - row: The readout row.
  ///   - line: Its places `vectors`.
  ///   - sums: The first pass, [pattern column, vector].
  func share(_ row: Int, _ line: Span<SIMD4<Float>>, into sums: inout MutableSpan<SIMD4<Float>>) {
    let count = vectors.count
    precondition(line.count == count && sums.count == sumCount, "lines and sums do not fit")
    let weights = columnWeights.span
    for share in Int(rowStarts[row])..<Int(rowStarts[row + 1]) {
      let column = Int(columnShares[share])
      var sum = sums.elements(column * count..<(column + 1) * count)
      let weight = weights.extracting(share * count..<(share + 1) * count)
      for i in 0..<count { sum[i] += line[i] * weight[i] }
    }
  }

  /// Shares the sums of the first pass among the pattern's pixels, [row, column].
  ///
  /// - Parameters:
  ///   - sums: The first pass, [pattern column, vector].
  ///   - factor: What every pixel is multiplied by.
  ///   - pattern: Receives the pixels.
  func gather(
    _ sums: Span<SIMD4<Float>>,
    scaledBy factor: Float,
    into pattern: inout MutableSpan<Float>
  ) {
    precondition(sums.count == sumCount && pattern.count == side * side, "sums do not fit")
    let count = vectors.count
    for column in 0..<side {
      let line = sums.extracting(column * count..<(column + 1) * count)
      let places = rowPlaces.span.extracting(column * side..<(column + 1) * side)
      let weights = rowWeights.span.extracting(
        column * side * reach..<(column + 1) * side * reach
      )
      // Four rows at a time, whose sums over lanes are taken together.
      var row = 0
      while row + 4 <= side {
        let a = total(line, places, weights, row)
        let b = total(line, places, weights, row + 1)
        let c = total(line, places, weights, row + 2)
        let d = total(line, places, weights, row + 3)
        let ab = SIMD4(lowHalf: a.lowHalf + a.highHalf, highHalf: b.lowHalf + b.highHalf)
        let cd = SIMD4(lowHalf: c.lowHalf + c.highHalf, highHalf: d.lowHalf + d.highHalf)
        let four = SIMD4(lowHalf: ab.evenHalf + ab.oddHalf, highHalf: cd.evenHalf + cd.oddHalf)
        let scaled = factor * four
        for k in 0..<4 { pattern[(row + k) * side + column] = scaled[k] }
        row += 4
      }
      while row < side {
        pattern[row * side + column] = factor * total(line, places, weights, row).sum()
        row += 1
      }
    }
  }

  /// What a pattern row takes of one pattern column's sums, lane by lane.
  @inline(__always)
  private func total(
    _ line: Span<SIMD4<Float>>,
    _ places: Span<Int32>,
    _ weights: Span<SIMD4<Float>>,
    _ row: Int
  ) -> SIMD4<Float> {
    var total = SIMD4<Float>.zero
    let place = Int(places[row])
    for i in 0..<reach { total += line[place + i] * weights[row * reach + i] }
    return total
  }
}

// MARK: - Tables

extension PatternResampling {
  private static let pictureSide = FastCCDGeometry.pictureSide

  /// The picture column of readout row `a`, or the picture row of place `b`.
  static func pictureIndex(_ readout: Int) -> Int { pictureSide - 1 - readout }

  /// The vectors of four places that reach into the pattern somewhere, from even tiles on.
  private static func placesReached(_ map: PatternMap) -> Range<Int> {
    var used = Range<Int>?.none
    for b in 0..<pictureSide {
      let y = Double(pictureIndex(b))
      // The pattern reaches furthest in its first and last columns.
      let low = map.row(row: y - 0.5, patternColumn: 0)
      let high = map.row(row: y + 0.5, patternColumn: 0)
      if high > -0.5, low < Double(map.side) - 0.5 { used = (used?.lowerBound ?? b)..<b + 1 }
    }
    guard let used else { return 0..<5 }
    // Twenty places, two tiles, are five vectors.
    return used.lowerBound / 20 * 5..<(used.upperBound + 19) / 20 * 5
  }

  /// The pattern columns that a readout row is shared among and the share of each place.
  private static func shares(
    ofRow a: Int,
    _ map: PatternMap,
    _ vectors: Range<Int>
  ) -> [(column: Int, weights: [SIMD4<Float>])] {
    let x = Double(pictureIndex(a))
    var shares: [Int: [SIMD4<Float>]] = [:]
    for b in 4 * vectors.lowerBound..<4 * vectors.upperBound {
      let y = Double(pictureIndex(b))
      let low = map.column(row: y, column: x - 0.5)
      let high = map.column(row: y, column: x + 0.5)
      forEachOverlap(low, high, side: map.side) { column, part in
        let i = b - 4 * vectors.lowerBound
        shares[column, default: .init(repeating: .zero, count: vectors.count)][i / 4][i % 4] = part
      }
    }
    return shares.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// For each pattern row the first vector that it takes and the weights from there on.
  private static func shares(
    ofColumn column: Int,
    _ map: PatternMap,
    _ vectors: Range<Int>
  ) -> [(first: Int, weights: [SIMD4<Float>])] {
    var shares = [[Int: Float]](repeating: [:], count: map.side)
    for b in 4 * vectors.lowerBound..<4 * vectors.upperBound {
      let y = Double(pictureIndex(b))
      let low = map.row(row: y - 0.5, patternColumn: column)
      let high = map.row(row: y + 0.5, patternColumn: column)
      forEachOverlap(low, high, side: map.side) { row, part in
        shares[row][b - 4 * vectors.lowerBound] = part
      }
    }
    return shares.map { share in
      let first = (share.keys.min() ?? 0) / 4
      let last = (share.keys.max() ?? 0) / 4
      var weights = [SIMD4<Float>](repeating: .zero, count: last - first + 1)
      for (i, part) in share { weights[i / 4 - first][i % 4] = part }
      return (first, weights)
    }
  }

  /// Calls `body` for every pattern pixel k, which spans k − ½ to k + ½, that an interval overlaps,
  /// with the part of the interval that lies in it.
  private static func forEachOverlap(
    _ low: Double,
    _ high: Double,
    side: Int,
    _ body: (Int, Float) -> Void
  ) {
    let first = max(Int((low + 0.5).rounded(.down)), 0)
    let last = min(Int((high + 0.5).rounded(.up)) - 1, side - 1)
    guard first <= last else { return }
    for k in first...last {
      let overlap = min(high, Double(k) + 0.5) - max(low, Double(k) - 0.5)
      if overlap > 0 { body(k, Float(overlap / (high - low))) }
    }
  }
}
