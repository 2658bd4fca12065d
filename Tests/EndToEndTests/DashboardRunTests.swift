// SPDX-License-Identifier: BSD-3-Clause

import Dashboard
import DetectorSimulator
import Foundation
import Imaging
import LivePipeline
import Synchronization
import TestSupport
import Testing
import WireFormat

/// A run as a page sees it.
@Suite(.serialized) struct DashboardRunTests {
  private struct Listener: PreviewListener {
    let hub: PreviewHub

    var isFollowed: Bool { hub.hasPages }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      hub.receive(topic: topic, parts: parts)
    }
  }

  /// What a page has seen: how many of each topic, and the last status.
  private final class Seen: Sendable {
    let topics = Mutex<[String: Int]>([:])
    let state = Mutex<String?>(nil)
    let reply = Mutex<String?>(nil)
    let metrics = Mutex("")
    let server = Mutex<DashboardServer?>(nil)
  }

  @Test func aPageFollowsARunThatPublishesNothingElse() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 3
    // The sockets of the previews are not there; listeners are served all the same.
    run.configuration.previews.isEnabled = false
    run.configuration.previews.maximumRate = 50
    let hub = PreviewHub()
    run.listeners = [Listener(hub: hub)]
    let gate = SourceGate(after: 2)
    run.gate = gate
    let seen = Seen()
    let pageEnded = DispatchSemaphore(value: 0)
    let outcome = try run.run { pipeline in
      defer { gate.open() }
      guard let address = try? BindAddress("127.0.0.1:*"),
        let started = try? DashboardServer(
          hub,
          DashboardSettings(address: address) { pipeline.control($0) }
        )
      else { return }
      seen.server.withLock { $0 = started }
      Thread.detachNewThread {
        Self.follow(started.port, seen)
        pageEnded.signal()
      }
      ControlledRun.wait { pipeline.status.scansFinished >= 1 }
      let asking = try? StreamClient(port: started.port)
      seen.reply.withLock {
        $0 = asking?.ask(#"{"request":"set","key":"ptychography.iterations","value":50,"id":1}"#)
      }
      let metrics = try? PlainRequest.send("GET /metrics", port: started.port).body
      seen.metrics.withLock { $0 = metrics ?? "" }
    }
    #expect(outcome.summary.scans.count == 6)
    ControlledRun.wait { seen.state.withLock { $0 } == "done" }
    try #require(seen.server.withLock { $0 }).stop()
    #expect(pageEnded.wait(timeout: .now() + 60) == .success)
    let topics = seen.topics.withLock { $0 }
    for topic in PreviewTopic.allCases where topic != .event {
      #expect(topics[topic.rawValue, default: 0] > 0, "\(topic.rawValue): \(topics)")
    }
    #expect(seen.state.withLock { $0 } == "done")
    let reply = seen.reply.withLock { $0 } ?? ""
    #expect(reply.hasPrefix(#"{"id":1,"#) && reply.contains(#""ok":true"#), "\(reply)")
    let metrics = seen.metrics.withLock { $0 }
    #expect(metrics.contains("\ntiltfold_frames_lost 0\n"))
    #expect(metrics.contains("\ntiltfold_scans_finished_total "))
  }

  private static func follow(_ port: UInt16, _ seen: Seen) {
    guard let page = try? StreamClient(port: port) else { return }
    while let message = page.next(seconds: 30) {
      guard case .preview(let preview) = message else { continue }
      seen.topics.withLock { $0[preview.topic, default: 0] += 1 }
      guard preview.topic == "status" else { continue }
      seen.state.withLock { $0 = (preview.header["text"] as? [String: String])?["state"] }
    }
  }

  @Test func aReplayIsServedByTheProgram() throws {
    let program = try #require(BuiltProgram.tiltfold)
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 2
    let live = try run.run()
    let port = SimulatedSource.freePort()
    let taken = try PlainListener()
    let folder = try TemporaryFolder()
    let config = folder.file("config.yaml")
    let text = "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n" + Self.small
    try text.write(toFile: config, atomically: true, encoding: .utf8)

    let page = Seen()
    let outcome = try program.run(
      [
        "replay", live.recording, "--config", config, "--results", folder.file("again"),
        "--dashboard", "--set", "dashboard.bind=127.0.0.1:\(port)", "--speed", "0.2",
      ]
    ) { process in
      let end = Date(timeIntervalSinceNow: 240)
      while process.isRunning, Date() < end {
        guard let answer = try? PlainRequest.send("GET /", port: port), answer.status == 200 else {
          Thread.sleep(forTimeInterval: 0.02)
          continue
        }
        page.reply.withLock { $0 = answer.body }
        Self.follow(port, page)
        return
      }
    }
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("the dashboard is at http://127.0.0.1:\(port)/"))
    #expect(page.reply.withLock { $0 }?.contains("<title>") == true)
    #expect(page.state.withLock { $0 } == "done")

    // A port that somebody has is a warning, and the run goes on.
    let beside = try program(
      "replay",
      live.recording,
      "--config",
      config,
      "--results",
      folder.file("beside"),
      "--dashboard",
      "--set",
      "dashboard.bind=127.0.0.1:\(taken.port)"
    )
    #expect(beside.code == 0, "\(beside.errors)")
    #expect(beside.errors.contains("another program has this port"))
  }

  /// The run of `SimulatedRun`, few iterations.
  private static let small = """
    ptychography: {iterations: 30}
    probe: {search_defocus: false, defocus_m: 10e-6}
    tomography: {volume_side: 64, volume_height: 64, final_sweeps: 2, settling_sweeps: 1, final_alignment_rounds: 1}
    results: {pictures: false, mrc: false, scans: false}
    compute: {planning_effort: estimate, wisdom_path: /dev/null}
    """
}
