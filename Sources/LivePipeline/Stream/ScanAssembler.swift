// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// Sorts the events of a stream into scans, whatever is lost, doubled or out of order.
///
/// A state machine without clocks, sockets and threads. Frames belong to a scan by its name, to a
/// scan point by their index and to one of its exposures by their exposure time, never by the order
/// of their coming. Whatever is wrong is counted in `counters` and told once for each scan and kind.
struct ScanAssembler {
  /// Why a scan ended.
  enum End: Equatable, Sendable {
    /// The source said that it is complete.
    case stopped
    /// The source gave it up.
    case aborted
    /// The next scan started, and no stop had come.
    case superseded
    /// Nothing came any more.
    case silent
    /// The run ends.
    case finished
    /// Somebody had it finished as it is.
    case finishedOnRequest
    /// Somebody gave it up.
    case abortedOnRequest

    /// How a recording says it; nil where nothing came any more.
    var request: String? {
      switch self {
      case .finished: "end_of_run"
      case .finishedOnRequest: "finished"
      case .abortedOnRequest: "aborted"
      case .stopped, .aborted, .superseded, .silent: nil
      }
    }

    /// What a recording says.
    init(request: String?) {
      self =
        [Self.finished, .finishedOnRequest, .abortedOnRequest].first { $0.request == request }
        ?? .silent
    }

    /// Whether it was given up, so that it is kept and not folded.
    var isAbort: Bool { self == .aborted || self == .abortedOnRequest }
    /// Whether somebody here ended it, whatever its source still sends.
    var isRequested: Bool { self == .finishedOnRequest || self == .abortedOnRequest }
    /// Whether frames that have not come are lost; those that were never taken are not.
    var losesFrames: Bool { self != .finished && !isAbort && !isRequested }
  }

  /// What an event leads to.
  enum Action: Sendable {
    /// A scan starts, known by this key from now on.
    case open(String, ScanDescription)
    /// A dark frame.
    case dark(DetectorFrame)
    /// An exposure of a scan, and where the probe sat, zero in the middle of the planned scan.
    case exposure(String, DetectorFrame, ScanPosition)
    /// A scan has all frames that it will get (but for late ones).
    case end(String, End)
    /// Somebody should know.
    case report(RunEvent)
  }

  /// One exposure of one scan point.
  private struct Exposure: Hashable {
    let index: Int
    let microseconds: Int?

    init(index: Int, seconds: Double?) {
      self.index = index
      microseconds = Self.microseconds(seconds)
    }

    static func microseconds(_ seconds: Double?) -> Int? {
      seconds.flatMap { abs($0) < 1e9 ? Int(($0 * 1e6).rounded()) : nil }
    }
  }

  private struct Scan {
    let key: String
    let description: ScanDescription
    let sequence: Int?
    /// The frames that came, by scan point and exposure time.
    var seen: [Exposure: Int] = [:]
    var frameCount = 0
    var isEnded = false
    /// Whether somebody ended it: what its source still sends of it takes no part.
    var isClosed = false
    /// Whether its source has not said that it is over: its stop may still come.
    var awaitsStop = false
    /// Whether frames that had not come when it ended were counted as missing.
    var wasShort = false

    /// How often an exposure of a point is taken: as often as its time is announced.
    func repeats(of exposure: Exposure) -> Int {
      // Frames that do not say their time are told apart by nothing but their number.
      guard exposure.microseconds != nil else { return description.exposuresPerPoint }
      return max(
        1,
        description.exposureTimes.count { Exposure.microseconds($0) == exposure.microseconds }
      )
    }
  }

  /// What came and what was wrong with it.
  var counters = StreamCounters()
  private var tracker = SequenceTracker()
  /// Every scan of the run by its name; the newest of a name.
  private var scans: [String: Scan] = [:]
  /// The names of scans that have not ended, in the order of their start.
  private var open: [String] = []
  /// The name of the scan that started last.
  private var newest: String?
  /// The names of scans that ended, in that order.
  private var ended = Fifo<String>()
  /// Frames of a scan that has not started, in case its start is on the way.
  private var orphans: [DetectorFrame] = []
  private var keys: Set<String> = []
  private var told: Set<String> = []

  /// The keys of the scans that have not ended.
  var openKeys: [String] { open.compactMap { scans[$0]?.key } }

