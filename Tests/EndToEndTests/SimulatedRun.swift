// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import FourierTransform
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import Ptychography
import Synchronization
import TestSupport
import Testing
import Tomography

/// A small simulated acquisition that is run through the pipeline over TCP loopback.
struct SimulatedRun {
  var parameters = SimulationParameters()
  var phantom: Phantom?
  /// The dialect, the pace, prepared frames and faults.
  var stream = StreamSettings()
  var configuration = PipelineConfiguration()
  var isRecorded = false
  /// Where its source rests until it is let go on.
  var gate: SourceGate?
  /// How long requests wait for a pause of the work, seconds; nil for the pipeline's own time.
  var patience: Double?
  /// Who else in this process is given the previews.
  var listeners: [any PreviewListener] = []
  /// What the configuration needs besides: called when endpoints, dialect and the run's folder are
  /// known, to name the tilt's motor or to write and name a sidecar, say.
  var adapt: (@Sendable (inout PipelineConfiguration, TemporaryFolder) throws -> Void)?

  /// What goes wrong on the way.
  var faults: FaultPlan {
    get { stream.faults }
    set { stream.faults = newValue }
  }

  /// The pace of the stream; nil for as fast as it can.
  var framesPerSecond: Double? {
    get { stream.framesPerSecond }
    set { stream.framesPerSecond = newValue }
  }

  /// What came of it.
  struct Outcome {
    var summary: RunSummary
    var sent = DetectorStream.Summary()
    var folder: TemporaryFolder
    var events: [RunEvent]

    var results: String { folder.file("results") }
    var recording: String { folder.file("run.h5") }

    /// What it recorded, message by message.
    func messages() throws -> [[SharedBytes]] { try ControlledRun.messages(of: recording) }

    func tomogram() throws -> TomogramRecord {
      try readTomogram("\(results)/tomogram.h5")
    }

    /// Replays it both ways: to the bit as recorded, and anew.
    func replays(
      of run: SimulatedRun
    ) throws -> (asRecorded: Replay, plain: Replay) {
      func replay(_ name: String, asRecorded: Bool) throws -> Replay {
        try SimulatedRun.replay(
          self,
          into: name,
          configuration: run.configuration,
          asRecorded: asRecorded
        )
      }
      return (
        try replay("again", asRecorded: true),
        try replay("plain", asRecorded: false)
      )
    }
  }

  /// What came of a replay.
  typealias Replay = (summary: RunSummary, tomogram: TomogramRecord)

  /// Cleaned frames of 5 x 5 points, a volume of 64 voxels, plans that are the same every time.
  init() {
    parameters.frames = .cleaned
    parameters.tiltCount = 3
    parameters.scanColumns = 5
    parameters.scanRows = 5
    parameters.volumeSide = 64
    parameters.plateCount = 6
    parameters.sampleDiameter = Length(nanometers: 220)
    parameters.photonsPerSecond = 2e8
    configuration.previews.endpoint = "tcp://127.0.0.1:*"
    configuration.previews.recEndpoint = nil
    configuration.results.pictures = false
    configuration.results.mrc = false
    configuration.compute.planningEffort = .estimate
    configuration.compute.wisdomPath = "/dev/null"
    configuration.compute.whenBehind = .wait
    // What a machine with much else to do takes for long is no end of a scan.
    configuration.source.idleTime = 600
    configuration.probe.defocus = parameters.defocus
    configuration.probe.searchesDefocus = false
    configuration.ptychography.iterations = 60
    configuration.tomography.volumeSide = 64
    configuration.tomography.volumeHeight = 64
    configuration.tomography.finalAlignmentRounds = 1
    configuration.tomography.finalSweeps = 6
    configuration.tomography.settlingSweeps = 2
  }

