// SPDX-License-Identifier: BSD-3-Clause

import FlyingFox
import Foundation

/// One page's WebSocket: previews out, control requests in.
struct StreamSession {
  let hub: PreviewHub
  let control: PageControl
  let limits: DashboardLimits

  /// The headers that accept a handshake; nil with an answer where it is none.
  static func accept(_ head: RequestHead) async -> (headers: HTTPHeaders?, refusal: Answer?) {
    let response = try? await WebSocketHTTPHandler(handler: NoFrames())
      .handleRequest(head.handshake)
    guard let response, case .webSocket = response.payload else {
      let words = (try? await response?.bodyData).map { String(decoding: $0, as: UTF8.self) }
      return (nil, .words(.badRequest, words ?? "the WebSocket's handshake cannot be read"))
    }
    return (response.headers, nil)
  }

  /// Serves a page until it goes, the run ends or it reads nothing for too long.
  ///
  /// - Parameters:
  ///   - page: The page's number in the hub.
  ///   - connection: Its connection, handshake done.
  ///   - bytes: Reads the connection.
  ///   - isLocal: Whether the page is on this machine.
  func run(
    page: Int,
    on connection: ClientConnection,
    _ bytes: BufferedSocketReader,
    isLocal: Bool
  ) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await listen(page: page, bytes, isLocal: isLocal)
        hub.finish(page)
        await connection.discardRest()
      }
      do {
        try await write(page: page, to: connection)
        connection.finishWriting()
      } catch {
        // The page has gone, or was let go; it comes back by itself if it can.
        connection.abort()
      }
    }
  }

  /// Sends whatever the page has not had, and waits for more.
  private func write(page: Int, to connection: ClientConnection) async throws {
    while true {
      switch await hub.next(for: page) {
      case .send(let frame):
        try await connection.write(frame, stallSeconds: limits.stallSeconds)
      case .end(let isOver):
        guard isOver else { return }
        let close = WebSocketFrame.close(1001, "the run has ended")
        return try await connection.write(close, stallSeconds: limits.stallSeconds)
      }
    }
  }

  /// Takes what the page says; one request after the other.
  private func listen(page: Int, _ bytes: BufferedSocketReader, isLocal: Bool) async {
    var reader = WebSocketReader(bytes, limit: limits.bodyBytes)
    do {
      while let message = try await reader.next() {
        switch message {
        case .text(let json):
          let reply = await control.answer(json, isLocal: isLocal).json
          guard hub.post(WebSocketFrame.encode(.text, reply), to: page) else { return }
        case .ping(let payload):
          guard hub.post(WebSocketFrame.encode(.pong, payload), to: page) else { return }
        case .pong: break
        case .close:
          _ = hub.post(WebSocketFrame.close(1000, ""), to: page)
          return
        }
      }
    } catch let violation as WebSocketViolation {
      _ = hub.post(WebSocketFrame.close(violation.code, violation.reason), to: page)
    } catch {
      return
    }
  }
}

/// FlyingFox's handshake wants a handler; the frames are our own, bounded and shared.
private struct NoFrames: WSHandler {
  func makeFrames(
    for client: AsyncThrowingStream<WSFrame, any Error>
  ) async throws -> AsyncStream<WSFrame> {
    AsyncStream { $0.finish() }
  }
}