  /// Takes one event.
  mutating func receive(_ event: AcquisitionEvent) -> [Action] {
    var actions: [Action] = []
    let isDuplicate = follow(event, &actions)
    switch event {
    case .start(let description, let sequence):
      start(description, sequence, isDuplicate: isDuplicate, &actions)
    case .frame(let frame):
      receive(frame, &actions)
    case .stop(let name, _):
      end(name, .stopped, isDuplicate: isDuplicate, &actions)
    case .abort(let name, _):
      end(name, .aborted, isDuplicate: isDuplicate, &actions)
    }
    return actions
  }

  /// Counts what still waits for a start, once no start can come any more.
  mutating func finish() {
    counters.withoutScan += orphans.count
    orphans = []
  }

  /// Ends a scan that the source does not end.
  mutating func end(key: String, _ reason: End) -> [Action] {
    guard let name = open.first(where: { scans[$0]?.key == key }) else { return [] }
    var actions: [Action] = []
    close(name, reason, &actions)
    return actions
  }

  // MARK: - Numbers

  /// Follows the stream's numbers; true for a message that has come before.
  private mutating func follow(_ event: AcquisitionEvent, _ actions: inout [Action]) -> Bool {
    let (number, isStart) =
      switch event {
      case .start(_, let number): (number, true)
      case .frame(let frame): (frame.header.sequence, false)
      case .stop(_, let number), .abort(_, let number): (number, false)
      }
    let finding = tracker.receive(number, mayRestart: isStart)
    counters.missingMessages = tracker.missingCount
    switch finding {
    case .inOrder: return false
    case .duplicate: return true
    case .late:
      counters.late += 1
      return false
    case .gap(let count):
      report(
        .warning,
        "\(count) message\(count == 1 ? "" : "s") of the source did not arrive",
        scan: open.last,
        kind: "gap",
        &actions
      )
      return false
    }
  }

  // MARK: - Marks

  private mutating func start(
    _ description: ScanDescription,
    _ sequence: Int?,
    isDuplicate: Bool,
    _ actions: inout [Action]
  ) {
    let name = description.identity.scan
    if let known = scans[name], !known.isEnded || isDuplicate,
      isDuplicate || known.description == description
    {
      counters.strayMarks += 1
      return
    }
    // One scan at a time: what has not ended by now will not be ended by its source.
    for other in open { close(other, .superseded, &actions) }
    let key = unusedKey(name)
    scans[name] = Scan(key: key, description: description, sequence: sequence)
    open.append(name)
    newest = name
    actions.append(.open(key, description))
    let waiting = orphans
    orphans = []
    for frame in waiting where frame.header.scan == name { place(frame, &actions) }
    counters.withoutScan += waiting.count { $0.header.scan != name }
  }

  private mutating func end(
    _ name: String?,
    _ reason: End,
    isDuplicate: Bool,
    _ actions: inout [Action]
  ) {
    guard let name = name ?? open.last, open.contains(name) else {
      // The source does not know that somebody has ended it already.
      if let known = name ?? newest, let scan = scans[known], scan.awaitsStop {
        scans[known]?.awaitsStop = false
        if reason == .aborted, !scan.isClosed { abort(known, scan.key, &actions) }
        return
      }
      counters.strayMarks += 1
      if !isDuplicate {
        report(
          .warning,
          "its \(reason == .aborted ? "abort" : "stop") came without a start; nothing to end",
          scan: name,
          kind: "stray",
          &actions
        )
      }
      return
    }
    close(name, reason, &actions)
  }

  /// Takes an abort of a scan that ended before it came, because nothing had come for long.
  private mutating func abort(_ name: String, _ key: String, _ actions: inout [Action]) {
    report(
      .warning,
      "was given up by its source after it had been ended here; where its projection is in the volume "
        + "already, drop its tilt (tiltfold control drop-tilt) and measure it again",
      scan: name,
      kind: "aborted",
      &actions
    )
    actions.append(.end(key, .aborted))
  }

