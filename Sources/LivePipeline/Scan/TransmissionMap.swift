// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The scanning-transmission map of a scan: photons that reached the detector at each scan point.
struct TransmissionMap: Sendable {
  private var points: [(position: ScanPosition, photons: Double)] = []

  /// When the frames had been received that no published map shows yet.
  private(set) var unshown: [ContinuousClock.Instant] = []

  /// The scan points so far.
  var count: Int { points.count }

  /// Adds the photons of a pattern.
  ///
  /// - Parameters:
  ///   - pattern: The pattern.
  ///   - received: When its last byte had been received; nil where nobody asks when it is shown.
  mutating func add(_ pattern: DiffractionPattern, received: ContinuousClock.Instant? = nil) {
    if let received { unshown.append(received) }
    var photons = 0.0
    for amplitude in pattern.amplitudes.values where amplitude > 0 {
      photons += Double(amplitude) * Double(amplitude)
    }
    points.append((pattern.position, photons))
  }

  /// Forgets the first frames that were not shown: they are now.
  mutating func noteShown(_ count: Int) { unshown.removeFirst(count) }

  /// The map as an image with a pixel for each step of the scan.
  ///
  /// A pixel has the photons of the scan point nearest to its middle: points lie beside the grid, by design and by
  /// drift, so that some pixels have two in them and others none.
  ///
  /// - Returns: Photons, [row, column], NaN where no point is nearer than 0.8 steps, and the step; nil before
  ///   two points, or where their steps cannot be told.
  func image() -> (image: Image, pixelSize: Length)? {
    guard points.count > 1, let step = step() else { return nil }
    let x0 = points.map(\.position.x).min() ?? 0
    let y0 = points.map(\.position.y).min() ?? 0
    let places = points.map {
      (row: ($0.position.y - y0) / step, column: ($0.position.x - x0) / step)
    }
    let rows = Int((places.map(\.row).max() ?? 0).rounded()) + 1
    let columns = Int((places.map(\.column).max() ?? 0).rounded()) + 1
    guard rows <= Self.largest, columns <= Self.largest else { return nil }
    var image = Image(shape: Shape2D(rows: rows, columns: columns), filledWith: .nan)
    var nearest = [Double](repeating: Self.reach * Self.reach, count: rows * columns)
    for (place, point) in zip(places, points) {
      let (middleRow, middleColumn) = (Int(place.row.rounded()), Int(place.column.rounded()))
      for row in max(0, middleRow - 1)...min(rows - 1, middleRow + 1) {
        for column in max(0, middleColumn - 1)...min(columns - 1, middleColumn + 1) {
          let (down, across) = (Double(row) - place.row, Double(column) - place.column)
          let distance = down * down + across * across
          guard distance < nearest[row * columns + column] else { continue }
          nearest[row * columns + column] = distance
          image[row, column] = Float(point.photons)
        }
      }
    }
    return (image, Length(meters: step))
  }

  /// The typical distance from a scan point to its nearest neighbour, metres.
  private func step() -> Double? {
    // A part of the points is enough for a median.
    let sample = stride(from: 0, to: points.count, by: max(1, points.count / 64)).map { $0 }
    var nearest: [Double] = []
    for i in sample {
      var least = Double.infinity
      for j in points.indices where j != i {
        let dx = points[i].position.x - points[j].position.x
        let dy = points[i].position.y - points[j].position.y
        let distance = dx * dx + dy * dy
        if distance > 1e-20 { least = min(least, distance) }
      }
      if least.isFinite { nearest.append(least.squareRoot()) }
    }
    guard !nearest.isEmpty else { return nil }
    return nearest.sorted()[nearest.count / 2]
  }

  private static let largest = 4096
  /// A pixel is that of the nearest point within so many steps.
  private static let reach = 0.8
}
