// SPDX-License-Identifier: BSD-3-Clause

import FlyingSocks

/// Reads a connection in pieces that somebody asks for; never takes more from it than a few KiB.
struct BufferedSocketReader {
  private let socket: AsyncSocket
  private var buffer: [UInt8] = []
  private var start = 0

  /// Reads a connection from where it stands.
  init(_ socket: AsyncSocket) {
    self.socket = socket
  }

  /// The head of a request: everything up to an empty line, which is left out.
  ///
  /// - Parameter limit: The most bytes that it may have.
  /// - Returns: The bytes; nil where the connection ended, or more than the limit came.
  /// - Throws: `SocketError` where the connection broke; `RequestHead.Problem` where it is too long.
  mutating func head(limit: Int) async throws -> [UInt8]? {
    var searched = start
    while true {
      let range = buffer[max(start, searched - 3)...]
      if let end = Self.endOfHead(range) {
        let head = Array(buffer[start..<end])
        consume(end + 4 - start)
        return head
      }
      guard buffer.count - start <= limit else { throw RequestHead.Problem.headTooLong(limit) }
      searched = buffer.count - start
      guard try await fill() else { return nil }
    }
  }

  /// So many bytes.
  ///
  /// - Returns: The bytes; nil where the connection ended before.
  /// - Throws: `SocketError` where it broke.
  mutating func read(_ count: Int) async throws -> [UInt8]? {
    while buffer.count - start < count {
      guard try await fill() else { return nil }
    }
    let piece = Array(buffer[start..<start + count])
    consume(count)
    return piece
  }

  private mutating func consume(_ count: Int) {
    start += count
    if start == buffer.count {
      buffer.removeAll(keepingCapacity: true)
      start = 0
    }
  }

  /// Takes what has come; false where nothing more will.
  private mutating func fill() async throws -> Bool {
    do {
      let piece = try await socket.read(atMost: 4096)
      if start > 0 {
        buffer.removeFirst(start)
        start = 0
      }
      buffer += piece
      return true
    } catch SocketError.disconnected {
      return false
    }
  }

  private static func endOfHead(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (bytes.startIndex...bytes.endIndex - 4).first {
      bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10
    }
  }
}