  /// Takes raw frames of an instrument instead, with as small a sample and as few points.
  mutating func useInstrument(_ instrument: Instrument) {
    var raw = SimulationParameters(instrument)
    raw.tiltCount = parameters.tiltCount
    raw.scanColumns = parameters.scanColumns
    raw.scanRows = parameters.scanRows
    raw.volumeSide = parameters.volumeSide
    raw.plateCount = parameters.plateCount
    raw.sampleDiameter = parameters.sampleDiameter
    parameters = raw
    configuration.preprocessing.detectorDistance = raw.detectorDistance
    configuration.preprocessing.objectPixelSize = raw.voxelSize
    if instrument == .cosmic { configuration.preprocessing.attenuator = nil }
    configuration.tomography.voxelSize = raw.voxelSize
    configuration.probe.zonePlateDiameter = raw.zonePlateDiameter
    configuration.probe.outerZoneWidth = raw.outerZone
    configuration.probe.centralStopFraction = raw.centralStop
    configuration.probe.defocus = raw.defocus
  }

  /// The sidecar of what will be sent (Docs/Reference/WireProtocol.md).
  func sidecar() throws -> String {
    SidecarText.json(try SimulatedDetector(parameters, phantom: phantom), stream)
  }

  /// Runs it to its end.
  ///
  /// - Parameter meanwhile: Called with the running pipeline on another thread.
  /// - Returns: What came of it.
  /// - Throws: What keeps the run from starting.
  func run(meanwhile: (@Sendable (Pipeline) -> Void)? = nil) throws -> Outcome {
    let server = SimulatedSource(self)
    var outcome = try run(endpoints: server.endpoints, meanwhile: meanwhile)
    outcome.sent = try server.stop()
    return outcome
  }

  /// Runs what somebody publishes, to its end.
  func run(
    endpoints: [String],
    meanwhile: (@Sendable (Pipeline) -> Void)? = nil
  ) throws -> Outcome {
    let folder = try TemporaryFolder()
    var configuration = configuration
    configuration.source.endpoints = endpoints
    if let dialect = SourceDialect(rawValue: stream.dialect.rawValue) {
      configuration.source.dialect = dialect
    }
    try adapt?(&configuration, folder)
    configuration.results.directory = folder.file("results")
    var options = Pipeline.Options(configuration)
    options.recording = isRecorded ? folder.file("run.h5") : nil
    options.endsWithTomogram = true
    if let patience { options.patience = patience }
    let collected = Events()
    let pipeline = Pipeline(
      configuration: configuration,
      source: .stream,
      options: options,
      listeners: listeners,
      onEvent: { event in collected.add(event) }
    )
    let side = meanwhile.map { body in
      let done = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        body(pipeline)
        done.signal()
      }
      return done
    }
    let summary = try pipeline.run()
    side?.wait()
    return Outcome(
      summary: summary,
      folder: folder,
      events: collected.all
    )
  }

  /// Runs given messages in pieces, to their end; each piece has a source of its own and waits to be let go.
  func run(
    pieces: [[[SharedBytes]]],
    _ body: @escaping @Sendable (Pipeline, [MessageSource]) -> Void
  ) throws -> Outcome {
    let sources = pieces.map(MessageSource.init)
    defer { for source in sources { source.stop() } }
    return try run(endpoints: sources.map(\.endpoint)) { body($0, sources) }
  }

  /// Replays what a run recorded.
  static func replay(
    _ outcome: Outcome,
    into name: String,
    configuration: PipelineConfiguration,
    asRecorded: Bool
  ) throws -> Replay {
    var configuration = configuration
    configuration.previews.isEnabled = false
    var options = Pipeline.Options(configuration)
    options.results = outcome.folder.file(name)
    let pipeline = Pipeline(
      configuration: configuration,
      source: .recording(outcome.recording),
      options: options
    )
    let summary = asRecorded ? try pipeline.repeatSchedule() : try pipeline.run()
    return (summary, try readTomogram("\(options.results)/tomogram.h5"))
  }

  final class Events: Sendable {
    private let events = Mutex<[RunEvent]>([])
    var all: [RunEvent] { events.withLock { $0 } }
    func add(_ event: RunEvent) { events.withLock { $0.append(event) } }
  }
}
