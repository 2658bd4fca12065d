// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// What the area of a pixel makes of a pattern.
///
/// A pixel counts the mean over its area, probe times object tells the intensity in its middle. Two
/// places of the wave that are d apart make fringes; their mean over pixels of the width w is
/// sinc(d w) of them, 0.90 at a quarter of the window and 0.64 at half of it. Taken for the intensity
/// in the middle, such counts are those of an object with less contrast.
///
/// The mean is taken by five pixels along each axis whose sum is that of a band-limited pattern up to
/// the fourth order in d w.
struct PixelArea: Sendable {
  /// Weights of a pixel and of its neighbours on either side.
  static let weights: (Float, Float, Float) = (5178 / 5760, 308 / 5760, -17 / 5760)
  /// How far a count is changed at most, for better or worse.
  static let limit: Float = 2
  /// Photons added to both intensities, so that none is divided by next to nothing.
  static let floor: Float = 0.05

  /// Room for the means of one frame.
  struct Room: Sendable {
    fileprivate var along: [Float] = []
    fileprivate var mean: [Float] = []
  }

  let transform: BlockedTransform2D
  private let rows: Int
  private let columns: Int

  init(_ transform: BlockedTransform2D) {
    self.transform = transform
    rows = transform.shape.rows
    columns = transform.shape.columns
  }

  /// Multiplies counts by the intensity in their pixels' middles over the mean.
  ///
  /// - Parameters:
  ///   - intensities: Gets the result, photons over pixels, in the order of the tiles.
  ///   - counts: The measured ones, −1 where unmeasured.
  ///   - power: Σ |ψ|² over modes of probe times object, of unscaled transforms, as many.
  ///   - background: The part that is no diffraction, photons over pixels, as many.
  ///   - room: Room for the means.
  func correct(
    _ intensities: inout MutableSpan<Float>,
    from counts: Span<Float>,
    power: Span<Float>,
    background: Span<Float>,
    _ room: inout Room
  ) {
    takeMeans(of: power, &room)
    let mean = room.mean.span
    let scale = 1 / Float(transform.shape.count)
    let floor = Self.floor * scale
    for i in counts.indices {
      let level = background[i] + floor
      let ratio = (scale * scale * power[i] + level) / (max(0, scale * scale * mean[i]) + level)
      let factor = min(max(ratio, 1 / Self.limit), Self.limit)
      intensities[i] = counts[i] < 0 ? counts[i] : factor * counts[i]
    }
  }

  /// Takes the means over pixels of a pattern that goes on periodically, in the order of the tiles.
  private func takeMeans(of power: Span<Float>, _ room: inout Room) {
    if room.mean.count != power.count {
      room.along = [Float](repeating: 0, count: power.count)
      room.mean = room.along
    }
    takeRowMeans(of: power, &room.along)
    takeColumnMeans(of: room.along, &room.mean)
  }

  private func takeRowMeans(of power: Span<Float>, _ along: inout [Float]) {
    let width = transform.columnsInBlock
    // Where a pixel of the first row stands in the tiles.
    let tops = (0..<columns).map { $0 / width * transform.tileCount + $0 % width }
    var along = along.mutableSpan
    for column in 0..<columns {
      let near = (-2...2).map { tops[(column + $0 + columns) % columns] }
      for row in 0..<rows {
        let down = row * width
        along[near[2] + down] = Self.mean(power, near, plus: down)
      }
    }
  }

  private func takeColumnMeans(of along: [Float], _ mean: inout [Float]) {
    let width = transform.columnsInBlock
    let along = along.span
    var mean = mean.mutableSpan
    for block in 0..<transform.columnBlocks {
      for row in 0..<rows {
        let near = (-2...2).map {
          block * transform.tileCount + (row + $0 + rows) % rows * width
        }
        for column in 0..<width {
          mean[near[2] + column] = Self.mean(along, near, plus: column)
        }
      }
    }
  }

  /// The weighted sum of five pixels.
  private static func mean(_ values: Span<Float>, _ places: [Int], plus offset: Int) -> Float {
    let next = values[places[1] + offset] + values[places[3] + offset]
    let far = values[places[0] + offset] + values[places[4] + offset]
    return weights.0 * values[places[2] + offset] + weights.1 * next + weights.2 * far
  }
}
