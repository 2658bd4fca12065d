// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import Imaging
import LivePipeline
import Synchronization
import Testing
import WireFormat

/// How long frames of a run take until they are seen.
@Suite(.serialized) struct LatencyRunTests {
  /// The frames of each scan's maps in their order, and the last status; nothing passes it by.
  private final class Maps: PreviewListener {
    let frames = Mutex<[String: [Int]]>([:])
    let status = Mutex<PreviewHeader?>(nil)
    let isFollowed = true

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      guard topic == .stxm || topic == .status, let message = try? PreviewMessage.decode(parts)
      else { return }
      let header = message.header
      guard topic == .stxm else { return status.withLock { $0 = header } }
      let key = "\(header.scan ?? "") \(header.energy?.electronVolts ?? 0)"
      frames.withLock { $0[key, default: []].append(header.frameCount ?? 0) }
    }
  }

  @Test func everyFrameIsCountedOnceAndTheLastOnesOfAScanAreShown() throws {
    var run = SimulatedRun()
    run.framesPerSecond = 100
    // Nothing waits for a scan to be done.
    run.configuration.compute.whenBehind = .cut
    run.configuration.compute.unfinishedScans = 10
    let maps = Maps()
    run.listeners = [maps]
    let began = ContinuousClock.now
    let outcome = try run.run()
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let latency = try #require(outcome.summary.latency)
    let frames = outcome.summary.counters.used
    #expect(frames == 150)
    #expect(latency.cleanedFrames == frames)
    #expect(latency.shownFrames == frames)
    let (p50, p90) = (try #require(latency.shownMedian), try #require(latency.shownPercentile90))
    let p99 = try #require(latency.shownPercentile99)
    let cleaned = try #require(latency.cleanedPercentile99)
    #expect(0 < p50 && p50 <= p90 && p90 <= p99)
    #expect(cleaned > 0 && cleaned <= p99)
    // A map waits for its turn 50 ms at most; the rest is for a machine with much else to do, and how
    // long it takes is what a benchmark measures.
    #expect(p50 < 30_000, "\(p50) ms")

    let seen = maps.frames.withLock { $0 }
    #expect(seen.count == 6)
    for (scan, counts) in seen {
      #expect(counts.last == 25, "\(scan): \(counts)")
      #expect(counts == counts.sorted())
    }
    // The rate is bounded: by its key, and one more for each scan that shares a turn.
    #expect(Double(seen.values.reduce(0) { $0 + $1.count }) <= 20 * seconds + 7)
    let status = try #require(maps.status.withLock { $0 })
    #expect(status.quality["latency_stxm_p99_ms"].map { $0 > 0 } == true)
    #expect(status.quality["latency_frame_p99_ms"].map { $0 > 0 } == true)
    #expect(status.quality["disk_free_bytes"].map { $0 > 0 } == true)
    #expect(status.quality["tilt_count"] == 3 && status.quality["energy_count"] == 2)
    #expect(status.quality["beam_per_second"].map { $0 > 0 } == true)

    let data = try Data(contentsOf: URL(filePath: "\(outcome.results)/summary.json"))
    #expect(try JSONDecoder().decode(RunSummary.self, from: data).latency == latency)
  }

  @Test func aSlowerRateIsKeptToo() throws {
    var run = SimulatedRun()
    run.framesPerSecond = 50
    run.parameters.tiltCount = 1
    run.configuration.previews.mapRate = 2
    let maps = Maps()
    run.listeners = [maps]
    let began = ContinuousClock.now
    let outcome = try run.run()
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    // Two maps a second, the first and the last one, and one more where both scans share a turn.
    let count = maps.frames.withLock { $0.values.reduce(0) { $0 + $1.count } }
    #expect(count > 0 && Double(count) <= 2 * seconds + 3, "\(count) in \(seconds) s")
    #expect(try #require(outcome.summary.latency?.shownLongest) > 100)
    #expect(outcome.summary.latency?.shownFrames == 50)
  }

  @Test func withoutPreviewsOnlyTheCleaningIsCounted() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 1
    run.configuration.previews.isEnabled = false
    let latency = try #require(try run.run().summary.latency)
    #expect(latency.shownFrames == 0 && latency.shownMedian == nil)
    #expect(latency.cleanedFrames == 50)
  }
}
