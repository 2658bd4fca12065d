// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc

/// A TCP connection to a port of this machine that blocks, so that tests need nothing else.
public final class PlainSocket: @unchecked Sendable {
  // Sendable by hand: one thread at a time uses it.
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isOpen = true

  /// What keeps a connection from being made.
  public struct Failure: Error, CustomStringConvertible {
    /// What it is.
    public let description: String
  }

  /// Connects.
  ///
  /// - Parameters:
  ///   - port: The port at 127.0.0.1.
  ///   - receiveBufferBytes: What the system holds for a reader that does not read.
  /// - Throws: `Failure` where nobody listens.
  public init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if let receiveBufferBytes { Self.set(descriptor, SO_RCVBUF, receiveBufferBytes) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        unsafe connect(descriptor, rebound, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      Glibc.close(descriptor)
      isOpen = false
      throw Failure(description: "nobody listens at port \(port)")
    }
  }

  deinit { close() }

  /// Ends the connection.
  public func close() {
    if isOpen { Glibc.close(descriptor) }
    isOpen = false
  }

  /// Sends everything; false where the other end has gone.
  @discardableResult
  public func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          descriptor,
          buffer.baseAddress,
          buffer.count,
          Int32(MSG_NOSIGNAL)
        )
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads so many bytes; nil where the connection ended or nothing came in time.
  public func read(_ count: Int, seconds: Double = 60) -> [UInt8]? {
    while buffer.count < count {
      guard fill(seconds) else { return nil }
    }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  /// Reads up to an empty line, which is left out.
  public func readHead(seconds: Double = 10) -> String? {
    while true {
      if let end = Self.end(of: buffer) {
        let head = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end + 4)
        return head
      }
      guard fill(seconds) else { return nil }
    }
  }

  /// Reads until the connection ends.
  public func readAll(seconds: Double = 10) -> [UInt8] {
    while fill(seconds) {}
    defer { buffer = [] }
    return buffer
  }

  /// Reads and forgets; the number of bytes, 0 where the connection ended or nothing came in time.
  public func discard(seconds: Double = 10) -> Int {
    limit(seconds)
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    let count = unsafe piece.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
    }
    return max(0, count)
  }

  private func fill(_ seconds: Double) -> Bool {
    limit(seconds)
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    let count = unsafe piece.withUnsafeMutableBytes {
      unsafe recv(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard count > 0 else { return false }
    buffer += piece.prefix(count)
    return true
  }

  private func limit(_ seconds: Double) {
    let time = timeval(tv_sec: Int(seconds), tv_usec: Int((seconds - seconds.rounded(.down)) * 1e6))
    Self.set(descriptor, SO_RCVTIMEO, time)
  }

  private static func set<Value>(_ descriptor: Int32, _ option: Int32, _ value: Value) {
    var value = value
    unsafe withUnsafePointer(to: &value) { pointer in
      _ = unsafe setsockopt(
        descriptor,
        SOL_SOCKET,
        option,
        pointer,
        socklen_t(MemoryLayout<Value>.size)
      )
    }
  }

  private static func end(of bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (0...bytes.count - 4).first {
      bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13 && bytes[$0 + 3] == 10
    }
  }
}
