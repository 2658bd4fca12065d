// SPDX-License-Identifier: BSD-3-Clause

/// The pixels of one scan point that its longest exposures do not all have, and what was found for
/// them in the exposures that do.
struct MergedPixels: Sendable {
  private static let side = FastCCDGeometry.pictureSide

  private var opened: FlaggedPixels
  /// Sums of ADU, [readout row, place].
  private var sums: [Float]
  /// The exposure time that they were counted in, in units of the longest one; 0: not yet found.
  private var times: [Float]
  /// The last values of saturated pixels, the shortest exposure's in the end.
  private var saturated: [SIMD2<Float>]
  /// Which of the exposure times, longest first, has filled a pixel.
  private var levels: [UInt8]
  private var level: UInt8 = 0

  init(geometry: FastCCDGeometry) {
    let count = Self.side * Self.side
    opened = FlaggedPixels(geometry: geometry)
    sums = [Float](repeating: 0, count: count)
    times = sums
    saturated = [SIMD2<Float>](repeating: .zero, count: count)
    levels = [UInt8](repeating: 0, count: count)
  }

  /// The pixels by readout row.
  var places: [[Int32]] { opened.places }
  /// The readout rows that have any.
  var openedRows: [Int] { opened.flaggedRows }
  /// Whether there are none.
  var isEmpty: Bool { opened.isEmpty }

  /// The readout rows in which a pixel has not been found.
  var openRows: [Int] {
    opened.flaggedRows.filter { a in
      opened.places[a].contains { accepts(a * Self.side + Int($0)) }
    }
  }

  /// Whether every pixel has been found in some exposure.
  var isWhole: Bool {
    opened.flaggedRows.allSatisfy { a in
      opened.places[a].allSatisfy { times[a * Self.side + Int($0)] > 0 }
    }
  }

  /// ADU in the longest exposure; 0 where none was found.
  func counts(_ pixel: Int) -> Float { times[pixel] > 0 ? sums[pixel] / times[pixel] : 0 }

  /// The exposure time that a pixel was counted in, in units of the longest one; 0: none.
  func time(_ pixel: Int) -> Float { times[pixel] }

  /// Starts a new scan point.
  mutating func begin() {
    opened.clear()
    level = 0
  }

  /// Keeps the faulty pixels of one of the longest exposures apart.
  mutating func open(_ flagged: borrowing FlaggedPixels) {
    opened.add(flagged)
    for a in flagged.flaggedRows {
      for b in flagged.places[a] {
        let pixel = a * Self.side + Int(b)
        (sums[pixel], times[pixel], levels[pixel]) = (0, 0, 0)
        saturated[pixel] = .zero
      }
    }
  }

  /// Goes on to shorter exposures.
  mutating func beginLevel() { level += level < .max ? 1 : 0 }

  /// Whether exposures of the time in hand may still add to a pixel.
  private func accepts(_ pixel: Int) -> Bool { times[pixel] == 0 || levels[pixel] == level }

  /// Takes the pixels of one readout row of an exposure.
  ///
  /// - Parameters:
  ///   - row: The readout row.
  ///   - line: Some of its places, ADU.
  ///   - vectors: Which of them, in vectors of four.
  ///   - part: Its exposure time in units of the longest one.
  ///   - flagged: The exposure's own faulty pixels.
  mutating func take(
    _ row: Int,
    _ line: Span<SIMD4<Float>>,
    _ vectors: Range<Int>,
    part: Float,
    _ flagged: borrowing FlaggedPixels
  ) {
    for place in opened.places[row] where vectors.contains(Int(place) / 4) {
      let pixel = row * Self.side + Int(place)
      let value = line[Int(place) / 4 - vectors.lowerBound][Int(place) % 4]
      switch flagged.reason(row, Int(place)) {
      case nil where accepts(pixel):
        sums[pixel] += value
        times[pixel] += part
        levels[pixel] = level
      case .saturated: saturated[pixel] = SIMD2(value, part)
      default: break
      }
    }
  }

  /// Gives pixels that are saturated in every exposure the shortest one's value.
  mutating func takeSaturated() {
    for a in opened.flaggedRows {
      for b in opened.places[a] {
        let pixel = a * Self.side + Int(b)
        if times[pixel] == 0, saturated[pixel].y > 0 {
          (sums[pixel], times[pixel]) = (saturated[pixel].x, saturated[pixel].y)
        }
      }
    }
  }
}
