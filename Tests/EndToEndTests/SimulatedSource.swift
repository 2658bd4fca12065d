// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import Synchronization
import Testing

/// The detector of a simulated run, publishing from a thread of its own.
final class SimulatedSource: Sendable {
  /// Where it publishes: frames and what belongs to them, and the events of the dialect `fastccd`.
  let endpoints: [String]
  /// Where it publishes frames.
  var endpoint: String { endpoints[0] }
  private let sent = Mutex<DetectorStream.Summary?>(nil)
  private let isCancelled = Atomic(false)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ run: SimulatedRun) {
    let hasEvents = run.stream.dialect == .fastccd && run.stream.frameServer.sendsEvents
    endpoints = (0..<(hasEvents ? 2 : 1)).map { _ in "tcp://127.0.0.1:\(Self.freePort())" }
    let frames = endpoints[0]
    let events = hasEvents ? endpoints[1] : nil
    Thread.detachNewThread { [self] in
      defer { isDone.signal() }
      // Raw frames have 2.4 MB each.
      let length = run.parameters.frames == .raw ? 40 : 400
      guard
        var server = try? StreamServer(bindingTo: frames, eventsTo: events, queueLength: length),
        let detector = try? SimulatedDetector(run.parameters, phantom: run.phantom),
        var stream = try? DetectorStream(detector, run.stream)
      else { return }
      let cancelled = { self.isCancelled.load(ordering: .relaxed) }
      let isHeard = try? server.waitForSubscriber(
        to: run.stream.dialect,
        seconds: 60,
        isCancelled: cancelled
      )
      guard isHeard == true else { return }
      let summary = try? server.send(&stream, isCancelled: cancelled) { progress in
        run.gate?.pass(after: progress.scan, isCancelled: cancelled)
      }
      if let summary {
        sent.withLock { $0 = summary }
      }
    }
  }

  /// Asks it to end.
  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// Ends it, if it has not sent everything.
  func stop() throws -> DetectorStream.Summary {
    // It has sent everything, or nobody reads any more.
    if isDone.wait(timeout: .now() + 5) == .timedOut {
      isCancelled.store(true, ordering: .relaxed)
      isDone.wait()
    }
    return try #require(sent.withLock { $0 }, "the simulated detector sent nothing")
  }

  /// A port that nobody uses at the moment.
  static func freePort() -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        _ = unsafe bind(descriptor, rebound, length)
        _ = unsafe getsockname(descriptor, rebound, &length)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }
}
