// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import DetectorSimulator
import Foundation
import FourierTransform
import Imaging
import LivePipeline
import Messaging
import Ptychography
import TestSupport
import Tomography
import WireFormat

/// What showing a run costs it: the throughput of a replay with ten pages and ten subscribers, three
/// of each stalled, over that with none.
///
/// Both serve the dashboard, make all previews and publish them. The kinds are run in pairs, one next to the
/// other and each first by turns, PREVIEW_ROUNDS (6) of them: a machine that is faster now and slower then
/// is so for both of a pair. The median of the pairs' ratios counts. The readers share the machine with the run.
func previewCostBenchmarks(environment: [String: String]) -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "preview_cost") {
      try PreviewCost(
        rounds: max(1, environment["PREVIEW_ROUNDS"].flatMap(Int.init) ?? 6),
        folder: environment["INGEST_FOLDER"] ?? FileManager.default.currentDirectoryPath
      ).results()
    }
  ]
}

private struct PreviewCost {
  let rounds: Int
  let folder: String

  private static let readers = 7
  private static let stalled = 3

  func results() throws -> [BenchmarkResult] {
    let number = ProcessInfo.processInfo.processIdentifier
    let scratch = "\(folder)/preview-bench-\(number)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let frames = try record(scratch)
    _ = try replay(scratch, isWatched: false)
    var pairs: [(alone: Double, watched: Double)] = []
    var taken = (pages: 0.0, subscribers: 0.0)
    for round in 0..<rounds {
      let isWatchedFirst = round % 2 == 1
      let first = try replay(scratch, isWatched: isWatchedFirst)
      let second = try replay(scratch, isWatched: !isWatchedFirst)
      let (alone, watched) = isWatchedFirst ? (second, first) : (first, second)
      pairs.append((alone.seconds, watched.seconds))
      taken.pages += Double(watched.taken.pages) * 1e-6 / watched.seconds / Double(rounds)
      taken.subscribers +=
        Double(watched.taken.subscribers) * 1e-6 / watched.seconds / Double(rounds)
      say(
        String(
          format: "  round %d: %.2f s alone, %.2f s watched, %.3f",
          round + 1,
          alone.seconds,
          watched.seconds,
          alone.seconds / watched.seconds
        )
      )
    }
    let ratios = pairs.map { $0.alone / $0.watched }.sorted()
    let detail = String(
      format: "%.3f to %.3f; %.1f frames/s watched; %.1f MB/s to pages, %.1f MB/s to subscribers",
      ratios[0],
      ratios[ratios.count - 1],
      Double(frames * rounds) / pairs.reduce(0) { $0 + $1.watched },
      taken.pages,
      taken.subscribers
    )
    return [
      BenchmarkResult(
        name: "preview_cost",
        value: (ratios[(rounds - 1) / 2] + ratios[rounds / 2]) / 2,
        unit: "1",
        detail: "throughput of a replay with 10 pages and 10 subscribers, 3 of each stalled, over "
          + "that with none, median of \(rounds) pairs: \(detail)",
        atLeast: 0.97
      )
    ]
  }

  /// Records a small simulated tomogram; the number of its frames.
  private func record(_ scratch: String) throws -> Int {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    parameters.tiltCount = 8
    parameters.scanColumns = 10
    parameters.scanRows = 10
    parameters.volumeSide = 96
    parameters.photonsPerSecond = 2e8
    var configuration = configuration(scratch)
    configuration.source.endpoints = [try serveSimulation(parameters)]
    configuration.previews.isEnabled = false
    configuration.ptychography.iterations = 4
    configuration.results.directory = "\(scratch)/live"
    var options = Pipeline.Options(configuration)
    options.recording = "\(scratch)/run.h5"
    options.endsWithTomogram = true
    let pipeline = Pipeline(configuration: configuration, source: .stream, options: options)
    return try pipeline.run().counters.exposures
  }

