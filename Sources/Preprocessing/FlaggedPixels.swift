// SPDX-License-Identifier: BSD-3-Clause

/// The pixels of one frame that were saturated or lost with their packet.
///
/// Saturation spreads to the eight neighbours within the tile, whose charge it may have taken;
/// loss does not. Overscan words are left to the overscan correction.
struct FlaggedPixels: Sendable {
  private static let side = FastCCDGeometry.pictureSide

  private let geometry: FastCCDGeometry
  private let missing: WordSet
  /// Whether a pixel is flagged, [readout row, place].
  private var flags: [Bool]
  /// The flagged pixels by readout row; all empty but in frames with a fault.
  private(set) var places: [[Int32]]
  private var flaggedRows: [Int] = []

  init(geometry: FastCCDGeometry) {
    self.geometry = geometry
    missing = WordSet(geometry.missingWords)
    flags = [Bool](repeating: false, count: Self.side * Self.side)
    places = [[Int32]](repeating: [], count: Self.side)
  }

  /// Whether the frame has any.
  var isEmpty: Bool { flaggedRows.isEmpty }

  /// Finds the flagged pixels of a frame.
  ///
  /// - Parameters:
  ///   - bytes: The raw frame.
  ///   - always: Pixels flagged in every frame, as readout row · 960 + place.
  mutating func find(_ bytes: RawSpan, always: [Int32]) {
    clear()
    for pixel in always { flag(Int(pixel) / Self.side, Int(pixel) % Self.side) }
    for a in 0..<Self.side where !isPlain(bytes, row: a) {
      for b in 0..<Self.side {
        let tile = b / FastCCDGeometry.tilePixels
        let first = geometry.firstPixelColumn(tile: tile, upper: a < geometry.activeRows)
        let column = first + b % FastCCDGeometry.tilePixels
        let word = bytes.word(geometry.rawRow(a) * FastCCDGeometry.rawColumns + column)
        if missing.contains(word) {
          flag(a, b)
        } else if word >= geometry.saturationWord {
          flagNeighbors(a, b)
        }
      }
    }
  }

  /// Whether no word of a row can be saturated or missing: one look at its range.
  private func isPlain(_ bytes: RawSpan, row: Int) -> Bool {
    let start = geometry.rawRow(row) * FastCCDGeometry.rawColumns
    var lowest = bytes.words8(start)
    var highest = lowest
    var i = start + 8
    while i < start + FastCCDGeometry.rawColumns {
      let words = bytes.words8(i)
      lowest = lowest.replacing(with: words, where: words .< lowest)
      highest = highest.replacing(with: words, where: words .> highest)
      i += 8
    }
    let isAbove =
      missing.highest == 0 && geometry.missingWords.isEmpty
      || lowest.min() > missing.highest
    return isAbove && highest.max() < geometry.saturationWord
  }

  private mutating func flagNeighbors(_ a: Int, _ b: Int) {
    let half = a / geometry.activeRows * geometry.activeRows
    let tile = b / FastCCDGeometry.tilePixels * FastCCDGeometry.tilePixels
    for row in max(a - 1, half)...min(a + 1, half + geometry.activeRows - 1) {
      for place in max(b - 1, tile)...min(b + 1, tile + FastCCDGeometry.tilePixels - 1) {
        flag(row, place)
      }
    }
  }

  private mutating func flag(_ a: Int, _ b: Int) {
    guard !flags[a * Self.side + b] else { return }
    flags[a * Self.side + b] = true
    if places[a].isEmpty { flaggedRows.append(a) }
    places[a].append(Int32(b))
  }

  private mutating func clear() {
    for a in flaggedRows {
      for b in places[a] { flags[a * Self.side + Int(b)] = false }
      places[a].removeAll(keepingCapacity: true)
    }
    flaggedRows.removeAll(keepingCapacity: true)
  }
}
