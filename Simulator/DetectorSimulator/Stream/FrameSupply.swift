// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Where a stream's frames come from: made one by one, or from a ring that was filled before.
struct FrameSupply: Sendable {
  private(set) var detector: SimulatedDetector
  private let order: WordOrder
  private let ring: Int?
  /// The frames of the ring, [point][exposure], and the scan whose frames they are.
  private var exposures: [[DetectorFrame]] = []
  private var filledFor: String?
  /// The darks, [dark][exposure], made once where there is a ring.
  private var darks: [[DetectorFrame]] = []

  init(_ detector: SimulatedDetector, order: WordOrder, ring: Int?) {
    self.detector = detector
    self.order = order
    self.ring = ring
  }

  /// Whether one scan's frames stand for all.
  private var repeats: Bool { (ring ?? .max) < detector.parameters.pointCount }

  /// Fills the ring for a scan, where it has to be; takes its time.
  mutating func prepare(_ scan: ScanPlan.Scan) {
    guard let ring, filledFor == nil || (!repeats && filledFor != scan.identity.scan) else {
      return
    }
    filledFor = scan.identity.scan
    let times = detector.parameters.exposureTimes.indices
    if darks.isEmpty, detector.parameters.frames == .raw {
      darks = (0..<detector.parameters.darkCount).map { index in
        times.compactMap { makeDark(scan, index: index, exposure: $0) }
      }
    }
    exposures = (0..<min(ring, scan.positions.count)).map { point in
      times.map { makeExposure(scan, point: point, exposure: $0) }
    }
  }

  /// The frame of a scan point.
  mutating func exposure(_ scan: ScanPlan.Scan, point: Int, exposure: Int) -> DetectorFrame {
    guard ring != nil else { return makeExposure(scan, point: point, exposure: exposure) }
    var frame = exposures[point % exposures.count][exposure]
    frame.header.scan = scan.identity.scan
    frame.header.index = point
    frame.header.position = scan.positions[point]
    return frame
  }

  /// A dark; nil where cleaned patterns are sent.
  mutating func dark(_ scan: ScanPlan.Scan, index: Int, exposure: Int) -> DetectorFrame? {
    guard ring != nil, index < darks.count, exposure < darks[index].count else {
      return makeDark(scan, index: index, exposure: exposure)
    }
    var frame = darks[index][exposure]
    frame.header.scan = scan.identity.scan
    return frame
  }

  private mutating func makeExposure(
    _ scan: ScanPlan.Scan,
    point: Int,
    exposure: Int
  ) -> DetectorFrame {
    ordered(detector.exposure(scan, point: point, exposure: exposure))
  }

  private mutating func makeDark(
    _ scan: ScanPlan.Scan,
    index: Int,
    exposure: Int
  ) -> DetectorFrame? {
    detector.dark(scan, index: index, exposure: exposure).map(ordered)
  }

  private func ordered(_ frame: DetectorFrame) -> DetectorFrame {
    guard order != .image, frame.header.sampleType == .uint16 else { return frame }
    var frame = frame
    frame.header.wordOrder = order
    frame.pixels = ClockOrder.reordered(frame.pixels, to: order)
    return frame
  }
}
