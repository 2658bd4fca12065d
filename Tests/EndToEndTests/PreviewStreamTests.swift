// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
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
  }

  @Test func everyTopicArrivesAndALateJoinerGetsTheLastValues() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 3
    run.configuration.previews.maximumRate = 50
    let early = Seen()
    let late = Seen()
    let outcome = try run.run { pipeline in
      Self.follow(pipeline, early, until: { $0.state == .done })
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
    #expect(seen[.object]?.last?.quality["overlap_error"].map { $0 < 1 } == true)

    run.parameters.tiltCount = 5
    let second = try run.run { pipeline in
      // Joins when something has been folded, and reads for a moment.
      while pipeline.status.projectionsFolded < 3, pipeline.status.state != .done {}
      Self.follow(pipeline, late, until: { _ in late.messages.withLock { $0.count > 8 } })
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

  private static func follow(
    _ pipeline: Pipeline,
    _ seen: Seen,
    until isEnough: (RunStatus) -> Bool
  ) {
    while pipeline.status.previewEndpoint == nil, pipeline.status.state != .done {}
    guard let endpoint = pipeline.status.previewEndpoint,
      let context = try? MessagingContext(),
      var subscriber = try? Subscriber(context, connectingTo: [endpoint])
    else { return }
    while !isEnough(pipeline.status), pipeline.status.state != .done {
      guard let parts = try? subscriber.receive(timeoutMilliseconds: 50),
        let message = try? PreviewMessage.decode(parts)
      else { continue }
      seen.messages.withLock { $0[message.topic, default: []].append(message.header) }
    }
  }
}
