// SPDX-License-Identifier: BSD-3-Clause

import FlyingSocks
import Glibc

/// An address of this machine and a port, "127.0.0.1:8080" or "[::1]:8080".
package struct BindAddress: Sendable, Hashable {
  /// The address in numbers, without brackets.
  package let host: String
  /// The port; 0 for any that is free.
  package let port: UInt16

  /// Reads an address.
  ///
  /// - Parameter text: Numbers of IPv4, IPv6 in brackets, or `localhost`; a colon; the port, or `*`
  ///   for any that is free.
  /// - Throws: `DashboardError` where it is none.
  package init(_ text: String) throws(DashboardError) {
    let wrong = DashboardError(
      "\(text) is no address with a port; expected one such as 127.0.0.1:8080"
    )
    guard let colon = text.lastIndex(of: ":") else { throw wrong }
    let place = text[..<colon]
    let isBracketed = place.hasPrefix("[") && place.hasSuffix("]")
    // Without brackets, nobody can tell where an address of IPv6 ends and its port begins.
    guard isBracketed == place.contains(":") else { throw wrong }
    let number = text[text.index(after: colon)...]
    guard let port = number == "*" ? 0 : UInt16(number) else { throw wrong }
    self.port = port
    if place == "localhost" {
      host = "127.0.0.1"
    } else {
      host = String(isBracketed ? place.dropFirst().dropLast() : place)
    }
    guard isV6 ? (try? v6) != nil : (try? v4) != nil else { throw wrong }
  }

  /// Whether only programs on this machine reach it.
  package var isLoopback: Bool { Self.isLoopback(host) }

  /// Whether it is all addresses of this machine.
  package var isWildcard: Bool {
    Self.bytes(of: host).map { Self.withoutMapping($0).allSatisfy { $0 == 0 } } ?? false
  }

  /// Whether an address in numbers, IPv4 or IPv6 without brackets, however it is written, is one that
  /// other machines do not reach: 127.0.0.0/8, also as IPv6 has it (::ffff:127.0.0.1), and ::1.
  static func isLoopback(_ host: some StringProtocol) -> Bool {
    guard let bytes = bytes(of: String(host)).map(withoutMapping) else { return false }
    return bytes.count == 4 ? bytes[0] == 127 : bytes == Array(repeating: 0, count: 15) + [1]
  }

  /// The bytes of an address, 4 or 16 of them; nil where it is none.
  private static func bytes(of host: String) -> [UInt8]? {
    if host.contains(":") {
      guard let address = try? sockaddr_in6.inet6(ip6: host, port: 0) else { return nil }
      return unsafe withUnsafeBytes(of: address.sin6_addr) { unsafe Array($0) }
    }
    guard let address = try? sockaddr_in.inet(ip4: host, port: 0) else { return nil }
    return unsafe withUnsafeBytes(of: address.sin_addr) { unsafe Array($0) }
  }

  /// The four bytes of an address of IPv4 that is written as one of IPv6 (RFC 4291, 2.5.5.2); others as
  /// they are.
  private static func withoutMapping(_ bytes: [UInt8]) -> [UInt8] {
    let prefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
    return bytes.count == 16 && bytes.starts(with: prefix) ? Array(bytes.suffix(4)) : bytes
  }

  /// Whether it is one of IPv6.
  var isV6: Bool { host.contains(":") }

  private var v4: sockaddr_in {
    get throws { try .inet(ip4: host, port: port) }
  }

  private var v6: sockaddr_in6 {
    get throws { try .inet6(ip6: host, port: port) }
  }

  /// Takes the address.
  ///
  /// - Returns: A socket that listens, and the port that it got.
  /// - Throws: `SocketError` where the address is taken or none of this machine.
  func listen() throws -> (socket: Socket, port: UInt16) {
    let socket = try Socket(domain: isV6 ? AF_INET6 : AF_INET, type: .stream)
    do {
      try socket.setValue(true, for: .localAddressReuse)
      if isV6 { try socket.bind(to: v6) } else { try socket.bind(to: v4) }
      try socket.listen(maxPendingConnection: 128)
      switch try socket.sockname() {
      case .ip4(_, let port), .ip6(_, let port): return (socket, port)
      case .unix: throw SocketError.unsupportedAddress
      }
    } catch {
      try? socket.close()
      throw error
    }
  }
}
