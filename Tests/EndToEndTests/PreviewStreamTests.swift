// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Imaging
import LivePipeline
import Messaging
import Ptychography
import Synchronization
import Testing
import WireFormat

/// What goes out while a run goes on.
@Suite(.serialized) struct PreviewStreamTests {
  /// Topics by name with the number of messages, and the last of each.
  private final class Seen: Sendable {
    let messages = Mutex<[PreviewTopic: [PreviewHeader]]>([:])

    /// Whether something of each topic has come, but for events.
    var hasAll: Bool {
      messages.withLock { $0.keys.count { $0 != .event } == PreviewTopic.allCases.count - 1 }
    }

    /// Whether a status has told how a scan ended.
    var knowsAnEnd: Bool { messages.withLock { $0[.status]?.last?.text["end"] != nil } }
  }

  @Test func everyTopicArrivesAndALateJoinerGetsTheLastValues() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 3
    run.configuration.previews.maximumRate = 50
    let gate = SourceGate(after: 4)
    run.gate = gate
    let early = Seen()
    let late = Seen()
    let outcome = try run.run { pipeline in
      defer { gate.open() }
      Self.follow(pipeline, early) { status in
        // The source rests until everything has been seen.
        if early.hasAll, early.knowsAnEnd { gate.open() }
        return status.state == .done
      }
    }
    #expect(outcome.summary.scans.count == 6)
    let seen = early.messages.withLock { $0 }
    for topic in PreviewTopic.allCases where topic != .event {
      #expect(seen[topic]?.isEmpty == false, "\(topic.rawValue)")
    }
    for (topic, headers) in seen {
      let numbers = headers.map(\.sequence)
      #expect(numbers == numbers.sorted(), "\(topic.rawValue): \(numbers)")
    }
    let status = try #require(seen[.status]?.last)
    #expect(status.quality["frames_lost"] == 0)
    #expect(status.text["end"] == "iterations")
    try Self.checkQuality(seen)

    run.parameters.tiltCount = 5
    let secondGate = SourceGate(after: 6)
    run.gate = secondGate
    let second = try run.run { pipeline in
      defer { secondGate.open() }
      // Joins when something has been folded, and reads while the source rests.
      ControlledRun.wait { pipeline.status.projectionsTaken >= 3 }
      Self.follow(pipeline, late) { _ in late.hasAll }
    }
    #expect(second.summary.scans.count == 10)
    let joined = late.messages.withLock { $0 }
    for topic in [PreviewTopic.status, .diffraction, .object, .probe, .projection, .volume] {
      let headers = try #require(joined[topic], "\(topic.rawValue)")
      #expect(headers.isEmpty == false, "\(topic.rawValue)")
    }
    // Chemistry had been solved before it joined and comes at once all the same.
    #expect(joined[.chemistry] != nil)
  }

  /// Every preview of a scan says how good it is; those of a finished scan say how it ended.
  private static func checkQuality(_ seen: [PreviewTopic: [PreviewHeader]]) throws {
    for topic in [PreviewTopic.diffraction, .stxm, .object, .probe, .projection] {
      for header in seen[topic] ?? [] {
        let quality = header.quality
        #expect(quality["frames_expected"] == 25, "\(topic.rawValue)")
        #expect(quality["coverage"].map { (0...1).contains($0) } == true)
        #expect(quality["iteration"] != nil && quality["frames_dropped"] == 0)
        #expect(quality["time_used_s"].map { $0 >= 0 } == true)
        // The source waits for these scans: nothing cuts them.
        #expect(quality["time_budget_s"] == nil && quality["time_budget_used"] == nil)
      }
    }
    for header in seen[.object] ?? [] {
      #expect(header.quality["overlap_error"].map { $0 > 0 && $0 < 1 } == true)
      #expect(header.quality["data_error"].map { $0 > 0 && $0 < 1 } == true)
      let frames = Double(try #require(header.frameCount))
      #expect(header.quality["coverage"] == frames / 25)
    }
    for header in seen[.projection] ?? [] {
      #expect(header.quality["coverage"] == 1)
      #expect(header.quality["iteration"].map { $0 >= 60 } == true)
      #expect(header.quality["data_error"].map { $0 < 0.2 } == true)
      #expect(header.quality["vacuum_in_view"] == 1)
      #expect(header.text["end"] == "iterations")
    }
  }

  /// All messages of a topic, the newest last; none passes it by.
  private final class Listener: PreviewListener {
    let messages = Mutex<[PreviewMessage]>([])
    let isFollowed = true
    private let topic: PreviewTopic

    init(_ topic: PreviewTopic) { self.topic = topic }

    func receive(topic: PreviewTopic, parts: [SharedBytes]) {
      guard topic == self.topic, let message = try? PreviewMessage.decode(parts) else { return }
      messages.withLock { $0.append(message) }
    }
  }

  /// Scan points lie beside the grid; the map of all of them has no holes all the same, and shows the plates.
  @Test func theMapOfAllPointsHasNoHoles() throws {
    let maps = Listener(.stxm)
    var run = SimulatedRun()
    run.listeners = [maps]
    run.parameters.tiltCount = 1
    run.parameters.scanColumns = 9
    run.parameters.scanRows = 9
    run.configuration.previews.maximumRate = 50
    _ = try run.run()
    let whole = maps.messages.withLock { $0.filter { $0.header.frameCount == 81 } }
    let map = try #require(whole.last?.arrays.first)
    let photons = map.bytes.elements(as: Float.self)
    #expect(map.shape.allSatisfy { (8...11).contains($0) }, "\(map.shape)")
    let corners = photons.count { $0.isNaN }
    #expect(corners <= 4, "\(corners) of \(photons.count) pixels are empty")
    let known = photons.filter(\.isFinite).sorted()
    #expect(known[known.count / 20] < 0.97 * known[known.count * 19 / 20], "\(known)")
  }

  /// A source that does not wait gives each scan a time, which is told.
  @Test func theTimeBudgetIsToldWhereScansAreCut() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.configuration.previews.maximumRate = 50
    run.configuration.compute.whenBehind = .cut
    run.configuration.compute.unfinishedScans = 10
    let projections = Listener(.projection)
    run.listeners = [projections]
    _ = try run.run()
    // Until a second scan has begun nobody knows the pace.
    let last = projections.messages.withLock { $0.last }
    let quality = try #require(last?.header.quality)
    let used = try #require(quality["time_used_s"])
    let budget = try #require(quality["time_budget_s"])
    let share = try #require(quality["time_budget_used"])
    #expect(budget > 0 && abs(share - used / budget) < 1e-9 * share)
  }

  /// Follows a run by its socket until somebody has seen enough, or it is over.
  private static func follow(
    _ pipeline: Pipeline,
    _ seen: Seen,
    until isEnough: (RunStatus) -> Bool
  ) {
    ControlledRun.wait {
      pipeline.status.previewEndpoint != nil || pipeline.status.state == .done
    }
    guard let endpoint = pipeline.status.previewEndpoint,
      let context = try? MessagingContext(),
      var subscriber = try? Subscriber(context, connectingTo: [endpoint])
    else { return }
    // What never comes is missed by the expectations.
    let deadline = ContinuousClock.now + .seconds(240)
    while !isEnough(pipeline.status), pipeline.status.state != .done {
      guard ContinuousClock.now < deadline else { return }
      guard let parts = try? subscriber.receive(timeoutMilliseconds: 50),
        let message = try? PreviewMessage.decode(parts)
      else { continue }
      seen.messages.withLock { $0[message.topic, default: []].append(message.header) }
    }
  }
}
