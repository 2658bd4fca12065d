// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// How the offsets of one FastCCD frame differ from the pedestals: lines along the rows of each
/// half, an offset and a slope of each channel, a stripe of each row.
struct FrameDrift: Sendable {
  private var rows = [Double](repeating: 0, count: FastCCDLayout.rawShape.rows)
  private var offsets = [Double](repeating: 0, count: 2 * FastCCDLayout.channelsPerHalf)
  private var slopes = [Double](repeating: 0, count: 2 * FastCCDLayout.channelsPerHalf)

  /// Draws the drift of a frame.
  ///
  /// - Parameters:
  ///   - stripes: The RMS of the rows' own offsets, ADU.
  ///   - generator: Where the random numbers come from.
  mutating func draw(stripes: Double, _ generator: inout SeededGenerator) {
    let half = FastCCDLayout.rawShape.rows / 2
    for side in 0..<2 {
      let offset = 3 * generator.normal()
      let amplitude = 4 + 2 * generator.normal()
      let turns = 1 + generator.uniform()
      let phase = 2 * Double.pi * generator.uniform()
      for row in 0..<half {
        let wave = sine(phase + 2 * .pi * turns * Double(row) / Double(half))
        let stripe = stripes > 0 ? stripes * generator.normal() : 0
        rows[side * half + row] = offset + amplitude * wave + stripe
      }
    }
    for channel in offsets.indices {
      offsets[channel] = 1.5 * generator.normal()
      slopes[channel] = 1.5 * generator.normal()
    }
  }

  /// The offsets along one raw row, ADU, [column].
  func offsets(row: Int, into line: inout [Int16]) {
    let shape = FastCCDLayout.rawShape
    let half = row < shape.rows / 2 ? 0 : 1
    let along = Double(row % (shape.rows / 2)) / Double(shape.rows / 2) - 0.5
    for tile in 0..<FastCCDLayout.channelsPerHalf {
      let channel = half * FastCCDLayout.channelsPerHalf + tile
      let offset = Int16((rows[row] + offsets[channel] + slopes[channel] * along).rounded())
      let first = tile * FastCCDLayout.superColumn
      for column in 0..<FastCCDLayout.superColumn { line[first + column] = offset }
    }
  }
}
