// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import FourierTransform
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import Ptychography

/// Receiver, recorder and preprocessing at the beamline's rate, the solver at low priority beside
/// them: `ingest_mb_per_s`.
///
/// Raw frames come over loopback TCP from a thread that sends a prepared ring of them. INGEST_S
/// (60) seconds at INGEST_RATE (150) frames/s; the recording goes to INGEST_FOLDER (the working
/// folder) and is removed. The disk's own rate is that of plain writes to the same folder.
func ingestBenchmarks(environment: [String: String]) -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "ingest") {
      try IngestMeasurement(
        seconds: environment["INGEST_S"].flatMap(Double.init) ?? 60,
        rate: environment["INGEST_RATE"].flatMap(Double.init) ?? 150,
        folder: environment["INGEST_FOLDER"] ?? FileManager.default.currentDirectoryPath
      ).results()
    },
    BenchmarkCase(name: "live_iterations_at_146fps") {
      try IngestMeasurement(
        seconds: environment["LIVE_S"].flatMap(Double.init) ?? 30,
        rate: 146,
        folder: environment["INGEST_FOLDER"] ?? FileManager.default.currentDirectoryPath,
        patternSize: 128,
        // No scan ends by itself while frames come.
        iterations: 300
      ).liveIterations()
    },
  ]
}

private struct IngestMeasurement {
  let seconds: Double
  let rate: Double
  let folder: String
  var patternSize = 256
  var iterations = 30

  func results() throws -> [BenchmarkResult] {
    let number = ProcessInfo.processInfo.processIdentifier
    let scratch = "\(folder)/ingest-bench-\(number)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let disk = try diskRate("\(scratch)/disk.bin")
    let (bytes, elapsed, peak) = try ingest(scratch)
    let rateWords = String(format: "%.0f frames/s for %.0f s offered", rate, seconds)
    return [
      BenchmarkResult(
        name: "ingest_mb_per_s",
        value: bytes * 1e-6 / elapsed,
        unit: "MB/s",
        detail: "raw 1040x1152 frames, TCP -> recording -> 256x256 amplitudes, nothing lost; "
          + "\(rateWords), from the first to the last frame cleaned"
      ),
      BenchmarkResult(
        name: "disk_mb_per_s",
        value: disk,
        unit: "MB/s",
        detail: "plain sequential writes and fdatasync in the same folder"
      ),
      BenchmarkResult(
        name: "ingest_peak_memory_mb",
        value: peak,
        unit: "MB",
        detail: "resident, the sender's ring of \(RingSource.ringLength) frames included"
      ),
    ]
  }

  /// Runs the pipeline on frames that come at the rate; throws where one is lost.
  ///
  /// - Returns: The bytes that came, the seconds they took, and the peak of memory, MB.
  private func ingest(
    _ scratch: String
  ) throws -> (bytes: Double, elapsed: Double, peak: Double) {
    ProcessUsage.forgetPeak()
    let source = try RingSource(rate: rate, seconds: seconds)
    let pipeline = Pipeline(
      configuration: try configuration(source.endpoint, scratch),
      source: .stream,
      options: options(scratch),
      onEvent: { event in if event.severity != .info { say("  \(event)") } }
    )
    let watch = IngestWatch(pipeline, source)
    Thread.detachNewThread { watch.run() }
    source.start()
    let summary = try pipeline.run()
    let (elapsed, peak, threads) = watch.outcome
    let bytes = Double(source.sentFrames * RingSource.frameBytes)
    let counters = summary.counters
    let cleaned = counters.exposures + counters.darks - counters.unusable
    let spent = threads.filter { $1 >= 0.1 }.map { name, seconds in
      "\(name) \(String(format: "%.1f", seconds))"
    }.sorted().joined(separator: ", ")
    say("  CPU seconds by thread: \(spent)")
    let lost =
      source.sentFrames - cleaned + counters.unrecorded + counters.lost
      + (counters.messages == source.sentMessages ? 0 : 1)
    guard lost == 0 else {
      throw IngestFailure(
        description: "\(source.sentFrames) frames sent, \(cleaned) cleaned, "
          + "\(counters.unrecorded) not recorded, \(counters.lost) lost"
      )
    }
    return (bytes, elapsed, peak)
  }

