// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A page's WebSocket, as plain as can be: no library, every byte by hand.
public final class StreamClient: @unchecked Sendable {
  // Sendable by hand: one thread at a time uses it.
  /// The connection underneath.
  public let socket: PlainSocket
  /// What the server said to the handshake.
  public let handshake: PlainRequest.Answer

  /// What the server sends.
  public enum Message {
    case preview(Preview)
    case text(String)
    case ping
    case close(code: Int)
  }

  /// A preview as a page reads it.
  public struct Preview {
    /// The JSON.
    public var header: [String: Any]
    /// Where the JSON ends, bytes from the start.
    public var jsonEnd: Int
    /// JSON and arrays.
    public var payload: [UInt8]

    /// The topic.
    public var topic: String { header["topic"] as? String ?? "" }
    /// The place among the messages of its topic.
    public var sequence: Int { header["sequence"] as? Int ?? -1 }
  }

  /// Connects and shakes hands.
  ///
  /// - Parameters:
  ///   - port: The port at 127.0.0.1.
  ///   - headers: Headers in place of or besides the usual ones.
  ///   - receiveBufferBytes: What the system holds for a reader that does not read.
  /// - Throws: Where nobody listens.
  public init(
    port: UInt16,
    headers: [String: String] = [:],
    receiveBufferBytes: Int32? = nil
  ) throws {
    socket = try PlainSocket(port: port, receiveBufferBytes: receiveBufferBytes)
    var all = [
      "Host": "127.0.0.1:\(port)", "Upgrade": "websocket", "Connection": "Upgrade",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
    ]
    all.merge(headers) { $1 }
    let lines = all.map { "\($0): \($1)\r\n" }.joined()
    socket.send(Array("GET /stream HTTP/1.1\r\n\(lines)\r\n".utf8))
    handshake = PlainRequest.Answer(head: socket.readHead())
  }

  /// The next message; nil where the connection ended or nothing came in time.
  public func next(seconds: Double = 60) -> Message? {
    guard let head = socket.read(2, seconds: seconds) else { return nil }
    var count = Int(head[1] & 0x7F)
    if count > 125 {
      guard let more = socket.read(count == 126 ? 2 : 8) else { return nil }
      count = more.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let payload = socket.read(count) else { return nil }
    switch head[0] & 0x0F {
    case 0x1: return .text(String(decoding: payload, as: UTF8.self))
    case 0x2: return Self.preview(payload).map(Message.preview)
    case 0x8: return .close(code: payload.count < 2 ? 1005 : Int(payload[0]) << 8 | Int(payload[1]))
    default: return .ping
    }
  }

  /// The previews that come until nothing does for a while.
  public func previews(untilQuietFor seconds: Double) -> [Preview] {
    var all: [Preview] = []
    while let message = next(seconds: seconds) {
      if case .preview(let preview) = message { all.append(preview) }
    }
    return all
  }

  /// Sends a request and waits for a text.
  public func ask(_ json: String, seconds: Double = 60) -> String? {
    send(frame: 0x81, Array(json.utf8))
    while let message = next(seconds: seconds) {
      if case .text(let text) = message { return text }
    }
    return nil
  }

  /// Sends a frame.
  ///
  /// - Parameters:
  ///   - first: Its first byte.
  ///   - payload: What it carries.
  ///   - isMasked: Whether it is masked, as a page's have to be.
  public func send(frame first: UInt8, _ payload: [UInt8], isMasked: Bool = true) {
    let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    let bit: UInt8 = isMasked ? 0x80 : 0
    var bytes = [first]
    switch payload.count {
    case ...125: bytes.append(bit | UInt8(payload.count))
    case ...0xFFFF: bytes += [bit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
    default:
      bytes +=
        [bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    if isMasked { bytes += mask + payload.enumerated().map { $1 ^ mask[$0 % 4] } }
    socket.send(isMasked ? bytes : bytes + payload)
  }

  private static func preview(_ payload: [UInt8]) -> Preview? {
    guard payload.count >= 4 else { return nil }
    let count = (0..<4).reduce(0) { $0 | Int(payload[$1]) << (8 * $1) }
    guard payload.count >= 4 + count,
      let object = try? JSONSerialization.jsonObject(with: Data(payload[4..<4 + count])),
      let header = object as? [String: Any]
    else { return nil }
    return Preview(header: header, jsonEnd: 4 + count, payload: payload)
  }
}
