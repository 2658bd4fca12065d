// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// The machine that an endpoint names.
///
/// libzmq looks a name up again and again in the background and never says that there is none.
public enum EndpointHost {
  /// The machine's name, where it is one that this machine cannot look up.
  ///
  /// - Parameter endpoint: Where somebody connects to, `tcp://HOST:PORT`.
  /// - Returns: The name; nil where it is known, is an address, or the endpoint has none.
  public static func unknown(in endpoint: String) -> String? {
    guard endpoint.hasPrefix("tcp://") else { return nil }
    // A connection may say what it leaves from: tcp://SOURCE;HOST:PORT.
    let place = endpoint.dropFirst("tcp://".count).split(separator: ";").last ?? ""
    guard let colon = place.lastIndex(of: ":") else { return nil }
    let host = String(place[..<colon])
    guard !host.isEmpty, !host.hasPrefix("["), host != "*" else { return nil }
    var found: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, nil, &found)
    if let found = unsafe found { unsafe freeaddrinfo(found) }
    // A name server that does not answer has not said that there is none.
    return code == EAI_NONAME ? host : nil
  }
}