  private func replay(
    _ scratch: String,
    isWatched: Bool
  ) throws -> (seconds: Double, taken: (pages: Int, subscribers: Int)) {
    let hub = PreviewHub()
    var configuration = configuration(scratch)
    let probe = try Publisher(try MessagingContext(), bindingTo: "tcp://127.0.0.1:*")
    configuration.previews.endpoint = probe.endpoint
    giveBack(probe)
    var options = Pipeline.Options(configuration)
    options.recording = nil
    let pipeline = Pipeline(
      configuration: configuration,
      source: .recording("\(scratch)/run.h5"),
      options: options,
      listeners: [Listener(hub: hub)],
      onEvent: { event in if event.severity == .error { say("  \(event)") } }
    )
    let settings = DashboardSettings(address: try BindAddress("127.0.0.1:*")) {
      pipeline.control($0)
    }
    let server = try DashboardServer(hub, settings)
    let audience =
      isWatched ? try Audience(port: server.port, endpoint: configuration.previews.endpoint) : nil
    // Until all is written. After that the program gives what is on its way to a stalled subscriber
    // a second, once (ZeroMQ's linger), which is no matter of throughput.
    let seconds = try pipeline.run().elapsed
    let taken = audience?.leave() ?? (0, 0)
    server.stop(withinSeconds: 0)
    return (seconds, taken)
  }

  private func configuration(_ scratch: String) -> PipelineConfiguration {
    var configuration = PipelineConfiguration()
    configuration.source.endpoints = ["tcp://127.0.0.1:1"]
    configuration.previews.recEndpoint = nil
    configuration.results.directory = "\(scratch)/results"
    configuration.results.pictures = false
    configuration.results.mrc = false
    configuration.results.scans = false
    configuration.compute.planningEffort = .estimate
    configuration.compute.wisdomPath = "/dev/null"
    configuration.compute.whenBehind = .wait
    configuration.probe.searchesDefocus = false
    configuration.probe.defocus = SimulationParameters().defocus
    configuration.ptychography.iterations = 60
    configuration.tomography.volumeSide = 96
    configuration.tomography.volumeHeight = 96
    configuration.tomography.finalAlignmentRounds = 1
    return configuration
  }

  private struct Listener: PreviewListener {
    let hub: PreviewHub

    // Made in both kinds, also where no page is open: what is compared is the cost of readers.
    var isFollowed: Bool { true }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      hub.receive(topic: topic, parts: parts)
    }
  }

  /// Ten pages and ten subscribers; seven of each read and forget.
  private final class Audience: @unchecked Sendable {
    // Sendable by hand: what changes is touched with `lock` held.
    private let lock = NSLock()
    private var pageBytes = 0
    private var subscriberBytes = 0
    private var isLeaving = false
    private var stalledPages: [StreamClient] = []
    private let group = DispatchGroup()

    init(port: UInt16, endpoint: String) throws {
      for _ in 0..<PreviewCost.readers {
        let page = try StreamClient(port: port)
        start { [self] in
          while !hasToLeave { add(pages: page.socket.discard(seconds: 0.2)) }
        }
      }
      stalledPages = try (0..<PreviewCost.stalled).map { _ in try StreamClient(port: port) }
      for number in 0..<PreviewCost.readers + PreviewCost.stalled {
        start { [self] in
          guard let context = try? MessagingContext(),
            var subscriber = try? Subscriber(
              context,
              connectingTo: [endpoint],
              highWaterMark: 100
            )
          else { return }
          while !hasToLeave {
            guard number < PreviewCost.readers else {
              usleep(50_000)
              continue
            }
            let parts = try? subscriber.receive(timeoutMilliseconds: 200)
            add(subscribers: parts?.reduce(0) { $0 + $1.count } ?? 0)
          }
        }
      }
    }

    /// Ends all; the bytes that came.
    func leave() -> (pages: Int, subscribers: Int) {
      lock.withLock { isLeaving = true }
      group.wait()
      return lock.withLock { (pageBytes, subscriberBytes) }
    }

    private var hasToLeave: Bool { lock.withLock { isLeaving } }

    private func add(pages: Int = 0, subscribers: Int = 0) {
      lock.withLock {
        pageBytes += pages
        subscriberBytes += subscribers
      }
    }

    private func start(_ body: @escaping @Sendable () -> Void) {
      group.enter()
      Thread.detachNewThread { [group] in
        body()
        group.leave()
      }
    }
  }
}
