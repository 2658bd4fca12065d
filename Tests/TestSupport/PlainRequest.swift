// SPDX-License-Identifier: BSD-3-Clause

/// A request of HTTP, written out, and its answer, so that tests send what no browser would.
public enum PlainRequest {
  /// An answer.
  public struct Answer: Sendable {
    /// 200, say; 0 where the connection ended without an answer.
    public var status = 0
    /// The headers, their names in small letters.
    public var headers: [String: String] = [:]
    /// What follows them.
    public var body = ""

    /// Reads line and headers.
    public init(head: String?) {
      guard let head else { return }
      let lines = head.split(whereSeparator: \.isNewline)
      status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
      for line in lines.dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { continue }
        let value = line[line.index(after: colon)...]
        headers[line[..<colon].lowercased()] = String(value.drop { $0 == " " })
      }
    }
  }

  /// Asks for something and reads until the connection ends.
  ///
  /// - Parameters:
  ///   - target: Method and path, "GET /metrics".
  ///   - port: The port at 127.0.0.1.
  ///   - headers: Headers besides `Host` and `Connection`; `Host` here counts in place of the own.
  ///   - body: What follows them; its length is said where `Content-Length` is not.
  /// - Returns: The answer.
  /// - Throws: Where nobody listens.
  public static func send(
    _ target: String,
    port: UInt16,
    headers: [String: String] = [:],
    body: String? = nil
  ) throws -> Answer {
    var all = ["Host": "127.0.0.1:\(port)", "Connection": "close"]
    if let body { all["Content-Length"] = "\(body.utf8.count)" }
    all.merge(headers) { $1 }
    let lines = all.map { "\($0): \($1)\r\n" }.joined()
    return try send(raw: "\(target) HTTP/1.1\r\n\(lines)\r\n\(body ?? "")", port: port)
  }

  /// Sends bytes as they are and reads until the connection ends.
  public static func send(raw: String, port: UInt16) throws -> Answer {
    let socket = try PlainSocket(port: port)
    socket.send(Array(raw.utf8))
    var answer = Answer(head: socket.readHead())
    answer.body = String(decoding: socket.readAll(), as: UTF8.self)
    return answer
  }
}
