// SPDX-License-Identifier: BSD-3-Clause

/// The pixels of one frame that were saturated or lost with their packet.
///
/// Saturation spreads to the eight neighbours within the tile, whose charge it may have taken;
/// loss does not. Overscan words are left to the overscan correction.
struct FlaggedPixels: Sendable {
  /// Why a pixel is flagged.
  enum Reason: UInt8 {
    /// It or a neighbour was saturated.
    case saturated = 1
    /// Its word was lost, has no value, or nothing is known of its dark.
    case lost = 2
  }

  private static let side = FastCCDGeometry.pictureSide

  private let geometry: FastCCDGeometry
  private let missing: WordSet
  private let gains: GainTable
  /// The reasons, [readout row, place]; 0 where a pixel is not flagged.
  private var reasons: [UInt8]
  /// The flagged pixels by readout row; all empty but in frames with a fault.
  private(set) var places: [[Int32]]
  /// The readout rows that have any.
  private(set) var flaggedRows: [Int] = []

  init(geometry: FastCCDGeometry) {
    self.geometry = geometry
    missing = WordSet(geometry.missingWords)
    gains = GainTable(geometry)
    reasons = [UInt8](repeating: 0, count: Self.side * Self.side)
    places = [[Int32]](repeating: [], count: Self.side)
  }

  /// Whether the frame has any.
  var isEmpty: Bool { flaggedRows.isEmpty }

  /// Why a pixel is flagged; nil where it is not.
  func reason(_ a: Int, _ b: Int) -> Reason? { Reason(rawValue: reasons[a * Self.side + b]) }

  /// Finds the flagged pixels of a frame.
  ///
  /// - Parameters:
  ///   - bytes: The raw frame.
  ///   - plain: Its rows that have none.
  ///   - always: Pixels flagged in every frame, as readout row · 960 + place.
  ///   - rows: The readout rows in which they are needed.
  mutating func find(
    _ bytes: RawSpan,
    plain: borrowing PlainRows,
    always: [Int32],
    rows: Range<Int>
  ) {
    clear()
    for pixel in always { flag(Int(pixel) / Self.side, Int(pixel) % Self.side, .lost) }
    // Saturation in the rows beside reaches in.
    let reached = rows.isEmpty ? rows : max(rows.lowerBound - 1, 0)..<rows.upperBound + 1
    for a in reached.clamped(to: 0..<Self.side) where !plain[geometry.rawRow(a)] {
      let line = geometry.rawRow(a) * FastCCDGeometry.rawColumns
      for tile in 0..<FastCCDGeometry.tileCount {
        let first = geometry.firstPixelColumn(tile: tile, upper: a < geometry.activeRows)
        for pixel in 0..<FastCCDGeometry.tilePixels {
          let word = bytes.word(line + first + pixel)
          let b = FastCCDGeometry.tilePixels * tile + pixel
          if missing.contains(word) || gains.isBad(word) {
            flag(a, b, .lost)
          } else if word >= geometry.saturationWord {
            flagNeighbors(a, b)
          }
        }
      }
    }
  }

  /// Flags what another frame has flagged too.
  mutating func add(_ other: borrowing FlaggedPixels) {
    for a in other.flaggedRows {
      for b in other.places[a] {
        if let reason = other.reason(a, Int(b)) { flag(a, Int(b), reason) }
      }
    }
  }

  private mutating func flagNeighbors(_ a: Int, _ b: Int) {
    let half = a / geometry.activeRows * geometry.activeRows
    let tile = b / FastCCDGeometry.tilePixels * FastCCDGeometry.tilePixels
    for row in max(a - 1, half)...min(a + 1, half + geometry.activeRows - 1) {
      for place in max(b - 1, tile)...min(b + 1, tile + FastCCDGeometry.tilePixels - 1) {
        flag(row, place, .saturated)
      }
    }
  }

  private mutating func flag(_ a: Int, _ b: Int, _ reason: Reason) {
    let pixel = a * Self.side + b
    if reasons[pixel] == 0 {
      if places[a].isEmpty { flaggedRows.append(a) }
      places[a].append(Int32(b))
    }
    reasons[pixel] = max(reasons[pixel], reason.rawValue)
  }

  /// Forgets them all.
  mutating func clear() {
    for a in flaggedRows {
      for b in places[a] { reasons[a * Self.side + Int(b)] = 0 }
      places[a].removeAll(keepingCapacity: true)
    }
    flaggedRows.removeAll(keepingCapacity: true)
  }
}
