// SPDX-License-Identifier: BSD-3-Clause

import FlyingFox
import FlyingSocks
import Foundation
import Glibc
import Synchronization

/// A connection that cannot wait for ever: whoever watches it ends it when its time is up.
final class ClientConnection: Sendable {
  private struct State {
    var isClosed = false
    var readLimit: ContinuousClock.Instant?
    var writeLimit: ContinuousClock.Instant?
  }

  let socket: AsyncSocket
  /// Who is at the other end.
  let peer: HTTPRequest.Address?
  private let state = Mutex(State())

  /// Takes a connection that was accepted.
  init(_ socket: AsyncSocket, sendBufferBytes: Int32) {
    self.socket = socket
    peer = (try? socket.socket.remotePeer()).map(HTTPRequest.Address.make(from:))
    try? socket.socket.setValue(sendBufferBytes, for: .sendBufferSize)
    // Frames are written whole; none has to wait for the next.
    try? socket.socket.setValue(
      true,
      for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY)
    )
  }

  /// Gives what is read from now on so much time, together; nil for any.
  func limitReading(seconds: Double?) {
    let limit = seconds.map { ContinuousClock.now + .seconds($0) }
    state.withLock { $0.readLimit = limit }
  }

  /// Sends bytes.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - stallSeconds: How long each piece of them may take.
  /// - Throws: `SocketError` where the other end has gone or takes nothing for too long.
  func write(_ data: Data, stallSeconds: Double) async throws {
    defer { state.withLock { $0.writeLimit = nil } }
    var start = data.startIndex
    while start < data.endIndex {
      let limit = ContinuousClock.now + .seconds(stallSeconds)
      state.withLock { $0.writeLimit = limit }
      let end = min(data.endIndex, start + Self.pieceBytes)
      try await socket.write(data[start..<end])
      start = end
    }
  }

  /// Whether it has used up its time.
  func isOverdue(at now: ContinuousClock.Instant) -> (reading: Bool, writing: Bool) {
    state.withLock { state in
      (state.readLimit.map { $0 < now } ?? false, state.writeLimit.map { $0 < now } ?? false)
    }
  }

  /// Says that nothing more comes from here, and gives the other end a moment to go, too.
  ///
  /// A connection that is closed while something unread lies in it is broken off, and what was sent
  /// last may be lost.
  func finishWriting() {
    limitReading(seconds: Self.farewellSeconds)
    state.withLock { state in
      guard !state.isClosed else { return }
      shutdown(socket.socket.file.rawValue, Int32(SHUT_WR))
    }
  }

  /// Reads and forgets what still comes, up to a MiB, until the other end has gone.
  func discardRest() async {
    var count = 0
    while count < 1 << 20, let piece = try? await socket.read(atMost: 4096) { count += piece.count }
  }

  /// Makes whatever waits for it come back; from any thread, any number of times.
  func abort() {
    state.withLock { state in
      guard !state.isClosed else { return }
      shutdown(socket.socket.file.rawValue, Int32(SHUT_RDWR))
    }
  }

  /// Closes it, once nobody waits for it any more.
  func close() {
    state.withLock { state in
      guard !state.isClosed else { return }
      state.isClosed = true
      try? socket.close()
    }
  }

  private static let farewellSeconds = 1.0
  private static let pieceBytes = 64 << 10
}