  private mutating func close(_ name: String, _ reason: End, _ actions: inout [Action]) {
    open.removeAll { $0 == name }
    guard var scan = scans[name] else { return }
    scan.isEnded = true
    scan.isClosed = reason.isRequested
    scan.awaitsStop = reason != .stopped && reason != .aborted
    scans[name] = scan
    ended.append(name)
    // Late frames and doubled marks come soon or never: old scans are forgotten.
    if ended.count > Self.endedLimit, let oldest = ended.popFirst(), oldest != name {
      if scans[oldest]?.isEnded == true { scans[oldest] = nil }
    }
    let expected = scan.description.expectedExposures
    let missing = expected - scan.frameCount
    let came = expected > 0 ? "\(scan.frameCount) of \(expected)" : "\(scan.frameCount)"
    switch reason {
    case .stopped, .finished: break
    case .finishedOnRequest, .abortedOnRequest:
      report(
        .info,
        "was \(reason.isAbort ? "given up" : "ended") on request after \(came) frames; those that "
          + "still come are recorded and take no part",
        scan: name,
        kind: "request",
        &actions
      )
    case .aborted:
      report(.warning, "was given up by its source", scan: name, kind: "aborted", &actions)
    case .superseded:
      report(.warning, "no stop came before the next start", scan: name, kind: "stop", &actions)
    case .silent:
      report(.warning, "no frame and no stop came any more", scan: name, kind: "stop", &actions)
    }
    if missing > 0, !reason.isRequested {
      if reason.losesFrames {
        counters.missingFrames += missing
        scans[name]?.wasShort = true
      }
      report(
        reason.losesFrames ? .warning : .info,
        "ended with \(came) frames",
        scan: name,
        kind: "short",
        &actions
      )
    }
    actions.append(.end(scan.key, reason))
  }

  // MARK: - Frames

  private mutating func receive(_ frame: DetectorFrame, _ actions: inout [Action]) {
    switch frame.header.role {
    case .dark:
      counters.darks += 1
      actions.append(.dark(frame))
    case .exposure:
      counters.exposures += 1
      if scans[frame.header.scan] != nil {
        place(frame, &actions)
      } else if orphans.count < Self.orphanLimit {
        orphans.append(frame)
        report(
          .warning,
          "frames came before any start; they wait for it",
          scan: frame.header.scan,
          kind: "orphan",
          &actions
        )
      } else {
        counters.withoutScan += 1
      }
    }
  }

  private mutating func place(_ frame: DetectorFrame, _ actions: inout [Action]) {
    let name = frame.header.scan
    guard var scan = scans.removeValue(forKey: name) else { return }
    defer { scans[name] = scan }
    guard !scan.isClosed else {
      counters.afterEnd += 1
      return
    }
    let exposure = Exposure(index: frame.header.index, seconds: frame.header.exposureTime)
    guard scan.seen[exposure, default: 0] < scan.repeats(of: exposure) else {
      counters.duplicates += 1
      return
    }
    scan.seen[exposure, default: 0] += 1
    scan.frameCount += 1
    // A frame that was missed when its scan ended and comes after all.
    if scan.isEnded, scan.wasShort, counters.missingFrames > 0 { counters.missingFrames -= 1 }
    let planned = scan.description.positions
    guard
      var position = frame.header.position
        ?? (planned.indices.contains(frame.header.index) ? planned[frame.header.index] : nil)
    else {
      counters.withoutPosition += 1
      report(
        .error,
        "frame \(frame.header.index) says no position and the start planned none for it; it is "
          + "recorded and takes no part",
        scan: name,
        kind: "position",
        &actions
      )
      return
    }
    if !scan.description.positionsAreCentered {
      let middle = scan.description.middleOfPositions
      position = ScanPosition(x: position.x - middle.x, y: position.y - middle.y)
    }
    actions.append(.exposure(scan.key, frame, position))
  }

  // MARK: - Words

  private mutating func report(
    _ severity: RunEvent.Severity,
    _ message: String,
    scan: String?,
    kind: String,
    _ actions: inout [Action]
  ) {
    let once = "\(kind)|\(scan.flatMap { scans[$0]?.key } ?? scan ?? "")"
    guard told.insert(once).inserted else { return }
    actions.append(.report(RunEvent(severity, message, scan: scan)))
  }

  private mutating func unusedKey(_ name: String) -> String {
    var key = name
    var number = 2
    while !keys.insert(key).inserted {
      key = "\(name)~\(number)"
      number += 1
    }
    return key
  }

  /// Ended scans that are remembered.
  private static let endedLimit = 64
  /// Frames that may wait for their scan's start; raw ones have 2.4 MB each.
  private static let orphanLimit = 64
}
