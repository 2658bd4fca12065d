// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Dashboard
import Foundation
import TestSupport
import Testing
import WireFormat

/// Files, figures, and requests that are none.
@Suite(.serialized) struct RouteTests {
  /// A page of three files, and beside it what nobody may have.
  private static func page(_ settings: inout DashboardSettings, _ folder: TemporaryFolder) throws {
    let root = folder.file("page")
    let manager = FileManager.default
    try manager.createDirectory(atPath: "\(root)/assets", withIntermediateDirectories: true)
    for (name, text) in [
      "page/index.html": "<!doctype html>", "page/assets/page.js": "let a = 1",
      "page/assets/page.css": "a {}", "page/.hidden": "secret", "secret.txt": "secret",
    ] {
      try text.write(toFile: folder.file(name), atomically: true, encoding: .utf8)
    }
    try manager.createSymbolicLink(
      atPath: "\(root)/assets/link.txt",
      withDestinationPath: folder.file("secret.txt")
    )
    settings.pageFolders = [folder.file("nothing"), root]
  }

  @Test func filesAreServedWithTheirTypes() throws {
    let served = try ServedHub(Self.page)
    for (path, type, body) in [
      ("/", "text/html; charset=utf-8", "<!doctype html>"),
      ("/?a=1", "text/html; charset=utf-8", "<!doctype html>"),
      ("/assets/page.js", "text/javascript; charset=utf-8", "let a = 1"),
      ("/assets/page.css", "text/css; charset=utf-8", "a {}"),
    ] {
      let answer = try PlainRequest.send("GET \(path)", port: served.port)
      #expect(answer.status == 200 && answer.body == body, "\(path)")
      #expect(answer.headers["content-type"] == type)
      #expect(answer.headers["x-content-type-options"] == "nosniff")
      #expect(answer.headers["content-security-policy"]?.contains("default-src 'self'") == true)
      let tag = try #require(answer.headers["etag"])
      let again = try PlainRequest.send(
        "GET \(path)",
        port: served.port,
        headers: ["If-None-Match": tag]
      )
      #expect(again.status == 304 && again.body.isEmpty)
    }
    let head = try PlainRequest.send("HEAD /assets/page.js", port: served.port)
    #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] == "9")
    #expect(served.notices.all.isEmpty)
  }

  @Test(arguments: [
    "/../secret.txt", "/assets/../../secret.txt", "/assets/..%2f..%2fsecret.txt",
    "/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "//etc/passwd", "/etc/passwd",
    "/assets/link.txt", "/.hidden", "/assets/", "/assets", "/index.html%00.js", "/..\\secret.txt",
  ])
  func nothingOutsideOfThePageIsServed(path: String) throws {
    let served = try ServedHub(Self.page)
    let answer = try PlainRequest.send("GET \(path)", port: served.port)
    #expect(answer.status == 404 && !answer.body.contains("secret\n"))
  }

  @Test func severalRequestsShareAConnection() throws {
    let served = try ServedHub(Self.page)
    let socket = try PlainSocket(port: served.port)
    let request = "GET /assets/page.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    socket.send(Array((request + request).utf8))
    for _ in 0..<2 {
      let answer = PlainRequest.Answer(head: socket.readHead())
      #expect(answer.status == 200 && answer.headers["connection"] == "keep-alive")
      #expect(socket.read(4) == Array("a {}".utf8))
    }
  }

