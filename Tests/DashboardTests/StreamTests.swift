// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import Foundation
import Imaging
import Synchronization
import TestSupport
import Testing
import WireFormat

/// What a page gets over its WebSocket.
@Suite(.serialized) struct StreamTests {
  @Test func aLateJoinerGetsEverything() throws {
    let served = try ServedHub()
    for sequence in 0..<3 {
      for topic in PreviewTopic.allCases where ![.event, .volume, .projection].contains(topic) {
        served.publish(topic, sequence, bytes: [UInt8](repeating: 7, count: 300_000))
      }
      for energy in 0..<2 {
        served.publish(.volume, 2 * sequence + energy, energyIndex: energy, bytes: [1, 2])
        served.publish(.projection, 2 * sequence + energy, energyIndex: energy, bytes: [3])
      }
    }
    for number in 0..<250 {
      served.publish(.event, number) { $0.text = ["message": "\(number)", "severity": "info"] }
    }
    let page = try StreamClient(port: served.port)
    #expect(page.handshake.status == 101)
    #expect(page.handshake.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    var seen: [StreamClient.Preview] = []
    let expected = 8 + 4 + 200
    while seen.count < expected, case .preview(let preview)? = page.next() { seen.append(preview) }
    let events = seen.filter { $0.topic == "event" }.map(\.sequence)
    #expect(events == Array(50..<250))
    let others = seen.filter { $0.topic != "event" }
    #expect(
      others.map { "\($0.topic) \($0.sequence)" }.sorted()
        == ([
          "alignment", "chemistry", "diffraction", "histogram", "object", "probe", "status", "stxm",
        ]
        .map { "\($0) 2" } + ["volume 4", "volume 5", "projection 4", "projection 5"]).sorted()
    )
    // Nothing comes twice.
    #expect(page.previews(untilQuietFor: 0.3).isEmpty)
    served.publish(.stxm, 3)
    guard case .preview(let next)? = page.next() else {
      Issue.record("what is new did not come")
      return
    }
    #expect(next.topic == "stxm" && next.sequence == 3)
  }

  @Test(arguments: [0, 1, 7, 8, 125, 126, 5000, 70_000])
  func arraysStandAtMultiplesOfEight(count: Int) throws {
    let served = try ServedHub()
    let first = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var header = PreviewHeader(sequence: 1)
    header.scan = "Größe \"1\""
    header.quality = ["data_error": 0.5]
    let arrays = [
      PreviewArray(
        name: "a",
        shape: [count],
        elementType: .uint8,
        unit: "1",
        bytes: SharedBytes(first)
      ),
      PreviewArray(name: "b", shape: [1, 2], values: [1.5, -2], unit: "photon"),
    ]
    let message = PreviewMessage(topic: .object, header: header, arrays: arrays)
    served.hub.receive(topic: .object, parts: message.encode())
    let page = try StreamClient(port: served.port)
    guard case .preview(let preview)? = page.next() else {
      Issue.record("nothing came")
      return
    }
    #expect(preview.topic == "object")
    #expect(preview.header["identifier"] as? String == "Größe \"1\"")
    #expect((preview.header["arrays"] as? [[String: Any]])?.count == 2)
    var place = (preview.jsonEnd + 7) / 8 * 8
    #expect(preview.payload[preview.jsonEnd..<place].allSatisfy { $0 == 0 })
    #expect(Array(preview.payload[place..<place + count]) == first)
    place = (place + count + 7) / 8 * 8
    let second = SharedBytes(Array(preview.payload[place..<place + 8])).elements(as: Float.self)
    #expect(second == [1.5, -2])
    #expect(preview.payload.count == place + 8)
  }

  /// Ten pages, three of which take nothing: the others see what comes to its end, publishing never waits
  /// for them, and what they do not take is skipped and not kept.
  @Test func stalledPagesHoldNothingUp() throws {
    let served = try ServedHub()
    // As many as every reader needs to have seen a part of them, however seldom it has its turn.
    var count = 300
    let stalled = try (0..<3).map { _ in
      try StreamClient(port: served.port, receiveBufferBytes: 16 << 10)
    }
    let group = DispatchGroup()
    let readers = try (0..<7).map { _ in Reader(try StreamClient(port: served.port)) }
    for reader in readers {
      group.enter()
      Thread.detachNewThread {
        reader.run()
        group.leave()
      }
    }
    func publish(_ sequence: Int) {
      let bytes = [UInt8](repeating: UInt8(sequence % 256), count: 200_000)
      served.publish(.object, sequence, bytes: bytes)
      Thread.sleep(forTimeInterval: 0.005)
    }
    for sequence in 0..<count - 1 { publish(sequence) }
    // On a busy machine they may miss most, the last never.
    while readers.contains(where: { $0.count.load(ordering: .relaxed) <= 10 }), count < 10_000 {
      publish(count - 1)
      count += 1
    }
    for reader in readers { reader.end.store(count - 1, ordering: .relaxed) }
    publish(count - 1)
    #expect(group.wait(timeout: .now() + 60) == .success)
    for reader in readers {
      #expect(reader.last == count - 1)
      #expect(reader.count.load(ordering: .relaxed) > 10)
    }
    // The stalled ones find what was on its way, then the newest; what was between is skipped.
    for page in stalled {
      var sequences: [Int] = []
      while sequences.last != count - 1, let message = page.next() {
        if case .preview(let preview) = message { sequences.append(preview.sequence) }
      }
      #expect(sequences.last == count - 1)
      #expect(sequences.count < 12, "\(sequences)")
    }
    #expect(served.hub.figures.skipped > 600)
  }

  /// Reads previews on a thread of its own.
  private final class Reader: @unchecked Sendable {
    // Sendable by hand: read after the thread has ended.
    private let page: StreamClient
    private(set) var last = -1
    let count = Atomic(0)
    /// What comes last, once that is known.
    let end = Atomic(Int.max)

    init(_ page: StreamClient) { self.page = page }

    func run() {
      while last < end.load(ordering: .relaxed), let message = page.next() {
        guard case .preview(let preview) = message else { continue }
        last = preview.sequence
        count.add(1, ordering: .relaxed)
      }
    }
  }

  @Test func whoTakesNothingForTooLongIsLetGo() throws {
    let served = try ServedHub { settings, _ in
      settings.limits.stallSeconds = 3
      settings.limits.pingSeconds = 0.2
    }
    let stalled = try StreamClient(port: served.port, receiveBufferBytes: 8 << 10)
    let alive = try StreamClient(port: served.port)
    // Read by a thread of its own, which nothing here holds up.
    let pings = Atomic(0)
    let isRead = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      while let message = alive.next() {
        if case .ping = message { pings.add(1, ordering: .sequentiallyConsistent) }
      }
      isRead.signal()
    }
    let end = ContinuousClock.now + .seconds(60)
    var sequence = 0
    while served.hub.figures.dropped == 0 || served.hub.figures.pages > 1
      || pings.load(ordering: .sequentiallyConsistent) == 0, ContinuousClock.now < end
    {
      served.publish(.object, sequence, bytes: [UInt8](repeating: 1, count: 400_000))
      sequence += 1
      Thread.sleep(forTimeInterval: 0.02)
    }
    #expect(served.hub.figures.dropped == 1)
    #expect(pings.load(ordering: .sequentiallyConsistent) > 0)
    #expect(served.hub.figures.pages == 1)
    served.server.stop()
    isRead.wait()
    withExtendedLifetime(stalled) {}
  }

  @Test func theEndOfTheRunIsTheLastThingThatIsSaid() throws {
    let served = try ServedHub()
    let page = try StreamClient(port: served.port)
    served.publish(.status, 0) { $0.text["state"] = "done" }
    let server = served.server
    Thread.detachNewThread { server.stop(withinSeconds: 30) }
    guard case .preview(let status)? = page.next(), case .close(let code)? = page.next() else {
      Issue.record("no last status and no end")
      return
    }
    #expect((status.header["text"] as? [String: String])?["state"] == "done")
    #expect(code == 1001)
    #expect(page.next(seconds: 2) == nil)
  }

  @Test func whatBreaksTheProtocolEndsTheConnectionAlone() throws {
    let served = try ServedHub()
    let other = try StreamClient(port: served.port)
    let cases: [(UInt8, [UInt8], Bool, Int)] = [
      (0x81, Array("{}".utf8), false, 1002),  // not masked
      (0x82, [1, 2], true, 1003),  // binary
      (0x80, [1, 2], true, 1002),  // a piece of nothing
      (0xF1, [1], true, 1002),  // bits that mean nothing
      (0x89, [UInt8](repeating: 0, count: 126), true, 1002),  // a long ping
      (0x81, [UInt8](repeating: 32, count: 70_000), true, 1009),  // a long request
    ]
    for (first, payload, isMasked, code) in cases {
      let page = try StreamClient(port: served.port)
      page.send(frame: first, payload, isMasked: isMasked)
      guard case .close(let given)? = page.next() else {
        Issue.record("\(first): not ended")
        continue
      }
      #expect(given == code, "\(first)")
      #expect(page.next(seconds: 2) == nil)
    }
    served.publish(.stxm, 5)
    guard case .preview(let preview)? = other.next() else {
      Issue.record("another page was ended, too")
      return
    }
    #expect(preview.sequence == 5)
    let polite = try StreamClient(port: served.port)
    polite.send(frame: 0x89, [1, 2])
    _ = polite.next()  // the preview, or the pong
    polite.send(frame: 0x88, [0x03, 0xE8])
    var last: StreamClient.Message?
    while let message = polite.next(seconds: 2) { last = message }
    guard case .close(1000)? = last else {
      Issue.record("a page that goes is not answered")
      return
    }
  }

  @Test func thereAreOnlySoManyPages() throws {
    let served = try ServedHub { settings, _ in settings.limits.streams = 2 }
    let pages = try (0..<2).map { _ in try StreamClient(port: served.port) }
    let third = try StreamClient(port: served.port)
    #expect(third.handshake.status == 503)
    pages[0].socket.close()
    // Its place is free again once the server has seen that it went.
    let end = ContinuousClock.now + .seconds(60)
    while served.hub.figures.pages > 1, ContinuousClock.now < end {
      served.publish(.stxm, 1)
      Thread.sleep(forTimeInterval: 0.01)
    }
    #expect(try StreamClient(port: served.port).handshake.status == 101)
    withExtendedLifetime(pages) {}
  }
}
