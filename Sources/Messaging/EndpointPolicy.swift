// SPDX-License-Identifier: BSD-3-Clause

/// Where a socket may be bound without being asked for keys.
public enum EndpointPolicy {
  /// Whether only programs on this machine can reach an endpoint.
  ///
  /// True for `inproc://` and `ipc://`, and for `tcp://` on 127.0.0.0/8, `[::1]`, `localhost` and
  /// the interface `lo`. Whatever is not surely local counts as reachable from elsewhere.
  public static func isLoopback(_ endpoint: String) -> Bool {
    if endpoint.hasPrefix("inproc://") || endpoint.hasPrefix("ipc://") { return true }
    guard endpoint.hasPrefix("tcp://") else { return false }
    let place = endpoint.dropFirst("tcp://".count)
    guard let colon = place.lastIndex(of: ":"), !place.contains(";") else { return false }
    let host = place[..<colon]
    if ["localhost", "lo", "[::1]", "::1"].contains(host) { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers.first == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }
}
