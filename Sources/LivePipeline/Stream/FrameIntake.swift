// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import WireFormat

/// Turns messages into patterns of scans: decoding, sorting into scans, darks, cleaning.
///
/// A value without threads: the same messages in the same order give the same patterns.
struct FrameIntake {
  /// What a message leads to.
  enum Result: Sendable {
    /// A scan starts, known by this key.
    case opened(String, ScanDescription)
    /// A cleaned pattern of a scan, merged from so many exposures, with the counts of one of so
    /// many seconds; 0 where no time is said.
    case pattern(String, DiffractionPattern, exposures: Int, seconds: Double)
    /// A scan has all frames that it will get.
    case ended(String, ScanAssembler.End)
    /// Somebody should know.
    case event(RunEvent)
  }

  private var reader: any StreamReader
  private let detector: FastCCDGeometry
  private let configuration: PipelineConfiguration
  private var parameters: PreprocessingParameters { configuration.preprocessing }
  private var assembler = ScanAssembler()
  private var gathering = PointGathering()
  private var darks: DarkReference
  /// The tables of each photon energy, by twentieths of an electron volt; nil where they could
  /// not be made.
  private var chains: [Int: PreprocessingChain?] = [:]
  private var energies: [String: PhotonEnergy] = [:]
  private var watch: CalibrationWatch
  /// Exposures that wait until it is known where the direct beam falls.
  private var waiting: [(key: String, frame: DetectorFrame, position: ScanPosition)] = []
  /// The place of the last message, -1 before any.
  private(set) var lastMessage = -1
  /// What a scan's points are scaled to.
  private var longest: [String: LongestExposure] = [:]
  private var told: Set<String> = []

  /// Prepares for one run.
  init(configuration: PipelineConfiguration) {
    reader = configuration.source.makeReader()
    detector = configuration.detector
    self.configuration = configuration
    darks = DarkReference(geometry: configuration.detector)
    watch = CalibrationWatch(configuration: configuration)
  }

  /// What came and what was wrong with it.
  var counters: StreamCounters {
    get { assembler.counters }
    set { assembler.counters = newValue }
  }

  /// The keys of the scans that have not ended.
  var openKeys: [String] { assembler.openKeys }

  /// Takes one message.
  mutating func take(_ message: ReceivedMessage) -> [Result] {
    guard !message.isOnlyForDarks else { return takeDark(message) }
    assembler.counters.messages += 1
    lastMessage = max(lastMessage, message.number)
    let events: [AcquisitionEvent]
    do throws(WireError) {
      events = try reader.events(in: message.parts)
    } catch {
      assembler.counters.malformed += 1
      let scan = assembler.openKeys.last
      return once("malformed|\(scan ?? "")") {
        RunEvent(.warning, "a message cannot be read: \(error); it is recorded", scan: scan)
      }
    }
    return takeNotes() + events.flatMap { results(of: assembler.receive($0)) }
  }

  /// Whether a message opens a new scan.
  func startsScan(_ message: ReceivedMessage) -> Bool { reader.startsScan(message.parts) }

  /// What the reader has to say, each kind once for a scan.
  private mutating func takeNotes() -> [Result] {
    reader.takeNotes().flatMap { note in
      assembler.counters.withoutScan += note.unplacedFrames
      return once("\(note.kind)|\(note.scan ?? "")") {
        RunEvent(note.weight == .hint ? .info : .warning, note.words, scan: note.scan)
      }
    }
  }

  /// Counts what no message can make use of any more.
  ///
  /// - Returns: What is to be told at the end.
  mutating func finish() -> [RunEvent] {
    assembler.finish()
    return watch.finish()
  }

  /// Ends a scan that the source does not end.
  mutating func end(key: String, _ reason: ScanAssembler.End) -> [Result] {
    results(of: assembler.end(key: key, reason))
  }

  private mutating func results(of actions: [ScanAssembler.Action]) -> [Result] {
    var results: [Result] = []
    for action in actions {
      switch action {
      case .open(let key, let description):
        energies[key] = description.identity.energy
        longest[key] = LongestExposure(announced: description.exposureTimes)
        gathering.begin(key: key, description)
        watch.open(key, description)
        prepareTables(for: description.identity.energy)
        results.append(.opened(key, description))
      case .dark(let frame): results += take(dark: frame)
      case .exposure(let key, let frame, let position):
        results += take(exposure: frame, of: key, at: position)
      case .end(let key, let reason):
        results += follow(watch.end(key))
        let rest = gathering.end(key: key)
        counters.incompletePoints += rest.count
        for point in rest { results += clean(point, of: key) }
        results.append(.ended(key, reason))
      case .report(let event): results.append(.event(event))
      }
    }
    return results
  }

  private mutating func take(
    exposure frame: DetectorFrame,
    of key: String,
    at position: ScanPosition
  ) -> [Result] {
    let finding = watch.take(frame, of: key, darks: darks)
    guard !finding.mustWait else {
      waiting.append((key, frame, position))
      return finding.events.map(Result.event)
    }
    return follow(finding) + gather(frame, of: key, at: position)
  }

