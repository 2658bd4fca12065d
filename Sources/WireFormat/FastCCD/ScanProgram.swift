// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Places raw frames in the scans that a sidecar file lists, by the frames' numbers.
///
/// A scan has numbers from its first frame on: its darks, for each the exposure times in order, then
/// its points, for each the exposure times in order. Numbers count modulo 65536 and may begin anew
/// with a scan. Gaps, doubled frames and frames out of order do no harm.
///
/// Whoever listens from the middle on has not lost what came before: of the scan that is seen first,
/// frames before its first one are not expected.
struct ScanProgram {
  private struct Open {
    let scan: Int
    /// The place of the newest frame in its scan.
    var newest: Int
    var seen: Set<Int> = []
  }

  private let scans: [SidecarScan]
  private let axes: PositionAxes
  /// The number of each scan's first frame.
  private let first: [Int]
  private var open: Open?
  /// The scan that was closed last.
  private var closed: Open?
  /// The first scan that has not begun.
  private var next = 0
  private var leftOver = 0
  /// The frames of the scan that was seen first that came before any of ours.
  private var unseen: (scan: String, frames: Int)?

  /// - Parameters:
  ///   - scans: The scans in their order.
  ///   - begin: The name of the scan from which on they come; nil for all.
  ///   - axes: How the source's axes turn into ours.
  init(_ scans: [SidecarScan], from begin: String? = nil, axes: PositionAxes) {
    self.scans = scans
    next = begin.flatMap { name in scans.firstIndex { $0.name == name } } ?? 0
    self.axes = axes
    var first: [Int] = []
    // Where nothing is said, the camera counts on.
    var following = 0
    for scan in scans {
      let number = scan.firstFrame ?? following
      first.append(number)
      following = number + scan.frameCount
    }
    self.first = first
  }

  /// Takes a raw frame.
  mutating func take(_ frame: RawFrame) -> [AcquisitionEvent] {
    if let place = placeInOpen(frame.number) {
      let newest = max(open?.newest ?? 0, place)
      open?.newest = newest
      return emit(frame, place)
    }
    guard let scan = scanBeginning(with: frame.number) else {
      leftOver += 1
      return []
    }
    var events: [AcquisitionEvent] = []
    if let open { events.append(.stop(scan: scans[open.scan].name, sequence: nil)) }
    let place = offset(of: frame.number, in: scan)
    var description = scans[scan].description(axes)
    if open == nil, closed == nil, place > 0 {
      unseen = (scans[scan].name, place)
      let exposures = max(0, place - scans[scan].darks * scans[scan].exposureTimes.count)
      description.expectedFrames = description.expectedFrames.map { $0 - exposures }
    }
    open = Open(scan: scan, newest: place)
    next = scan + 1
    events.append(.start(description, sequence: nil))
    return events + emit(frame, place)
  }

  /// Whether a frame of this number would open a scan.
  func opensScan(_ number: UInt16) -> Bool {
    placeInOpen(number) == nil && scanBeginning(with: number) != nil
  }

  /// Frames that belong to no scan, since this was last asked.
  mutating func takeLeftOver() -> Int {
    defer { leftOver = 0 }
    return leftOver
  }

  /// How the scan that was seen first was joined in its middle, once.
  mutating func takeUnseen() -> (scan: String, frames: Int)? {
    defer { unseen = nil }
    return unseen
  }

  /// The place of a number in the open scan; nil where it belongs to another.
  private func placeInOpen(_ number: UInt16) -> Int? {
    guard let open else { return nil }
    let newest = first[open.scan] + open.newest
    let step = Int(Int16(truncatingIfNeeded: Int(number) - newest))
    let place = open.newest + step
    guard place >= 0, place < scans[open.scan].frameCount else { return nil }
    guard step <= 0 else { return place }
    // Behind the newest: late or doubled, unless the camera counts anew for the next scan.
    let beginsNext = next < scans.count && offset(of: number, in: next) < Self.reach
    let isAnew = beginsNext && (open.seen.contains(place) || step < -Self.reach)
    return isAnew && step != 0 ? nil : place
  }

  private func scanBeginning(with number: UInt16) -> Int? {
    if let closed, next < scans.count, offset(of: number, in: next) >= Self.reach,
      closed.seen.contains(offset(of: number, in: closed.scan))
    {
      // A frame of the scan that has just been closed, once more.
      return nil
    }
    return scans.indices.dropFirst(next).first { offset(of: number, in: $0) < scans[$0].frameCount }
  }

  /// How many frames after a scan's first one a number stands.
  private func offset(of number: UInt16, in scan: Int) -> Int {
    Int(UInt16(truncatingIfNeeded: Int(number) - first[scan]))
  }

  private mutating func emit(_ frame: RawFrame, _ place: Int) -> [AcquisitionEvent] {
    guard let scan = open?.scan else { return [] }
    let said = scans[scan]
    let times = said.exposureTimes
    let darks = said.darks * times.count
    let isDark = place < darks
    let count = isDark ? place : place - darks
    var header = FrameHeader(
      scan: said.name,
      index: count / times.count,
      role: isDark ? .dark : .exposure,
      exposureTime: times[count % times.count],
      shape: frame.shape,
      sampleType: .uint16
    )
    header.wordOrder = .clocks
    var events: [AcquisitionEvent] = [
      .frame(DetectorFrame(header: header, pixels: frame.words))
    ]
    open?.seen.insert(place)
    if place == said.frameCount - 1 {
      events.append(.stop(scan: said.name, sequence: nil))
      closed = open
      open = nil
    }
    return events
  }

  /// Frames may come so many places late.
  private static let reach = 64
}