  /// Iterations over a whole scan that each scan gets while the next ones come.
  ///
  /// A scan is cut when newer ones wait, and no scan gets all its iterations, so that the cores
  /// always have some to do. Once that is so, what a scan gets from its first frame to its end is
  /// what the machine does in the time of one scan. An iteration over part of the frames counts as
  /// that part. The first scans, before that state, and the last ones, whose end no frames
  /// accompany, do not count.
  func liveIterations() throws -> [BenchmarkResult] {
    let number = ProcessInfo.processInfo.processIdentifier
    let scratch = "\(folder)/ingest-bench-\(number)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    _ = try ingest(scratch)
    let whole = try iterations(in: RecordingReader(path: "\(scratch)/run.h5").schedule())
    let steady = whole.dropFirst(4).dropLast(5).sorted()
    guard !steady.isEmpty else {
      throw IngestFailure(description: "\(whole.count) scans are too few; let LIVE_S be longer")
    }
    let partial = String(format: "%.0f to %.0f", steady[0], steady[steady.count - 1])
    return [
      BenchmarkResult(
        name: "live_iterations_at_146fps",
        value: steady.reduce(0, +) / Double(steady.count),
        unit: "1",
        detail:
          "RAAR iterations over 225 frames of \(patternSize)x\(patternSize) in the time of one "
          + "scan, recording and cleaning beside it: mean of \(steady.count) scans (\(partial)), "
          + "parts of scans counted as parts; nothing lost"
      )
    ]
  }

  /// Iterations times the part of the frames that was there, by scan in the order of beginning.
  private func iterations(in schedule: [String]) -> [Double] {
    struct Step: Decodable {
      let step: String
      let scan: String?
      let messages: [Int]?
      let iterations: Int?
    }
    var order: [String] = []
    var frames: [String: Int] = [:]
    var whole: [String: Double] = [:]
    for line in schedule {
      guard let step = try? JSONDecoder().decode(Step.self, from: Data(line.utf8)),
        let scan = step.scan
      else { continue }
      switch step.step {
      case "begin": order.append(scan)
      case "add": frames[scan, default: 0] += step.messages?.count ?? 0
      case "iterate":
        whole[scan, default: 0] +=
          Double((step.iterations ?? 0) * frames[scan, default: 0]) / Double(RingSource.scanPoints)
      default: break
      }
    }
    return order.map { whole[$0] ?? 0 }
  }

  private func configuration(_ endpoint: String, _ scratch: String) throws -> PipelineConfiguration
  {
    var configuration = PipelineConfiguration()
    configuration.source.endpoints = [endpoint]
    configuration.source.highWaterMark = 200
    configuration.preprocessing.patternSize = patternSize
    configuration.ptychography.iterations = iterations
    configuration.probe.searchesDefocus = false
    configuration.previews.isEnabled = false
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

  /// Plain writes of a frame's size to a new file, for at most ten seconds.
  private func diskRate(_ path: String) throws -> Double {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw IngestFailure(description: "\(path) cannot be made") }
    defer {
      close(descriptor)
      unsafe unlink(path)
    }
    let block = [UInt8](repeating: 0x5A, count: RingSource.frameBytes)
    let begin = ContinuousClock.now
    var written = 0
    while ContinuousClock.now - begin < .seconds(min(10, seconds)), written < 8 << 30 {
      let count = unsafe block.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      guard count > 0 else { throw IngestFailure(description: "\(path) cannot be written") }
      written += count
    }
    fdatasync(descriptor)
    return Double(written) * 1e-6 / ((ContinuousClock.now - begin) / .seconds(1))
  }
}

/// Sees when the last frame has been cleaned, and ends the run.
private final class IngestWatch: @unchecked Sendable {
  // Sendable by hand: written by one thread before the semaphore, read after it.
  private let pipeline: Pipeline
  private let source: RingSource
  private let done = DispatchSemaphore(value: 0)
  private var elapsed = 0.0
  private var peak = 0.0
  private var threads: [String: Double] = [:]

  init(_ pipeline: Pipeline, _ source: RingSource) {
    self.pipeline = pipeline
    self.source = source
  }

  /// Seconds from the first frame to the last one's cleaning, the peak of memory then, MB, and
  /// the processor seconds of each thread.
  var outcome: (elapsed: Double, peak: Double, threads: [String: Double]) {
    done.wait()
    return (elapsed, peak, threads)
  }

  func run() {
    defer { done.signal() }
    var last = (frames: -1, since: ContinuousClock.now)
    while true {
      usleep(5000)
      let counters = pipeline.status.counters
      if counters.messages != last.frames { last = (counters.messages, .now) }
      let isAll = source.isDone && counters.messages >= source.sentMessages
      // Nothing more comes where something was lost.
      guard isAll || ContinuousClock.now - last.since > .seconds(20) else { continue }
      if let began = source.began { elapsed = (last.since - began) / .seconds(1) }
      peak = ProcessUsage.peakMegabytes()
      threads = ProcessUsage.threadSeconds()
      pipeline.requestFinish()
      return
    }
  }
}

/// A measurement that came to nothing.
private struct IngestFailure: Error, CustomStringConvertible {
  let description: String
}
