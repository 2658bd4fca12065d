// SPDX-License-Identifier: BSD-3-Clause

import Dashboard
import Foundation
import TestSupport
import Testing
import WireFormat

/// Who may look, and who may control.
@Suite(.serialized) struct AccessTests {
  @Test func anotherPageMayNeitherLookNorControl() throws {
    let served = try ServedHub()
    let port = served.port
    for origin in ["http://evil.example", "http://127.0.0.1:1", "null", "http://localhost:\(port)"]
    {
      let page = try StreamClient(port: port, headers: ["Origin": origin])
      #expect(page.handshake.status == 403, "\(origin)")
      let answer = try PlainRequest.send(
        "POST /api/control",
        port: port,
        headers: ["Origin": origin, "Content-Type": "application/json"],
        body: #"{"request":"finish_scan"}"#
      )
      #expect(answer.status == 403, "\(origin)")
      #expect(
        try PlainRequest.send("GET /metrics", port: port, headers: ["Origin": origin]).status == 403
      )
    }
    let own = try StreamClient(port: port, headers: ["Origin": "http://127.0.0.1:\(port)"])
    #expect(own.handshake.status == 101)
    let named = try StreamClient(
      port: port,
      headers: ["Origin": "http://localhost:\(port)", "Host": "localhost:\(port)"]
    )
    #expect(named.handshake.status == 101)
    #expect(served.asked.all.isEmpty)
  }

  /// A name of a stranger's that leads to 127.0.0.1 makes its page the server's own.
  @Test func anotherNameForThisMachineIsRefused() throws {
    let served = try ServedHub()
    for host in ["evil.example:\(served.port)", "127.0.0.1.evil.example", "localhost.evil:80"] {
      let headers = ["Host": host, "Origin": "http://\(host)"]
      #expect(
        try StreamClient(port: served.port, headers: headers).handshake.status == 403,
        "\(host)"
      )
      let answer = try PlainRequest.send("GET /", port: served.port, headers: ["Host": host])
      #expect(answer.status == 403 && answer.body.contains("localhost"), "\(host)")
    }
    #expect(try PlainRequest.send(raw: "GET / HTTP/1.1\r\n\r\n", port: served.port).status == 400)
  }

  @Test func aFormOfAnotherPageCannotControl() throws {
    let served = try ServedHub()
    for type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
      let answer = try PlainRequest.send(
        "POST /api/control",
        port: served.port,
        headers: ["Content-Type": type],
        body: #"{"request":"finish_scan"}"#
      )
      #expect(answer.status == 415, "\(type)")
    }
    #expect(served.asked.all.isEmpty)
  }

  @Test func requestsOfThisMachineAreFollowed() throws {
    let served = try ServedHub()
    let answer = try PlainRequest.send(
      "POST /api/control",
      port: served.port,
      headers: ["Content-Type": "application/json; charset=utf-8"],
      body: #"{"request":"finish_scan","scan":"a","id":"x7"}"#
    )
    #expect(answer.status == 200)
    #expect(answer.body.hasPrefix(#"{"id":"x7","#) && answer.body.contains(#""ok":true"#))
    let page = try StreamClient(port: served.port)
    let text = page.ask(#"{"request":"abort_scan","id":3}"#)
    #expect(text?.hasPrefix(#"{"id":3,"#) == true && text?.contains(#""ok":true"#) == true)
    #expect(served.asked.all == [.finishScan("a"), .abortScan(nil)])
    let wrong = page.ask(#"{"request":"eval","id":4}"#)
    #expect(wrong?.hasPrefix(#"{"id":4,"#) == true && wrong?.contains(#""ok":false"#) == true)
    #expect(page.ask("nonsense")?.contains("cannot be read") == true)
  }

  /// What a proxy on this machine hands on comes from another one.
  @Test func othersNeedTheToken() throws {
    let token = "0123456789abcdef0123456789abcdef"
    let served = try ServedHub { settings, _ in settings.token = token }
    func ask(_ request: String, token: String?, bearer: String? = nil) throws -> PlainRequest.Answer
    {
      let given = token.map { #","token":"\#($0)""# } ?? ""
      var headers = ["Content-Type": "application/json", "X-Forwarded-For": "192.0.2.7"]
      headers["Authorization"] = bearer.map { "Bearer \($0)" }
      return try PlainRequest.send(
        "POST /api/control",
        port: served.port,
        headers: headers,
        body: #"{"request":"\#(request)"\#(given)}"#
      )
    }
    #expect(try ask("finish_scan", token: nil).status == 403)
    let begun = ContinuousClock.now
    #expect(try ask("finish_scan", token: token + "0").status == 403)
    // Guessing is slow.
    #expect(ContinuousClock.now - begun > .milliseconds(900))
    #expect(served.asked.all.isEmpty)
    #expect(try ask("finish_scan", token: token).status == 200)
    #expect(try ask("abort_scan", token: nil, bearer: token).status == 200)
    // Looking needs none.
    #expect(try ask("status", token: nil).status == 200)
    #expect(served.asked.all == [.finishScan(nil), .abortScan(nil), .status])

    let page = try StreamClient(port: served.port, headers: ["X-Forwarded-For": "192.0.2.7"])
    #expect(page.ask(#"{"request":"finish_scan"}"#)?.contains("token") == true)
    #expect(page.ask(#"{"request":"finish_scan","token":"\#(token)"}"#)?.contains("done") == true)
  }

  /// However a proxy says that it is one, and also where it says nothing, as nginx does by default.
  @Test func whatAProxyHandsOnIsNotOfThisMachine() throws {
    let served = try ServedHub()
    let body = #"{"request":"finish_scan"}"#
    for (name, value) in [
      ("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-For", "127.0.0.1"),
      ("x-forwarded-for", "::1"),
      ("X-Forwarded-Host", "tiltfold.example"), ("X-Forwarded-Proto", "https"),
      ("X-Forwarded-Server", "proxy"), ("Forwarded", "for=127.0.0.1"), ("Via", "1.1 proxy"),
      ("X-Real-IP", "127.0.0.1"), ("X-Client-IP", ""), ("CF-Connecting-IP", "192.0.2.7"),
    ] {
      let headers = [name: value, "Content-Type": "application/json"]
      let answer = try PlainRequest.send(
        "POST /api/control",
        port: served.port,
        headers: headers,
        body: body
      )
      #expect(answer.status == 403 && answer.body.contains("dashboard.token"), "\(name)")
      let page = try StreamClient(port: served.port, headers: [name: value])
      #expect(page.ask(body)?.contains(#""ok":false"#) == true, "\(name)")
    }
    let old = try PlainRequest.send(
      raw: "POST /api/control HTTP/1.0\r\nHost: 127.0.0.1:\(served.port)\r\nConnection: close\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)",
      port: served.port
    )
    #expect(old.status == 403 && old.body.contains("dashboard.token"), "\(old.status)")
    #expect(served.asked.all.isEmpty)
  }

  /// Served at all addresses of IPv6, a connection by IPv4 comes from ::ffff:127.0.0.1.
  @Test func thisMachineIsKnownByIPv6Too() throws {
    guard
      let served = try? ServedHub({ settings, _ in
        settings.address = try BindAddress("[::]:*")
      })
    else {
      print("skipped: this machine has no IPv6")
      return
    }
    func ask(_ headers: [String: String]) throws -> Int {
      try PlainRequest.send(
        "POST /api/control",
        port: served.port,
        headers: headers.merging(["Content-Type": "application/json"]) { $1 },
        body: #"{"request":"finish_scan"}"#
      ).status
    }
    #expect(try ask([:]) == 200)
    #expect(try ask(["Host": "[::1]:\(served.port)"]) == 200)
    #expect(try ask(["X-Forwarded-For": "::1"]) == 403)
    #expect(try ask(["Host": "evil.example:\(served.port)"]) == 403)
    #expect(served.asked.all == [.finishScan(nil), .finishScan(nil)])
  }

  /// Loopback addresses of IPv6 have several spellings; browsers and people use different ones.
  @Test func allNamesOfThisMachinesLoopbackAreAnswered() throws {
    let served = try ServedHub()
    func status(of host: String) throws -> Int {
      try PlainRequest.send("GET /api/status", port: served.port, headers: ["Host": host]).status
    }
    for host in [
      "127.0.0.1", "127.8.9.10:\(served.port)", "localhost", "LOCALHOST:80", "[::1]",
      "[::1]:\(served.port)", "[0:0:0:0:0:0:0:1]:80", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]:80",
    ] {
      #expect(try status(of: host) == 200, "\(host)")
    }
    for host in [
      "[::2]", "[::]", "[::ffff:10.0.0.1]:80", "[127.0.0.1]", "::1", "127.1", "127.0.0.1.", "[]",
      "[",
      "[::1", "[::1]x", "0.0.0.0", "localhost:80:80",
    ] {
      #expect(try status(of: host) == 403, "\(host)")
    }
  }

  @Test(arguments: [
    ("127.0.0.1:8080", true, false), ("127.9.9.9:1", true, false), ("localhost:8080", true, false),
    ("[::1]:8080", true, false), ("[0:0:0:0:0:0:0:1]:8080", true, false),
    ("[::ffff:127.0.0.1]:8080", true, false), ("[::ffff:7f00:1]:8080", true, false),
    ("0.0.0.0:8080", false, true), ("[::]:8080", false, true), ("[0::0]:8080", false, true),
    ("[::ffff:0.0.0.0]:8080", false, true), ("192.0.2.7:8080", false, false),
    ("[::ffff:192.0.2.7]:8080", false, false), ("[2001:db8::1]:8080", false, false),
    // An address of IPv4 in the form that was given up long ago, which leads elsewhere.
    ("[::127.0.0.1]:8080", false, false),
  ])
  func addressesAreWhatTheyReach(text: String, isLoopback: Bool, isWildcard: Bool) throws {
    let address = try BindAddress(text)
    #expect(address.isLoopback == isLoopback && address.isWildcard == isWildcard)
  }

  @Test(arguments: [
    "", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.1:8080",
    "::1:8080", ":::8080", "[::1]", "[::1:8080", "[127.0.0.1]:8080", "[]:8080", "[::1%lo]:8080",
    "beamline:8080", "*:8080",
  ])
  func whatIsNoAddressIsRefused(text: String) {
    #expect(throws: DashboardError.self) { try BindAddress(text) }
  }

  @Test func withoutATokenOthersCannotControlAtAll() throws {
    let served = try ServedHub()
    for given in ["", #","token":"""#, #","token":"null""#] {
      let page = try StreamClient(port: served.port, headers: ["Forwarded": "for=192.0.2.7"])
      let answer = page.ask(#"{"request":"finish_scan"\#(given)}"#)
      #expect(answer?.contains(#""ok":false"#) == true, "\(given)")
    }
    #expect(served.asked.all.isEmpty)
  }

  /// Served at all addresses, the page may be asked for by any name; a name that is not this machine's own
  /// needs the token, for its page may be a stranger's (DNS rebinding).
  @Test func anotherNameIsNotThisMachineWhereverItIsServed() throws {
    let token = "0123456789abcdef0123456789abcdef"
    let served = try ServedHub { settings, _ in
      settings.address = try BindAddress("0.0.0.0:*")
      settings.token = token
    }
    func ask(host: String, token: String? = nil) throws -> Int {
      var headers = ["Content-Type": "application/json", "Host": host, "Origin": "http://\(host)"]
      headers["Authorization"] = token.map { "Bearer \($0)" }
      return try PlainRequest.send(
        "POST /api/control",
        port: served.port,
        headers: headers,
        body: #"{"request":"finish_scan"}"#
      ).status
    }
    #expect(try ask(host: "evil.example:\(served.port)") == 403)
    #expect(served.asked.all.isEmpty)
    #expect(try ask(host: "beamline.example:\(served.port)", token: token) == 200)
    #expect(try ask(host: "127.0.0.1:\(served.port)") == 200)
    #expect(served.asked.all == [.finishScan(nil), .finishScan(nil)])
  }

  @Test func aPageThatOnlyLooksControlsNothing() throws {
    let token = "0123456789abcdef0123456789abcdef"
    let served = try ServedHub { settings, _ in
      settings.takesControl = false
      settings.token = token
    }
    let page = try StreamClient(port: served.port)
    let answer = page.ask(#"{"request":"abort_scan","token":"\#(token)"}"#)
    #expect(answer?.contains("dashboard.control") == true, "\(answer ?? "")")
    #expect(page.ask(#"{"request":"status"}"#)?.contains(#""ok":true"#) == true)
    #expect(served.asked.all == [.status])
  }
}
