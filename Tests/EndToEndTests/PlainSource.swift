// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Glibc
import Imaging
import Messaging
import Synchronization
import WireFormat

/// A detector that sends numbered frames of one size at a rate and remembers when.
///
/// Where it is told to, it rests until it is let go on.
final class PlainSource: Sendable {
  /// Where it publishes.
  let endpoint: String
  private let times = Mutex<[Int64]>([])
  /// Frames that it may send, counted from the first.
  private let allowed: Mutex<Int>
  private let isCancelled = Atomic(false)
  private let isDone = DispatchSemaphore(value: 0)

  /// Starts it; it sends once somebody has subscribed.
  ///
  /// - Parameters:
  ///   - count: Frames; it starts with one message more, that of the scan.
  ///   - side: Pixels on a side, 2 bytes each.
  ///   - rate: Frames per second.
  ///   - rest: After so many frames it waits to be let go on.
  init(count: Int, side: Int, rate: Double, restingAfter rest: Int = .max) {
    allowed = Mutex(rest)
    let port = SimulatedSource.freePort()
    endpoint = "tcp://127.0.0.1:\(port)"
    Thread.detachNewThread { [self] in
      defer { isDone.signal() }
      try? send(count, side, rate)
    }
  }

  /// When each frame had been handed to its socket, nanoseconds since 1970.
  var sendTimes: [Int64] { times.withLock { $0 } }

  /// Lets it go on.
  ///
  /// - Parameter frames: How many frames it may send until it rests again; nil for all.
  func goOn(for frames: Int? = nil) {
    allowed.withLock { allowed in
      if let frames { allowed += frames } else { allowed = .max }
    }
  }

  /// Ends it and waits for that.
  func stop() {
    isCancelled.store(true, ordering: .relaxed)
    isDone.wait()
    isDone.signal()
  }

  /// The time now, nanoseconds since 1970.
  static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1e9) }

  private var mayGoOn: Bool { !isCancelled.load(ordering: .relaxed) }

  private func isAllowed(_ frame: Int) -> Bool { allowed.withLock { frame < $0 } }

  private func send(_ count: Int, _ side: Int, _ rate: Double) throws {
    var publisher = try Publisher(
      try MessagingContext(),
      bindingTo: endpoint,
      overflow: .block,
      sendTimeoutMilliseconds: 100,
      lingerMilliseconds: 200
    )
    // Somebody follows all four topics.
    var subscriptions = 0
    while mayGoOn, subscriptions < 4 {
      if try publisher.receiveSubscription(timeoutMilliseconds: 50) != nil { subscriptions += 1 }
    }
    let dialect = NativeDialect()
    let identity = ScanIdentity(scan: "plain", energy: PhotonEnergy(electronVolts: 708.2))
    let start = ScanDescription(identity: identity, positions: [ScanPosition(x: 0, y: 0)])
    _ = try publisher.send(dialect.encode(.start(start, sequence: nil), sequence: 0))
    let pixels = SharedBytes(copying: (0..<side * side).map { UInt16(truncatingIfNeeded: $0) })
    // The pace counts from the last rest.
    var (begin, first) = (ContinuousClock.now, 0)
    for number in 0..<count where mayGoOn {
      if !isAllowed(number) {
        while mayGoOn, !isAllowed(number) { usleep(2000) }
        (begin, first) = (ContinuousClock.now, number)
      }
      let due = begin + .seconds(Double(number - first) / rate)
      let early = (due - .now) / .microseconds(1)
      if early > 0 { usleep(UInt32(early)) }
      let header = FrameHeader(
        scan: "plain",
        index: number,
        role: .exposure,
        shape: Shape2D(square: side),
        sampleType: .uint16
      )
      let parts = dialect.encode(
        .frame(DetectorFrame(header: header, pixels: pixels)),
        sequence: number + 1
      )
      while mayGoOn, try !publisher.send(parts) {}
      times.withLock { $0.append(Self.now()) }
    }
  }
}
