// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Messaging
import Preprocessing
import Synchronization
import WireFormat

/// Sends raw frames out of a prepared ring at a rate, at the cost of the socket alone.
final class RingSource: @unchecked Sendable {
  // Sendable by hand: the ring never changes; counts and times are behind `state`.
  private struct State {
    var frames = 0
    var messages = 0
    var began: ContinuousClock.Instant?
    var isDone = false
    /// When each exposure was handed to the socket, [frame].
    var sendTimes: [ContinuousClock.Instant] = []
  }

  static let ringLength = 8
  static let frameBytes = 2 * 1040 * 1152
  /// Scan points on a side.
  private static let side = 15
  static let scanPoints = side * side

  /// Where it publishes.
  let endpoint: String
  private let rate: Double
  private let seconds: Double
  /// Seconds from the darks to the first frame, as a stage takes to its first point.
  private let pause: Double
  private let darks: [DetectorFrame]
  private let ring: [DetectorFrame]
  private let state = Mutex(State())

  /// Prepares the frames and chooses a port.
  init(rate: Double, seconds: Double, pause: Double = 0) throws {
    self.rate = rate
    self.pause = pause
    self.seconds = seconds
    var generator = SeededGenerator(seed: 1)
    let geometry = FastCCDGeometry()
    darks = (0..<3).map { _ in rawFrame(.dark, geometry, &generator) }
    ring = (0..<Self.ringLength).map { _ in rawFrame(.exposure, geometry, &generator) }
    // The port is free again when the probing socket is gone, and taken by name afterwards.
    let probe = try Publisher(try MessagingContext(), bindingTo: "tcp://127.0.0.1:*")
    endpoint = probe.endpoint
  }

  var sentFrames: Int { state.withLock { $0.frames } }
  var sentMessages: Int { state.withLock { $0.messages } }
  var isDone: Bool { state.withLock { $0.isDone } }
  var began: ContinuousClock.Instant? { state.withLock { $0.began } }

  /// When exposures were handed to the socket; those that have not been are left out.
  func sendTimes(_ frames: Range<Int>) -> [ContinuousClock.Instant] {
    state.withLock { Array($0.sendTimes[frames.clamped(to: $0.sendTimes.indices)]) }
  }

  /// Starts sending, once somebody has subscribed.
  func start() {
    Thread.detachNewThread { [self] in
      Thread.current.name = "ring-source"
      do { try send() } catch { say("  the source has failed: \(error)") }
      state.withLock { $0.isDone = true }
    }
  }

  private func send() throws {
    let context = try MessagingContext()
    var publisher = try Publisher(
      context,
      bindingTo: endpoint,
      highWaterMark: 16,
      overflow: .block,
      sendTimeoutMilliseconds: 60_000
    )
    while try publisher.receiveSubscription(timeoutMilliseconds: 300) == nil {}
    while try publisher.receiveSubscription(timeoutMilliseconds: 300) != nil {}
    var begin = ContinuousClock.now
    state.withLock { $0.began = begin }
    let total = Int(rate * seconds)
    let points = Self.scanPoints
    for number in 0..<total {
      if number % points == 0 {
        try startScan(number / points, frames: min(points, total - number), &publisher)
        if number == 0, pause > 0 {
          usleep(UInt32(pause * 1e6))
          begin = .now
        }
      }
      let due = begin + .seconds(Double(number) / rate)
      let early = (due - .now) / .microseconds(1)
      if early > 0 { usleep(UInt32(early)) }
      let frame = ring[number % Self.ringLength]
      try post(frame, scan: number / points, index: number % points, &publisher)
      if number % points == points - 1 || number == total - 1 {
        try post(.stop(scan: name(number / points), sequence: nil), &publisher)
      }
    }
  }

  private func startScan(_ scan: Int, frames: Int, _ publisher: inout Publisher) throws {
    let identity = ScanIdentity(scan: name(scan), energy: PhotonEnergy(electronVolts: 708.2))
    let positions = (0..<Self.side * Self.side).map { point in
      ScanPosition(x: 70e-9 * Double(point % Self.side), y: 70e-9 * Double(point / Self.side))
    }
    var description = ScanDescription(identity: identity, positions: positions)
    description.expectedFrames = frames
    try post(.start(description, sequence: nil), &publisher)
    guard scan == 0 else { return }
    for (index, dark) in darks.enumerated() {
      try post(dark, scan: scan, index: index, &publisher)
    }
  }

  private func name(_ scan: Int) -> String { "ingest_\(scan)" }

  private func post(
    _ frame: DetectorFrame,
    scan: Int,
    index: Int,
    _ publisher: inout Publisher
  ) throws {
    var frame = frame
    frame.header.scan = name(scan)
    frame.header.index = index
    if frame.header.role == .exposure { state.withLock { $0.sendTimes.append(.now) } }
    try post(.frame(frame), &publisher)
    state.withLock { $0.frames += 1 }
  }

  private func post(_ event: AcquisitionEvent, _ publisher: inout Publisher) throws {
    let number = state.withLock { state in
      defer { state.messages += 1 }
      return state.messages
    }
    guard try publisher.send(NativeDialect().encode(event, sequence: number)) else {
      throw PipelineStall()
    }
  }

  private struct PipelineStall: Error, CustomStringConvertible {
    let description = "nobody took a message for a minute"
  }
}
