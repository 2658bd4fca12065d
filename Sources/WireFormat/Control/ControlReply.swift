// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The answer to a control request: what was done, or why not.
public struct ControlReply: Sendable, Hashable, Codable {
  /// What the message says of itself.
  public var schema = NativeDialect.schema
  /// What the sender called the request; nil where it had no name.
  public var id: ControlIdentifier?
  /// Whether the request was followed.
  public var ok: Bool
  /// What was done, or what was wrong and what to do, in words.
  public var text: String
  /// Figures, for `status`; those that are not known are left out.
  public var figures: [String: Double]?
  /// What can be set, for `parameters`.
  public var parameters: [ControlParameter]?

  /// Makes an answer.
  public init(
    ok: Bool,
    _ text: String,
    figures: [String: Double]? = nil,
    parameters: [ControlParameter]? = nil
  ) {
    self.ok = ok
    self.text = text
    self.figures = figures?.filter { $0.value.isFinite }
    self.parameters = parameters
  }

  /// The answer as a message, one part of JSON.
  public func encode() -> [SharedBytes] { [JSONPart.encode(self)] }

  /// Reads an answer.
  ///
  /// - Parameter parts: The message, without ZeroMQ's envelope.
  /// - Returns: The answer.
  /// - Throws: `WireError` that says what is wrong.
  public static func decode(_ parts: [SharedBytes]) throws(WireError) -> ControlReply {
    guard parts.count == 1 else {
      throw WireError("message has \(parts.count) parts", expected: "1, a JSON object")
    }
    return try JSONPart.decode(
      ControlReply.self,
      from: parts,
      part: 0,
      maximumBytes: WireLimits.headerBytes
    )
  }
}
