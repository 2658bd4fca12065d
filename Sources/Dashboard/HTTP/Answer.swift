// SPDX-License-Identifier: BSD-3-Clause

import FlyingFox
import Foundation

/// The answer to a request.
struct Answer {
  var status: HTTPStatusCode
  var headers: HTTPHeaders
  var body: Data

  /// Makes an answer.
  init(
    _ status: HTTPStatusCode = .ok,
    type: String,
    headers: HTTPHeaders = HTTPHeaders(),
    _ body: Data
  ) {
    self.status = status
    self.headers = headers
    self.headers[.contentType] = type
    self.body = body
  }

  /// Says something to a person.
  static func words(_ status: HTTPStatusCode, _ text: String) -> Answer {
    Answer(status, type: "text/plain; charset=utf-8", Data("\(text)\n".utf8))
  }

  /// Line and headers, those that guard the page included.
  func head(keepsConnection: Bool) -> Data {
    var headers = headers
    headers[.contentLength] = String(body.count)
    headers[.connection] = keepsConnection ? "keep-alive" : "close"
    for (name, value) in Self.guards { headers[HTTPHeader(name)] = value }
    if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
    return Self.head(status, headers)
  }

  /// Line and headers as they are.
  static func head(_ status: HTTPStatusCode, _ headers: HTTPHeaders) -> Data {
    let lines = headers.keys.sorted { $0.rawValue < $1.rawValue }.map { name in
      "\(name.rawValue): \(headers[name] ?? "")\r\n"
    }
    return Data("HTTP/1.1 \(status.code) \(status.phrase)\r\n\(lines.joined())\r\n".utf8)
  }

  /// The page talks to nobody but this server, and no other page may show it or read from it.
  ///
  /// Plotly makes functions from text for its plots in space and writes styles into the page.
  private static let guards: [String: String] = [
    "Content-Security-Policy":
      "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
      + "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; "
      + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
  ]
}
