// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import Synchronization
import Testing

/// The detector of a simulated run, publishing from a thread of its own.
final class SimulatedSource: Sendable {
  /// Where it publishes.
  let endpoint: String
  private let sent = Mutex<DetectorStream.Summary?>(nil)
  private let isCancelled = Atomic(false)
  private let isDone = DispatchSemaphore(value: 0)

  init(_ run: SimulatedRun) {
    let port = Self.freePort()
    endpoint = "tcp://127.0.0.1:\(port)"
    Thread.detachNewThread { [self] in
      defer { isDone.signal() }
      guard var server = try? StreamServer(bindingTo: endpoint, queueLength: 400),
        let detector = try? SimulatedDetector(run.parameters, phantom: run.phantom)
      else { return }
      let cancelled = { self.isCancelled.load(ordering: .relaxed) }
      guard (try? server.waitForSubscriber(seconds: 60, isCancelled: cancelled)) == true else {
        return
      }
      var stream = DetectorStream(
        detector,
        faults: run.faults,
        framesPerSecond: run.framesPerSecond
      )
      if let summary = try? server.send(&stream, isCancelled: cancelled) {
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
