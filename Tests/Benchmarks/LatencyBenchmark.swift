// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import FourierTransform
import LivePipeline
import Messaging
import Preprocessing
import Ptychography
import Synchronization
import WireFormat

/// How long a frame takes to the published map at the detector's full rate: `stxm_latency_ms`.
///
/// Raw frames come over loopback TCP at 146 frames/s for LATENCY_S (20) seconds, are recorded,
/// cleaned and iterated over by as many threads as there are cores; a subscriber reads every preview
/// and looks when a frame is first counted in a map.
func latencyBenchmarks(environment: [String: String]) -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "stxm_latency_ms") {
      try LatencyMeasurement(
        seconds: environment["LATENCY_S"].flatMap(Double.init) ?? 20,
        folder: environment["INGEST_FOLDER"] ?? FileManager.default.currentDirectoryPath
      ).results()
    }
  ]
}

private struct LatencyMeasurement {
  let seconds: Double
  let folder: String
  private static let rate = 146.0

  init(seconds: Double, folder: String) {
    self.seconds = seconds
    self.folder = folder
  }

  func results() throws -> [BenchmarkResult] {
    let scratch = "\(folder)/latency-bench-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let source = try RingSource(rate: Self.rate, seconds: seconds, pause: 1)
    let pipeline = Pipeline(
      configuration: configuration(source.endpoint, scratch),
      source: .stream,
      options: options(scratch),
      onEvent: { event in if event.severity != .info { say("  \(event)") } }
    )
    let display = Display(of: source)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      display.follow(pipeline)
      done.signal()
    }
    Thread.detachNewThread { end(pipeline, after: source) }
    source.start()
    let summary = try pipeline.run()
    done.wait()
    guard let latency = summary.latency, let shown = latency.shownPercentile99,
      let cleaned = latency.cleanedPercentile99, let seen = display.percentile(99)
    else { throw LatencyFailure(description: "no frame was seen in a published map") }
    let sent = source.sentFrames
    guard summary.framesLost == 0 else {
      throw LatencyFailure(description: "\(summary.framesLost) of \(sent) frames were lost")
    }
    say("  frames that took longer than 100 ms, by the second: \(display.lateFrames)")
    func words(_ values: Double?...) -> String {
      values.map { String(format: "%.0f", $0 ?? .nan) }.joined(separator: ", ")
    }
    let what = "raw frames at 146/s for \(Int(seconds)) s, recorded, cleaned and iterated over"
    return [
      BenchmarkResult(
        name: "stxm_latency_ms",
        value: shown,
        unit: "ms",
        detail:
          "99 % of \(latency.shownFrames) frames from their last byte to a map that went out; "
          + "half, 90 % and all in "
          + "\(words(latency.shownMedian, latency.shownPercentile90, latency.shownLongest)) ms; \(what)",
        atMost: 100
      ),
      BenchmarkResult(
        name: "stxm_latency_seen_ms",
        value: seen,
        unit: "ms",
        detail:
          "99 % of \(display.count) frames from the sender's call to a subscriber that has the "
          + "map; half and all in \(words(display.percentile(50), display.percentile(100))) ms"
      ),
      BenchmarkResult(
        name: "frame_latency_ms",
        value: cleaned,
        unit: "ms",
        detail:
          "99 % of \(latency.cleanedFrames) frames from their last byte to a cleaned pattern; "
          + "half and all in \(words(latency.cleanedMedian, latency.cleanedLongest)) ms"
      ),
    ]
  }

  private func configuration(_ endpoint: String, _ scratch: String) -> PipelineConfiguration {
    var configuration = PipelineConfiguration()
    configuration.source.endpoints = [endpoint]
    configuration.source.highWaterMark = 200
    configuration.preprocessing.patternSize = 128
    // No scan ends by itself while frames come.
    configuration.ptychography.iterations = 300
    configuration.probe.searchesDefocus = false
    configuration.previews.endpoint = "tcp://127.0.0.1:*"
    configuration.previews.recEndpoint = nil
    configuration.results.directory = "\(scratch)/results"
    configuration.results.pictures = false
    configuration.results.scans = false
    configuration.compute.planningEffort = .estimate
    configuration.compute.wisdomPath = "/dev/null"
    return configuration
  }

  private func options(_ scratch: String) -> Pipeline.Options {
    var configuration = PipelineConfiguration()
    configuration.results.directory = "\(scratch)/results"
    var options = Pipeline.Options(configuration)
    options.recording = "\(scratch)/run.h5"
    return options
  }
}

/// Ends a run when it has taken everything, or when nothing comes any more.
private func end(_ pipeline: Pipeline, after source: RingSource) {
  var last = (messages: -1, since: ContinuousClock.now)
  while true {
    usleep(20_000)
    let messages = pipeline.status.counters.messages
    if messages != last.messages { last = (messages, .now) }
    let hasAll = source.isDone && messages >= source.sentMessages
    guard hasAll || ContinuousClock.now - last.since > .seconds(20) else { continue }
    return pipeline.requestFinish()
  }
}

/// A display that reads every preview and notes when each frame is first counted in a map.
private final class Display: Sendable {
  private let source: RingSource
  private let latencies = Mutex<[Double]>([])
  /// Frames that took longer than 100 ms, by the second in which they were sent.
  private let late = Mutex<[Int: Int]>([:])

  init(of source: RingSource) { self.source = source }

  var count: Int { latencies.withLock { $0.count } }

  /// "0 s: 21, 7 s: 3".
  var lateFrames: String {
    late.withLock { $0.sorted { $0.key < $1.key } }.map { "\($0) s: \($1)" }.joined(separator: ", ")
  }

  /// The time within which so many percent of the frames were seen, ms.
  func percentile(_ percent: Double) -> Double? {
    let sorted = latencies.withLock { $0.sorted() }
    guard !sorted.isEmpty else { return nil }
    return sorted[max(0, Int((percent / 100 * Double(sorted.count)).rounded(.up)) - 1)]
  }

  func follow(_ pipeline: Pipeline) {
    while pipeline.status.previewEndpoint == nil { usleep(1000) }
    guard let endpoint = pipeline.status.previewEndpoint, let context = try? MessagingContext(),
      var subscriber = try? Subscriber(context, connectingTo: [endpoint])
    else { return }
    var seen: [Int: Int] = [:]
    while pipeline.status.state != .done {
      guard let parts = try? subscriber.receive(timeoutMilliseconds: 100) else { continue }
      let now = ContinuousClock.now
      guard let message = try? PreviewMessage.decode(parts), message.topic == .stxm,
        let scan = message.header.scan?.split(separator: "_").last.flatMap({ Int($0) }),
        let frames = message.header.frameCount
      else { continue }
      let known = seen[scan] ?? 0
      guard frames > known else { continue }
      seen[scan] = frames
      let first = scan * RingSource.scanPoints
      let sent = source.sendTimes(first + known..<first + frames)
      latencies.withLock { $0 += sent.map { (now - $0) / .milliseconds(1) } }
      guard let began = source.began else { continue }
      for instant in sent where now - instant > .milliseconds(100) {
        late.withLock { $0[Int((instant - began) / .seconds(1)), default: 0] += 1 }
      }
    }
  }
}

private struct LatencyFailure: Error, CustomStringConvertible {
  let description: String
}
