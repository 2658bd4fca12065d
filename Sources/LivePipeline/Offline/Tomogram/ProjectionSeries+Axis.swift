// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration

extension ProjectionSeries {
  /// Turns the images so that the rotation axis runs from row to row.
  ///
  /// A quarter turn, not a transposition: the hand of the sample stays as it was.
  mutating func turnByAQuarter() {
    projections = projections.map(Self.turned)
    coverage = coverage.map(Self.turned)
    for tilt in transforms.indices {
      let shift = transforms[tilt].shift
      transforms[tilt].shift = PixelShift(rows: shift.columns, columns: -shift.rows)
    }
  }

  private static func turned(_ stack: ImageStack) -> ImageStack {
    let shape = Shape2D(rows: stack.shape.columns, columns: stack.shape.rows)
    var result = ImageStack(count: stack.count, shape: shape)
    for frame in 0..<stack.count {
      let source = frame * shape.count
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          // New rows are the old columns, new columns the old rows from the last to the first.
          result.values[source + row * shape.columns + column] =
            stack.values[source + (shape.columns - 1 - column) * shape.rows + row]
        }
      }
    }
    return result
  }

  /// The direction of the rotation axis, by what does not change with the tilt.
  ///
  /// Each slice across the axis keeps its mass whatever the tilt (the zeroth of the consistency
  /// conditions of Ludwig and Helgason), so that sums across the axis, laid on one another, agree
  /// between tilts; sums along it do not. Compared are tilts half the range from one another, and the
  /// median pair counts. Nil where neither direction agrees twice as well as the other, as with a
  /// ball.
  func findAxis() -> AxisDirection? {
    let order = tilts.indices.sorted { tilts[$0] < tilts[$1] }
    let apart = order.count / 2
    guard apart > 0, let stack = projections.first else { return nil }
    func mismatch(_ direction: AxisDirection) -> Double {
      let profiles = order.map { profile(of: stack[$0], along: direction) }
      let pairs = 0..<(profiles.count - apart)
      return pairs.map { Self.mismatch(profiles[$0], profiles[$0 + apart]) }.sorted()[
        pairs.count / 2
      ]
    }
    let (rows, columns) = (mismatch(.rows), mismatch(.columns))
    if columns < 0.5 * rows { return .columns }
    return rows < 0.5 * columns ? .rows : nil
  }

  /// Sums across a direction, one for each place along it.
  private func profile(of image: Image, along direction: AxisDirection) -> [Double] {
    let shape = image.shape
    var sums = [Double](repeating: 0, count: direction == .rows ? shape.rows : shape.columns)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        sums[direction == .rows ? row : column] += Double(image[row, column])
      }
    }
    return sums
  }

  /// The relative squared difference of two profiles where they lie best on one another, between
  /// whole pixels by a parabola.
  private static func mismatch(_ a: [Double], _ b: [Double]) -> Double {
    let reach = a.count / 4
    let values = (-reach...reach).map { shift in
      var (difference, power) = (0.0, 0.0)
      for i in max(0, -shift)..<min(a.count, a.count - shift) {
        let (x, y) = (a[i + shift], b[i])
        difference += (x - y) * (x - y)
        power += x * x + y * y
      }
      return power > 0 ? 2 * difference / power : 0
    }
    guard let best = values.indices.min(by: { values[$0] < values[$1] }) else { return 0 }
    guard best > 0, best < values.count - 1 else { return values[best] }
    let curvature = values[best - 1] - 2 * values[best] + values[best + 1]
    let slope = (values[best + 1] - values[best - 1]) / 2
    return curvature > 0 ? max(values[best] - slope * slope / (2 * curvature), 0) : values[best]
  }
}
