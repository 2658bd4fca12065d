// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import DetectorSimulator
import Foundation
import FourierTransform
import Imaging
import LivePipeline
import Messaging
import Synchronization
import Ptychography
import TestSupport
import Tomography
import WireFormat

/// How soon somebody who comes late to a run that takes every core has everything, and how often the
/// object is shown meanwhile: `late_joiner_s`, `object_interval_s`.
///
/// A simulated tomogram streams as fast as it is reconstructed. NEWCOMERS (6) come, pages and subscribers in
/// turn, each to a run of its own that only the object's subscriber follows: nothing else has been made
/// before.
func newcomerBenchmarks(environment: [String: String]) -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "late_joiner_s") {
      try NewcomerMeasurement(
        newcomers: environment["NEWCOMERS"].flatMap(Int.init) ?? 6,
        folder: environment["INGEST_FOLDER"] ?? FileManager.default.currentDirectoryPath
      ).results()
    }
  ]
}

private struct NewcomerMeasurement {
  let newcomers: Int
  let folder: String

  private static let voxels = 128
  /// What stands in every message of a run of two energies; events come when there are some.
  private static let complete: Set<String> = [
    "status", "diffraction", "stxm", "object", "probe", "projection 0", "projection 1", "volume 0",
    "volume 1", "chemistry", "histogram", "alignment",
  ]
  private static let patience = 10.0

  func results() throws -> [BenchmarkResult] {
    let number = ProcessInfo.processInfo.processIdentifier
    let scratch = "\(folder)/newcomer-bench-\(number)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    var joins: [Double] = []
    var gaps: [Double] = []
    for place in 0..<newcomers {
      let isPage = place.isMultiple(of: 2)
      let seen = try run(scratch, newcomerIsPage: isPage)
      guard let join = seen.join else {
        throw NewcomerFailure(description: "the run was over before anybody came")
      }
      let kind = isPage ? "page" : "subscriber"
      say(String(format: "  a %@ is complete after %.2f s", kind, join))
      joins.append(join)
      gaps += seen.gaps
    }
    joins.sort()
    gaps.sort()
    let what = "two energies, \(Self.voxels)³ voxels, all cores at work"
    return [
      BenchmarkResult(
        name: "late_joiner_s",
        value: joins.last ?? .nan,
        unit: "s",
        detail: String(
          format: "longest of %d newcomers, pages and subscribers in turn, from connecting to a "
            + "message of each topic and energy; half in %.2f s; %@",
          joins.count,
          joins[joins.count / 2],
          what
        ),
        atMost: 1
      ),
      BenchmarkResult(
        name: "object_interval_s",
        value: gaps.last ?? .nan,
        unit: "s",
        detail: String(
          format:
            "longest of %d times from one object to the next while frames come; half %.2f s; %@",
          gaps.count,
          gaps[gaps.count / 2],
          what
        ),
        atMost: 1
      ),
    ]
  }

  /// A run to which somebody comes when six projections are folded.
  ///
  /// - Returns: How long the newcomer waited, nil where the run was over, and the times between objects.
  private func run(
    _ scratch: String,
    newcomerIsPage: Bool
  ) throws -> (join: Double?, gaps: [Double]) {
    let configuration = try configuration(scratch)
    let hub = PreviewHub()
    var options = Pipeline.Options(configuration)
    options.recording = nil
    let pipeline = Pipeline(
      configuration: configuration,
      source: .stream,
      options: options,
      listeners: [Listener(hub: hub)],
      onEvent: { event in if event.severity != .info { say("  \(event)") } }
    )
    let server = try DashboardServer(
      hub,
      DashboardSettings(address: try BindAddress("127.0.0.1:*")) { pipeline.control($0) }
    )
    defer { server.stop(withinSeconds: 0) }
    let join = Mutex<Double?>(nil)
    let gaps = Mutex<[Double]>([])
    let watching = DispatchGroup()
    DispatchQueue.global().async(group: watching) {
      let found = Self.objectIntervals(of: pipeline)
      gaps.withLock { $0 = found }
    }
    DispatchQueue.global().async(group: watching) {
      while pipeline.status.projectionsFolded < 6, pipeline.status.state != .done { usleep(10_000) }
      guard pipeline.status.state == .acquiring else { return }
      let waited =
        newcomerIsPage ? Self.secondsOfPage(server.port) : Self.secondsOfSubscriber(pipeline)
      join.withLock { $0 = waited }
      pipeline.requestFinish()
    }
    _ = try pipeline.run()
    watching.wait()
    return (join.withLock { $0 }, gaps.withLock { $0 })
  }

  // MARK: - Who watches