  /// Takes over what was found, and cleans the frames that waited for it.
  private mutating func follow(_ finding: CalibrationWatch.Finding) -> [Result] {
    var results = finding.events.map(Result.event)
    if finding.hasNewCenter { chains.removeAll() }
    // A frame of another scan must not release what waits for this one's centre.
    let mustWait = finding.mustWait || watch.isFinding
    let released = mustWait ? [] : waiting
    if !mustWait { waiting = [] }
    for item in released { results += gather(item.frame, of: item.key, at: item.position) }
    return results
  }

  /// Learns the darks that came before the scan from which on a replay begins.
  private mutating func takeDark(_ message: ReceivedMessage) -> [Result] {
    // The reader has to see everything: later messages may refer to this one.
    let events = (try? reader.events(in: message.parts)) ?? []
    return events.flatMap { event -> [Result] in
      guard case .frame(let frame) = event, frame.header.role == .dark else { return [] }
      return take(dark: frame)
    }
  }

  private mutating func take(dark frame: DetectorFrame) -> [Result] {
    do {
      try darks.addOfLatestScan(frame)
      for key in chains.keys { chains[key]??.setDarks(darks) }
      watch.setDarks(darks)
      return []
    } catch {
      assembler.counters.unusable += 1
      return once("dark|\(frame.header.scan)") {
        RunEvent(.error, "a dark cannot be used: \(error)", scan: frame.header.scan)
      }
    }
  }

  private mutating func gather(
    _ frame: DetectorFrame,
    of key: String,
    at position: ScanPosition
  ) -> [Result] {
    switch gathering.add(frame, key: key, position: position) {
    case .points(let points):
      return points.flatMap { clean($0, of: key) }
    case .tooLate:
      assembler.counters.unusable += 1
      return once("exposure|\(key)") {
        RunEvent(
          .warning,
          "an exposure of point \(frame.header.index) came when the point was merged already; it is "
            + "recorded and takes no part. Does the start say all exposure times?",
          scan: key
        )
      }
    }
  }

  private mutating func clean(_ point: PointGathering.Point, of key: String) -> [Result] {
    let count = point.exposures.count
    guard let energy = energies[key] else { return [] }
    let remarks = pixelRemarks(point, energy)
    let place = energy.twentieths
    do {
      try makeTables(for: energy)
      let pattern = try chains[place]??.process(point.exposures, position: point.position)
      guard let pattern else {
        assembler.counters.unusable += count
        return []
      }
      let leftOut = chains[place]??.setAside ?? []
      assembler.counters.unusable += leftOut.count
      let report = leftOut.first.map { failure in
        once("aside|\(key)") {
          RunEvent(.warning, "an exposure is left out: \(failure); it is recorded", scan: key)
        }
      }
      let scaled =
        longest[key]?.scale(pattern, of: point.exposures, leftOut: leftOut) ?? pattern
      let used = count - leftOut.count
      let seconds = longest[key]?.seconds ?? 0
      return remarks + (report ?? [])
        + [.pattern(key, scaled, exposures: used, seconds: seconds)]
    } catch {
      assembler.counters.unusable += count
      return once("clean|\(key)") {
        RunEvent(.error, "frames cannot be cleaned: \(error); they are recorded", scan: key)
      }
    }
  }

  /// Makes the tables of a photon energy; nothing happens where they are there or could not be made.
  private mutating func makeTables(for energy: PhotonEnergy) throws {
    let place = energy.twentieths
    guard chains[place] == nil else { return }
    // A spectrum has many energies, and each has tables of some megabytes.
    if chains.count >= Self.chainLimit { chains.removeAll() }
    chains[place] = .some(nil)
    var parameters = parameters
    parameters.center = watch.center ?? parameters.center
    var chain = try PreprocessingChain(
      geometry: detector,
      parameters: try parameters.withPixelsOfFile(),
      energy: energy
    )
    chain.setDarks(darks)
    chains[place] = chain
  }

  /// Makes the tables of a scan while its stage is still on its way, so that its first frames do not
  /// wait for them; what is wrong with them is told with the first frame.
  private mutating func prepareTables(for energy: PhotonEnergy) {
    guard !watch.isFinding else { return }
    do {
      try makeTables(for: energy)
    } catch {
      chains[energy.twentieths] = nil
    }
  }

  /// Warns, once for each energy, of object pixels that are too fine for raw frames.
  private mutating func pixelRemarks(
    _ point: PointGathering.Point,
    _ energy: PhotonEnergy
  ) -> [Result] {
    guard point.exposures.first?.header.sampleType == .uint16,
      let remark = configuration.pixelRemark(at: energy)
    else { return [] }
    return once("pixel|\(Int(energy.electronVolts.rounded()))") { RunEvent(.warning, remark) }
  }

  private mutating func once(_ kind: String, _ event: () -> RunEvent) -> [Result] {
    told.insert(kind).inserted ? [.event(event())] : []
  }

  /// Photon energies whose tables are kept.
  private static let chainLimit = 16
}
