// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Synchronization
import TestSupport
import Testing
import WireFormat

/// Previews are made for those who follow them, and for whoever comes afterwards nothing is missing.
@Suite(.serialized) struct UnwatchedRunTests {
  /// Follows the run from the moment on at which something is so.
  private final class Watcher: PreviewListener {
    let pipeline = Mutex<Pipeline?>(nil)
    let unwatched = Mutex<[PreviewMessage]>([])
    let watched = Mutex<[PreviewMessage]>([])
    private let begins: @Sendable (RunStatus) -> Bool

    init(_ begins: @escaping @Sendable (RunStatus) -> Bool) {
      self.begins = begins
    }

    var isFollowed: Bool { pipeline.withLock { $0 }.map { begins($0.status) } ?? false }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      guard let message = try? PreviewMessage.decode(parts) else { return }
      if isFollowed {
        watched.withLock { $0.append(message) }
      } else {
        unwatched.withLock { $0.append(message) }
      }
    }
  }

  /// What a page has seen, and whether somebody looks.
  private final class Notes: Sendable {
    let topics = Mutex<Set<String>>([])
    let isLooking = Mutex(false)
  }

  /// A page that is opened when everything is done still sees the end: its resolution, too.
  @Test func whoComesAfterTheEndSeesTheEnd() throws {
    var run = SimulatedRun()
    // Each half of fewer than eight tilts says nothing.
    run.parameters.tiltCount = 9
    run.configuration.ptychography.iterations = 15
    let watcher = Watcher { $0.state == .done }
    run.listeners = [watcher]
    // It knows whom it follows before the run can end.
    let gate = SourceGate(after: 1)
    run.gate = gate
    let outcome = try run.run { pipeline in
      watcher.pipeline.withLock { $0 = pipeline }
      gate.open()
    }
    let before = Set(watcher.unwatched.withLock { $0 }.map(\.topic))
    #expect(before.isSubset(of: [.status, .event, .stxm]), "\(before)")

    let end = watcher.watched.withLock { $0 }
    for topic in PreviewTopic.allCases where topic != .event && topic != .stxm {
      #expect(end.contains { $0.topic == topic }, "\(topic.rawValue)")
    }
    for topic in [PreviewTopic.alignment, .chemistry, .histogram, .volume] {
      let last = try #require(end.last { $0.topic == topic })
      #expect(last.header.quality["complete"] == 1, "\(topic.rawValue)")
      #expect(last.header.quality["tilts"] == 9, "\(topic.rawValue)")
    }
    #expect(Set(end.filter { $0.topic == .volume }.map { $0.header.energyIndex }) == [0, 1])

    let alignment = try #require(end.last { $0.topic == .alignment })
    let record = try outcome.tomogram()
    #expect(record.resolution.count == 2)
    for (place, stored) in record.resolution.enumerated() {
      func values(_ name: String) throws -> [Double] {
        let array = try #require(alignment["\(name)_\(place)"], "\(name)_\(place)")
        return array.bytes.elements(as: Float.self).map(Double.init)
      }
      for (name, expected) in [
        ("fsc_frequency", stored.frequencies), ("fsc_correlation", stored.correlations),
        ("fsc_half_bit", stored.halfBitThreshold),
      ] {
        let told = try values(name)
        #expect(told.count == 32 && expected.count == 32)
        let largest = zip(told, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest < 1e-5, "\(name)_\(place): \(largest)")
      }
      let told = alignment.header.quality["fsc_half_period_m_\(place)"] ?? 0
      let half = stored.halfPeriodAtHalfBit.meters
      #expect(abs(told - half) < 1e-6 * half, "\(told) beside \(half)")
      // Halves of the same object agree in its coarsest detail.
      #expect(try values("fsc_correlation")[1] > 0.5)
    }
  }

  /// While no page is open nothing is made for one; when one is opened everything is.
  @Test func aPageThatIsOpenedLateIsComplete() throws {
    final class Listener: PreviewListener {
      let hub: PreviewHub
      let received = Mutex<Set<PreviewTopic>>([])
      init(hub: PreviewHub) { self.hub = hub }
      var isFollowed: Bool { hub.hasPages }
      func receive(topic: PreviewTopic, parts: [SharedBytes]) {
        received.withLock { _ = $0.insert(topic) }
        hub.receive(topic: topic, parts: parts)
      }
    }
    let unmade: [PreviewTopic] = [
      .diffraction, .object, .probe, .projection, .volume, .chemistry, .histogram, .alignment,
    ]
    var run = SimulatedRun()
    run.parameters.tiltCount = 8
    run.framesPerSecond = 60
    run.configuration.ptychography.iterations = 15
    run.configuration.previews.isEnabled = false
    let hub = PreviewHub()
    let listener = Listener(hub: hub)
    run.listeners = [listener]
    // The page is opened while the source rests, and has all of it then.
    let gate = SourceGate(after: 6)
    run.gate = gate
    let notes = Notes()
    _ = try run.run { pipeline in
      defer { gate.open() }
      guard let address = try? BindAddress("127.0.0.1:*"),
        let server = try? DashboardServer(hub, DashboardSettings(address: address) { $0 })
      else { return }
      defer { server.stop(withinSeconds: 0) }
      ControlledRun.wait { pipeline.status.projectionsTaken >= 4 }
      let made = listener.received.withLock { $0 }
      #expect(made.isDisjoint(with: unmade), "\(made)")
      #expect(hub.newest(.status) != nil && hub.newest(.stxm) != nil)
      guard let page = try? StreamClient(port: server.port) else { return }
      let deadline = ContinuousClock.now + .seconds(240)
      while !notes.topics.withLock({ $0.isSuperset(of: unmade.map(\.rawValue)) }) {
        guard ContinuousClock.now < deadline, let message = page.next(seconds: 120) else { return }
        guard case .preview(let preview) = message else { continue }
        notes.topics.withLock { _ = $0.insert(preview.topic) }
      }
      // The run goes on: nobody waited for its end.
      #expect(pipeline.status.state != .done)
    }
    let seen = notes.topics.withLock { $0 }
    #expect(seen.isSuperset(of: unmade.map(\.rawValue)), "\(seen)")
  }

  /// Nobody followed; then the reconstruction rests, and somebody comes.
  @Test func aNewcomerIsServedWhileTheReconstructionRests() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 5
    run.framesPerSecond = 30
    run.configuration.ptychography.iterations = 15
    let notes = Notes()
    let watcher = Watcher { _ in notes.isLooking.withLock { $0 } }
    run.listeners = [watcher]
    // However late the rest is asked for, the run goes on then.
    let gate = SourceGate(after: 6)
    run.gate = gate
    let wanted: Set<PreviewTopic> = [.volume, .chemistry, .histogram, .alignment]
    _ = try run.run { pipeline in
      defer { gate.open() }
      watcher.pipeline.withLock { $0 = pipeline }
      let desk = ControlledRun(pipeline: pipeline)
      ControlledRun.wait { pipeline.status.projectionsTaken >= 4 }
      desk.follow(#"{"request": "pause"}"#)
      // What comes now waits for the end of the rest.
      gate.open()
      // What was begun is brought to its end.
      Thread.sleep(forTimeInterval: 0.3)
      notes.isLooking.withLock { $0 = true }
      ControlledRun.wait {
        Set(watcher.watched.withLock { $0 }.map(\.topic)).isSuperset(of: wanted)
      }
      #expect(pipeline.status.isPaused)
      let seen = Set(watcher.watched.withLock { $0 }.map(\.topic))
      #expect(seen.isSuperset(of: wanted), "\(seen)")
      desk.follow(#"{"request": "resume"}"#)
    }
  }
}