  @Test func whatIsNoRequestIsRefused() throws {
    let served = try ServedHub { settings, folder in try Self.page(&settings, folder) }
    let port = served.port
    let host = "Host: 127.0.0.1\r\n"
    for (raw, status) in [
      ("nonsense\r\n\r\n", 400), ("GET / HTTP/3\r\n\(host)\r\n", 400),
      ("GET http://a/ HTTP/1.1\r\n\(host)\r\n", 400), ("GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400), ("DELETE / HTTP/1.1\r\n\(host)\r\n", 405),
      ("GET /api/control HTTP/1.1\r\n\(host)\r\n", 405),
      ("GET /stream HTTP/1.1\r\n\(host)\r\n", 426),
      ("POST /api/control HTTP/1.1\r\n\(host)\r\n", 411),
      ("POST /api/control HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
      ("POST /api/control HTTP/1.1\r\n\(host)Content-Length: 99999999999\r\n\r\n", 413),
      ("POST /api/control HTTP/1.1\r\n\(host)Content-Length: -1\r\n\r\n", 400),
      ("GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n", 431),
      ("GET /stream HTTP/1.1\r\n\(host)Upgrade: websocket\r\n\r\n", 400),
    ] {
      // A closing `Connection` is no matter here: each of these ends it, or is asked to.
      let text = raw.replacing("HTTP/1.1\r\n", with: "HTTP/1.1\r\nConnection: close\r\n")
      let answer = try PlainRequest.send(raw: text, port: port)
      #expect(answer.status == status, "\(raw.prefix(60)): \(answer.status)")
    }
    #expect(try PlainRequest.send("GET /", port: port).status == 200)
  }

  /// Who never says what he wants is not waited for.
  @Test func whoSaysNoRequestIsLetGo() throws {
    let served = try ServedHub { settings, _ in settings.limits.headSeconds = 0.5 }
    let slow = try PlainSocket(port: served.port)
    slow.send(Array("GET / HT".utf8))
    let begun = ContinuousClock.now
    #expect(slow.readAll(seconds: 60).isEmpty)
    #expect(ContinuousClock.now - begun < .seconds(50))
  }

  @Test func connectionsAreLimited() throws {
    let served = try ServedHub { settings, folder in
      try Self.page(&settings, folder)
      settings.limits.connections = 3
    }
    let open = try (0..<3).map { _ in try PlainSocket(port: served.port) }
    func comes(to status: Int) throws -> Bool {
      let end = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < end {
        if try PlainRequest.send("GET /", port: served.port).status == status { return true }
        Thread.sleep(forTimeInterval: 0.02)
      }
      return false
    }
    #expect(try comes(to: 503))
    for socket in open { socket.close() }
    #expect(try comes(to: 200))
  }

  @Test func plotlyIsServedWhereItIs() throws {
    let without = try ServedHub(Self.page)
    let missing = try PlainRequest.send("GET /plotly.min.js", port: without.port)
    #expect(missing.status == 404 && missing.body.contains(".ci/plotly"))
    let served = try ServedHub { settings, folder in
      try Self.page(&settings, folder)
      settings.plotlyPath = folder.file("plotly.min.js")
      let text = "/* plotly.js v4.1.1 */" + String(repeating: "x", count: 3_000_000)
      try text.write(toFile: folder.file("plotly.min.js"), atomically: true, encoding: .utf8)
    }
    let answer = try PlainRequest.send("GET /plotly.min.js", port: served.port)
    #expect(answer.status == 200 && answer.body.utf8.count == 3_000_022)
    #expect(answer.headers["content-type"] == "text/javascript; charset=utf-8")
  }

  @Test func whatIsMissingIsToldAndTheRestServed() throws {
    let served = try ServedHub { settings, folder in
      settings.pageFolders = [folder.file("nothing")]
    }
    #expect(served.notices.all.count == 1)
    #expect(served.notices.all.first?.contains("TILTFOLD_PAGE") == true)
    #expect(try PlainRequest.send("GET /", port: served.port).status == 404)
    #expect(try PlainRequest.send("GET /api/status", port: served.port).body == "{}")
    served.publish(.status, 4) { $0.quality["frames_used"] = 12 }
    let status = try PlainRequest.send("GET /api/status", port: served.port)
    #expect(status.headers["content-type"] == "application/json")
    #expect(status.body.contains(#""frames_used":12"#))
  }

  @Test func theBuiltPageIsFound() throws {
    #expect(try PageFiles().files["index.html"] != nil)
  }

  @Test func aTakenPortIsAnErrorInWords() throws {
    let served = try ServedHub()
    let address = try BindAddress("127.0.0.1:\(served.port)")
    let settings = DashboardSettings(address: address) { $0 }
    #expect {
      try DashboardServer(PreviewHub(), settings)
    } throws: {
      "\($0)".contains("another program has this port") && "\($0)".contains("dashboard.bind")
    }
    for wrong in ["", "8080", "127.0.0.1", "127.0.0.1:", "a.b:80", "300.0.0.1:80", "1.2.3.4:99999"]
    {
      #expect(throws: DashboardError.self, "\(wrong)") { try BindAddress(wrong) }
    }
    #expect(try BindAddress("[::1]:80").isLoopback && BindAddress("localhost:*").isLoopback)
    #expect(try !BindAddress("0.0.0.0:80").isLoopback)
  }
}
