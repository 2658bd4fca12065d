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
    let number = text[text.index(after: colon)...]
    guard let port = number == "*" ? 0 : UInt16(number) else { throw wrong }
    self.port = port
    if place == "localhost" {
      host = "127.0.0.1"
    } else if place.hasPrefix("["), place.hasSuffix("]") {
      host = String(place.dropFirst().dropLast())
    } else {
      host = String(place)
    }
    guard isV6 ? (try? v6) != nil : (try? v4) != nil else { throw wrong }
  }

  /// Whether only programs on this machine reach it.
  package var isLoopback: Bool { isV6 ? host == "::1" : host.hasPrefix("127.") }

  /// Whether it is all addresses of this machine.
  var isWildcard: Bool { ["0.0.0.0", "::"].contains(host) }

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
