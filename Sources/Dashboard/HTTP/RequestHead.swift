// SPDX-License-Identifier: BSD-3-Clause

import FlyingFox
import Foundation

/// The line and the headers of a request.
struct RequestHead {
  /// What is wrong with a request, so that its connection ends after the answer.
  enum Problem: Error {
    case unreadable
    case headTooLong(Int)
    case bodyTooLong(Int)
    case bodyWithoutLength
    case tooManyConnections

    /// The answer.
    var answer: Answer {
      switch self {
      case .unreadable: .words(.badRequest, "this is no HTTP/1.1 request")
      case .headTooLong(let limit):
        .words(.requestHeaderFieldsTooLarge, "the headers have more than \(limit) bytes")
      case .bodyTooLong(let limit):
        .words(.payloadTooLarge, "a request has at most \(limit) bytes")
      case .bodyWithoutLength:
        .words(.lengthRequired, "the body's length has to be said by Content-Length")
      case .tooManyConnections:
        .words(.serviceUnavailable, "too many connections are open")
      }
    }
  }

  let method: HTTPMethod
  /// The path, percent signs undone, without the query.
  let path: String
  let headers: HTTPHeaders
  /// Whether more requests may follow on the connection.
  let keepsConnection: Bool
  /// Whether it is one of HTTP/1.0.
  let isOld: Bool

  /// Reads a head.
  ///
  /// - Parameter bytes: Line and headers, without the empty line behind them.
  /// - Throws: `Problem.unreadable`.
  init(_ bytes: [UInt8]) throws(Problem) {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .unreadable }
    // "\r\n" is one Character, so that lines are cut by scalars.
    var lines = text.unicodeScalars.split(separator: "\n").map { line in
      String(line).trimmingCharacters(in: CharacterSet(charactersIn: "\r"))
    }[...]
    let words = (lines.popFirst() ?? "").split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, ["HTTP/1.1", "HTTP/1.0"].contains(words[2]), words[1].hasPrefix("/"),
      let path = String(words[1].prefix { $0 != "?" && $0 != "#" }).removingPercentEncoding
    else { throw .unreadable }
    var headers = HTTPHeaders()
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex, lines.count <= 100 else {
        throw .unreadable
      }
      let name = HTTPHeader(String(line[..<colon]))
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      // Two of these would let two readers see two requests.
      if [HTTPHeader.host, .contentLength, Self.origin].contains(name), headers[name] != nil {
        throw .unreadable
      }
      headers.addValue(value, for: name)
    }
    method = HTTPMethod(String(words[0]))
    self.path = path
    self.headers = headers
    let connection = (headers[.connection] ?? "").lowercased()
    isOld = words[2] == "HTTP/1.0"
    keepsConnection = !isOld && !connection.contains("close")
  }

  /// The bytes of the body to come.
  ///
  /// - Parameter limit: The most.
  /// - Returns: Their number, 0 where there is no body.
  /// - Throws: `Problem` where there are more, or it is not said how many.
  func bodyLength(limit: Int) throws(Problem) -> Int {
    guard headers[.transferEncoding] == nil else { throw .bodyWithoutLength }
    guard let text = headers[.contentLength] else {
      if method == .POST { throw .bodyWithoutLength }
      return 0
    }
    guard text.allSatisfy(\.isASCII), let count = Int(text), count >= 0 else { throw .unreadable }
    guard count <= limit else { throw .bodyTooLong(limit) }
    return count
  }

  /// The request as FlyingFox has it, for the handshake of a WebSocket.
  var handshake: HTTPRequest {
    HTTPRequest(
      method: method,
      version: .http11,
      target: HTTPRequest.Target(path: path, query: ""),
      headers: headers,
      body: HTTPBodySequence()
    )
  }

  static let origin = HTTPHeader("Origin")
}
