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
