// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The bytes of WebSocket frames (RFC 6455).
enum WebSocketFrame {
  /// What a frame is.
  enum Opcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Whether it is about the connection, not a message.
    var isControl: Bool { rawValue & 0x8 != 0 }
  }

  /// What stands before the payload of a whole, unmasked frame.
  static func header(_ opcode: Opcode, payloadBytes count: Int) -> [UInt8] {
    let first = 0x80 | opcode.rawValue
    switch count {
    case ...125: return [first, UInt8(count)]
    case ...0xFFFF: return [first, 126, UInt8(count >> 8), UInt8(count & 0xFF)]
    default:
      return [first, 127] + (0..<8).map { UInt8(truncatingIfNeeded: count >> (56 - 8 * $0)) }
    }
  }

  /// A whole, unmasked frame.
  static func encode(_ opcode: Opcode, _ payload: some Collection<UInt8>) -> Data {
    Data(header(opcode, payloadBytes: payload.count) + payload)
  }

  /// A frame that ends the connection.
  ///
  /// - Parameters:
  ///   - code: Why, as RFC 6455 numbers it: 1001 the server goes away, 1002 the protocol was broken,
  ///     1009 a message was too long, 1013 try again later.
  ///   - reason: Why, in words.
  /// - Returns: The whole frame.
  static func close(_ code: UInt16, _ reason: String) -> Data {
    encode(.close, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8.prefix(120)))
  }
}

/// A break of the WebSocket protocol, and the code that the connection is closed with.
struct WebSocketViolation: Error {
  let code: UInt16
  let reason: String
}
