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
    /// A cleaned pattern of a scan.
    case pattern(String, DiffractionPattern)
    /// A scan has all frames that it will get.
    case ended(String, ScanAssembler.End)
    /// Somebody should know.
    case event(RunEvent)
  }

  private let dialect: NativeDialect
  private let detector: FastCCDGeometry
  private let parameters: PreprocessingParameters
  private var assembler = ScanAssembler()
  private var darks: DarkReference
  /// The scan whose darks are in hand.
  private var darksScan: String?
  /// The tables of each photon energy, by twentieths of an electron volt; nil where they could
  /// not be made.
  private var chains: [Int: PreprocessingChain?] = [:]
  private var energies: [String: PhotonEnergy] = [:]
  private var told: Set<String> = []

  /// Prepares for one run.
  init(configuration: PipelineConfiguration) {
    dialect = NativeDialect(axes: configuration.source.axes)
    detector = configuration.detector
    parameters = configuration.preprocessing
    darks = DarkReference(geometry: configuration.detector)
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
    let event: AcquisitionEvent
    do throws(WireError) {
      event = try dialect.decode(message.parts)
    } catch {
      assembler.counters.malformed += 1
      let scan = assembler.openKeys.last
      return once("malformed|\(scan ?? "")") {
        RunEvent(.warning, "a message cannot be read: \(error); it is recorded", scan: scan)
      }
    }
    return results(of: assembler.receive(event))
  }

  /// Counts what no message can make use of any more.
  mutating func finish() { assembler.finish() }

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
        results.append(.opened(key, description))
      case .dark(let frame): results += take(dark: frame)
      case .exposure(let key, let frame, let position):
        results += clean(frame, of: key, at: position)
      case .end(let key, let reason): results.append(.ended(key, reason))
      case .report(let event): results.append(.event(event))
      }
    }
    return results
  }

  /// Learns the darks that came before the scan from which on a replay begins.
  private mutating func takeDark(_ message: ReceivedMessage) -> [Result] {
    guard let event = try? dialect.decode(message.parts), case .frame(let frame) = event,
      frame.header.role == .dark
    else { return [] }
    return take(dark: frame)
  }

  private mutating func take(dark frame: DetectorFrame) -> [Result] {
    // The darks of a later scan replace those of an earlier one: the detector drifts.
    if darksScan != frame.header.scan {
      darksScan = frame.header.scan
      darks = DarkReference(geometry: detector)
    }
    do {
      try darks.add(frame)
      for key in chains.keys { chains[key]??.setDarks(darks) }
      return []
    } catch {
      assembler.counters.unusable += 1
      return once("dark|\(frame.header.scan)") {
        RunEvent(.error, "a dark cannot be used: \(error)", scan: frame.header.scan)
      }
    }
  }

  private mutating func clean(
    _ frame: DetectorFrame,
    of key: String,
    at position: ScanPosition
  ) -> [Result] {
    guard let energy = energies[key] else { return [] }
    let place = Int((energy.electronVolts * 20).rounded())
    do {
      if chains[place] == nil {
        // A spectrum has many energies, and each has tables of some megabytes.
        if chains.count >= Self.chainLimit { chains.removeAll() }
        chains[place] = .some(nil)
        var chain = try PreprocessingChain(
          geometry: detector,
          parameters: parameters,
          energy: energy
        )
        chain.setDarks(darks)
        chains[place] = chain
      }
      guard let pattern = try chains[place]??.process(frame, position: position) else {
        assembler.counters.unusable += 1
        return []
      }
      return [.pattern(key, pattern)]
    } catch {
      assembler.counters.unusable += 1
      return once("clean|\(key)") {
        RunEvent(.error, "frames cannot be cleaned: \(error); they are recorded", scan: key)
      }
    }
  }

  private mutating func once(_ kind: String, _ event: () -> RunEvent) -> [Result] {
    told.insert(kind).inserted ? [.event(event())] : []
  }

  /// Photon energies whose tables are kept.
  private static let chainLimit = 16
}
