// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// Gathers the exposures of each scan point until they can be merged into one pattern.
///
/// A point is whole when every exposure time that its scan announced has come, whatever their
/// order. Some points wait at a time, so that exposures may overtake one another; what is still
/// incomplete when more begin, or when the scan ends, goes on with what it has. Where a scan
/// announces one exposure for each point, or none, every frame is a point.
struct PointGathering {
  /// A scan point with its exposures.
  struct Point: Sendable {
    /// The scan point, counted from 0.
    let index: Int
    /// Where the probe sat.
    let position: ScanPosition
    /// The frames, in the order of their coming.
    var exposures: [DetectorFrame]
  }

  /// What a frame leads to.
  enum Outcome: Sendable {
    /// Points that can be merged now.
    case points([Point])
    /// The point has gone on without this frame.
    case tooLate
  }

  private struct Scan {
    let exposuresPerPoint: Int
    var isEnded = false
    var open: [Point] = []
    var closed: Set<Int> = []
  }

  private var scans: [String: Scan] = [:]

  /// Begins a scan.
  mutating func begin(key: String, _ description: ScanDescription) {
    // Late frames come soon or never: old scans are forgotten.
    if scans.count >= Self.scanLimit { scans = scans.filter { !$0.value.isEnded } }
    scans[key] = Scan(exposuresPerPoint: description.exposuresPerPoint)
  }

  /// Takes an exposure.
  mutating func add(
    _ frame: DetectorFrame,
    key: String,
    position: ScanPosition
  ) -> Outcome {
    let index = frame.header.index
    let point = Point(index: index, position: position, exposures: [frame])
    guard var scan = scans.removeValue(forKey: key) else { return .points([point]) }
    defer { scans[key] = scan }
    guard scan.closed.insert(index).inserted || scan.open.contains(where: { $0.index == index })
    else { return .tooLate }
    guard scan.exposuresPerPoint > 1, !scan.isEnded else { return .points([point]) }
    guard let place = scan.open.firstIndex(where: { $0.index == index }) else {
      scan.open.append(point)
      return .points(
        scan.open.count > Self.openLimit ? [scan.open.removeFirst()] : []
      )
    }
    scan.open[place].exposures.append(frame)
    let isWhole = scan.open[place].exposures.count >= scan.exposuresPerPoint
    return .points(isWhole ? [scan.open.remove(at: place)] : [])
  }

  /// Ends a scan.
  ///
  /// - Returns: The points that are not whole, in the order of their first exposure.
  mutating func end(key: String) -> [Point] {
    guard var scan = scans.removeValue(forKey: key) else { return [] }
    defer {
      scan.open = []
      scan.isEnded = true
      scans[key] = scan
    }
    return scan.open
  }

  /// Points that wait in each scan; two raw frames have 4.8 MB.
  private static let openLimit = 16
  /// Scans that are remembered.
  private static let scanLimit = 64
}