  /// Seconds from one object to the next while frames come.
  private static func objectIntervals(of pipeline: Pipeline) -> [Double] {
    while pipeline.status.previewEndpoint == nil { usleep(1000) }
    guard let endpoint = pipeline.status.previewEndpoint, let context = try? MessagingContext(),
      var subscriber = try? Subscriber(context, connectingTo: [endpoint], topics: ["object"])
    else { return [] }
    var (gaps, last): ([Double], ContinuousClock.Instant?) = ([], nil)
    while pipeline.status.state != .done {
      guard (try? subscriber.receive(timeoutMilliseconds: 100)) != nil,
        pipeline.status.state == .acquiring
      else { continue }
      if let last { gaps.append((.now - last) / .seconds(1)) }
      last = .now
    }
    return gaps
  }

  private static func secondsOfPage(_ port: UInt16) -> Double {
    secondsUntilComplete {
      guard let page = try? StreamClient(port: port) else { return nil }
      return {
        guard case .preview(let preview)? = page.next(seconds: 1) else { return nil }
        return (preview.topic, preview.header["energy_eV"] as? Double)
      }
    }
  }

  private static func secondsOfSubscriber(_ pipeline: Pipeline) -> Double {
    secondsUntilComplete {
      guard let endpoint = pipeline.status.previewEndpoint, let context = try? MessagingContext(),
        let client = try? NewSubscriber(Subscriber(context, connectingTo: [endpoint]))
      else { return nil }
      return {
        guard let message = client.next() else { return nil }
        return (message.topic.rawValue, message.header.energy?.electronVolts)
      }
    }
  }

  /// The seconds from before somebody connects until a message of each topic and energy has come.
  ///
  /// - Parameter connect: Connects; what gives the next message's topic and energy, nil where none came.
  /// - Returns: The seconds; infinity where one never came.
  private static func secondsUntilComplete(
    _ connect: () -> (() -> (topic: String, energy: Double?)?)?
  ) -> Double {
    let began = ContinuousClock.now
    func spent() -> Double { (.now - began) / .seconds(1) }
    guard let next = connect() else { return .infinity }
    var seen = Seen()
    while spent() < patience {
      guard let (topic, energy) = next() else { continue }
      seen.take(topic, energy: energy)
      if seen.isComplete { return spent() }
    }
    say("  missing: \(seen.missing)")
    return .infinity
  }

  private final class NewSubscriber {
    private var subscriber: Subscriber

    init(_ subscriber: consuming Subscriber) { self.subscriber = subscriber }

    func next() -> PreviewMessage? {
      guard let parts = try? subscriber.receive(timeoutMilliseconds: 1000) else { return nil }
      return try? PreviewMessage.decode(parts)
    }
  }

  /// What somebody has seen.
  private struct Seen {
    private var names: Set<String> = []

    var missing: String { complete.subtracting(names).sorted().joined(separator: ", ") }
    var isComplete: Bool { complete.isSubset(of: names) }

    mutating func take(_ topic: String, energy: Double?) {
      let isOfEnergy = topic == "volume" || topic == "projection"
      names.insert(isOfEnergy ? "\(topic) \((energy ?? 0) > 709 ? 1 : 0)" : topic)
    }
  }

  // MARK: - The run

  private func configuration(_ scratch: String) throws -> PipelineConfiguration {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    parameters.tiltCount = 16
    parameters.scanColumns = 10
    parameters.scanRows = 10
    parameters.volumeSide = Self.voxels
    parameters.photonsPerSecond = 2e8
    var configuration = PipelineConfiguration()
    configuration.source.endpoints = [try serveSimulation(parameters)]
    configuration.previews.endpoint = "tcp://127.0.0.1:*"
    configuration.previews.recEndpoint = nil
    configuration.results.directory = "\(scratch)/results"
    configuration.results.pictures = false
    configuration.results.mrc = false
    configuration.results.scans = false
    configuration.compute.planningEffort = .estimate
    configuration.compute.wisdomPath = "/dev/null"
    configuration.compute.whenBehind = .wait
    configuration.probe.searchesDefocus = false
    configuration.probe.defocus = parameters.defocus
    configuration.ptychography.iterations = 60
    configuration.tomography.volumeSide = Self.voxels
    configuration.tomography.volumeHeight = Self.voxels
    configuration.tomography.finalAlignmentRounds = 0
    return configuration
  }

  private struct Listener: PreviewListener {
    let hub: PreviewHub

    var isFollowed: Bool { hub.hasPages }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      hub.receive(topic: topic, parts: parts)
    }
  }
}

private struct NewcomerFailure: Error, CustomStringConvertible {
  let description: String
}
