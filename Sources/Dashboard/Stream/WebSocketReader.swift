// SPDX-License-Identifier: BSD-3-Clause

import FlyingSocks

/// Puts the frames of a page together to messages; nothing it says is longer than the limit.
struct WebSocketReader {
  /// What a page says.
  enum Message: Equatable {
    case text([UInt8])
    case ping([UInt8])
    case pong
    case close
  }

  private var bytes: BufferedSocketReader
  private let limit: Int
  private var begun: [UInt8]?

  /// Goes on where the handshake ended.
  init(_ bytes: BufferedSocketReader, limit: Int) {
    self.bytes = bytes
    self.limit = limit
  }

  /// Waits for the next message.
  ///
  /// - Returns: The message; nil where the page has gone.
  /// - Throws: `WebSocketViolation` where the page breaks the protocol, `SocketError`.
  mutating func next() async throws -> Message? {
    while true {
      guard let head = try await bytes.read(2) else { return nil }
      guard head[0] & 0x70 == 0, let opcode = WebSocketFrame.Opcode(rawValue: head[0] & 0x0F) else {
        throw WebSocketViolation(code: 1002, reason: "a frame of a kind that is not known")
      }
      guard head[1] & 0x80 != 0 else {
        throw WebSocketViolation(code: 1002, reason: "a frame without a mask")
      }
      let isLast = head[0] & 0x80 != 0
      guard let payload = try await payload(head[1] & 0x7F, isControl: opcode.isControl) else {
        return nil
      }
      switch opcode {
      case .ping: return .ping(payload)
      case .pong: return .pong
      case .close: return .close
      case .binary: throw WebSocketViolation(code: 1003, reason: "requests are text")
      case .text, .continuation:
        guard (begun != nil) == (opcode == .continuation) else {
          throw WebSocketViolation(code: 1002, reason: "pieces of messages are mixed up")
        }
        let message = (begun ?? []) + payload
        guard message.count <= limit else { throw Self.tooLong(limit) }
        begun = isLast ? nil : message
        if isLast { return .text(message) }
      }
    }
  }

  /// The unmasked payload behind a frame's first two bytes.
  private mutating func payload(_ length: UInt8, isControl: Bool) async throws -> [UInt8]? {
    var count = Int(length)
    if length > 125 {
      guard !isControl else {
        throw WebSocketViolation(code: 1002, reason: "a control frame of over 125 bytes")
      }
      guard let more = try await bytes.read(length == 126 ? 2 : 8) else { return nil }
      let long = more.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard long <= UInt64(limit) else { throw Self.tooLong(limit) }
      count = Int(long)
    }
    guard let mask = try await bytes.read(4), var payload = try await bytes.read(count) else {
      return nil
    }
    for i in payload.indices { payload[i] ^= mask[i % 4] }
    return payload
  }

  private static func tooLong(_ limit: Int) -> WebSocketViolation {
    WebSocketViolation(code: 1009, reason: "a request has at most \(limit) bytes")
  }
}
