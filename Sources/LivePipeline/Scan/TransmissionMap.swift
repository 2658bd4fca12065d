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
  /// - Returns: Photons, [row, column], NaN where nothing was measured, and the step; nil before
  ///   two points, or where their steps cannot be told.
  func image() -> (image: Image, pixelSize: Length)? {
    guard points.count > 1, let step = step() else { return nil }
    let x0 = points.map(\.position.x).min() ?? 0
    let y0 = points.map(\.position.y).min() ?? 0
    func place(_ position: ScanPosition) -> (row: Int, column: Int) {
      (Int(((position.y - y0) / step).rounded()), Int(((position.x - x0) / step).rounded()))
    }
    let places = points.map { place($0.position) }
    let rows = (places.map(\.row).max() ?? 0) + 1
    let columns = (places.map(\.column).max() ?? 0) + 1
    guard rows <= Self.largest, columns <= Self.largest else { return nil }
    var image = Image(shape: Shape2D(rows: rows, columns: columns), filledWith: .nan)
    for (place, point) in zip(places, points) {
      image[place.row, place.column] = Float(point.photons)
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
}
