// SPDX-License-Identifier: BSD-3-Clause

import FlyingFox

/// Who may see the page, and who may control the run.
///
/// A browser can be made to talk to this server by any page that it has open. Such pages are told
/// by `Origin`, and those that give a name of their own to this machine's loopback address
/// (DNS rebinding) by `Host`.
struct AccessPolicy {
  private let servesLoopbackOnly: Bool
  private let token: String?
  private let takesControl: Bool

  init(_ settings: DashboardSettings) {
    servesLoopbackOnly = settings.address.isLoopback
    token = settings.token
    takesControl = settings.takesControl
  }

  /// Refuses a request that another page may have brought about; nil where it may go on.
  func refusal(of head: RequestHead) -> Answer? {
    guard let host = head.headers[.host], !host.isEmpty else {
      return .words(.badRequest, "the header Host is missing")
    }
    guard !servesLoopbackOnly || Self.isLoopbackName(host) else {
      return .words(
        .forbidden,
        "this server answers at 127.0.0.1 and localhost only, not as \(host.prefix(80)); from "
          + "another machine, use ssh -L 8080:127.0.0.1:8080"
      )
    }
    // Absent: no browser, or a page's own files.
    guard let origin = head.headers[RequestHead.origin] else { return nil }
    let isOwn = ["http", "https"].contains { "\($0)://\(host)".lowercased() == origin.lowercased() }
    return isOwn
      ? nil : .words(.forbidden, "a page of \(origin.prefix(80)) may not talk to this server")
  }

  /// Whether a request comes from a program on this machine.
  ///
  /// What a proxy on this machine hands on does not, nor what names this machine otherwise than by its
  /// loopback: a page of elsewhere may have given its own name to this address. A proxy is told by the
  /// headers that proxies add, and by HTTP/1.0, which no browser has spoken for long, but nginx does to
  /// a server that it stands before, with no such header unless it is told to.
  static func isLocal(_ head: RequestHead, peer: HTTPRequest.Address?) -> Bool {
    guard !head.isOld, !head.headers.keys.contains(where: isOfProxy) else { return false }
    guard let host = head.headers[.host], isLoopbackName(host) else { return false }
    switch peer {
    case .ip4(let address, _), .ip6(let address, _): return BindAddress.isLoopback(address)
    case .unix, nil: return false
    }
  }

  /// Whether a header is one by which proxies say for whom, or as whom, they ask.
  private static func isOfProxy(_ header: HTTPHeader) -> Bool {
    let name = header.rawValue.lowercased()
    return name.hasPrefix("x-forwarded") || proxyHeaders.contains(name)
  }

  private static let proxyHeaders: Set<String> = [
    "forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip",
    "x-original-forwarded-for",
    "true-client-ip", "cf-connecting-ip", "client-ip",
  ]

  /// Says why somebody may not control the run; nil where he may.
  ///
  /// - Parameters:
  ///   - isLocal: Whether the request comes from this machine.
  ///   - given: The token that came with it.
  /// - Returns: Why not, in words.
  func controlRefusal(isLocal: Bool, token given: String?) -> String? {
    guard takesControl else {
      return "the run is not controlled from the page: dashboard.control is false"
    }
    if isLocal { return nil }
    guard let token else {
      return
        "the run is controlled from its own machine only; dashboard.token would open it to others"
    }
    guard let given else { return "control from another machine needs the token, dashboard.token" }
    return Self.areEqual(token, given) ? nil : "the token is wrong"
  }

  /// Compares in a time that does not tell where two texts differ.
  static func areEqual(_ a: String, _ b: String) -> Bool {
    let (first, second) = (Array(a.utf8), Array(b.utf8))
    var difference = first.count ^ second.count
    for i in first.indices {
      difference |= Int(first[i] ^ (second.isEmpty ? 0 : second[i % second.count]))
    }
    return difference == 0
  }

  /// Whether a `Host` names this machine's loopback, with or without a port.
  static func isLoopbackName(_ host: String) -> Bool {
    var name = host[...]
    if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy(\.isNumber)
    {
      name = name[..<colon]
    }
    if name.lowercased() == "localhost" { return true }
    if name.hasPrefix("["), name.hasSuffix("]") {
      let numbers = name.dropFirst().dropLast()
      return numbers.contains(":") && BindAddress.isLoopback(numbers)
    }
    return !name.contains(":") && BindAddress.isLoopback(name)
  }
}
