// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// A port of this machine that is taken for as long as this lives.
public final class PlainListener: Sendable {
  /// The port at 127.0.0.1.
  public let port: UInt16
  private let descriptor: Int32

  /// Takes any free port.
  ///
  /// - Throws: Where there is none.
  public init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
        let bound = unsafe bind(descriptor, rebound, length)
        _ = unsafe getsockname(descriptor, rebound, &length)
        return bound + listen(descriptor, 4)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard result == 0 else { throw PlainSocket.Failure(description: "there is no free port") }
  }

  deinit { close(descriptor) }
}
