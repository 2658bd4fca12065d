// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// TiltFold's own stream of an acquisition, a superset of the beamline's cosmicstreams.
///
/// Messages are `[topic, JSON]` or `[topic, JSON, pixels]` with the topics `start`, `frame`, `stop`
/// and `abort`. Without `"schema": "tiltfold/1"` a message is plain cosmicstreams, as port 37013
/// carries it. Every key stands in Docs/Reference/WireProtocol.md.
///
/// Decoding never trusts a message: sizes, nesting and counts are bounded, and whatever is wrong
/// is thrown as a `WireError` that names the part and the key.
public struct NativeDialect: Sendable {
  /// What a message of this dialect says of itself.
  public static let schema = "tiltfold/1"
  /// The topics to subscribe to.
  public static let topics = ["start", "frame", "stop", "abort"]

  /// How the source's axes turn into scan positions.
  public let axes: PositionAxes

  /// Makes a reader and writer for a source with these axes, which can be inverted.
  public init(axes: PositionAxes = .identity) {
    precondition(axes.determinant != 0, "the axes lose a direction")
    self.axes = axes
  }

  /// Reads one message.
  ///
  /// Pixels in little-endian rows are handed on in the memory they came in. Big-endian pixels,
  /// column-major order and number types other than uint16 and float32 are converted.
  ///
  /// - Parameter parts: All parts of the message, the topic first.
  /// - Returns: What happened, positions on our axes.
  /// - Throws: `WireError` that says what is wrong, where, and what would have been right.
  public func decode(_ parts: [SharedBytes]) throws(WireError) -> AcquisitionEvent {
    guard let topic = parts.first else {
      throw WireError("is empty", expected: "a topic and JSON")
    }
    guard topic.count <= 64 else {
      throw WireError("has \(topic.count) bytes", part: 0, expected: "a topic")
    }
    let name = String(decoding: topic.array(), as: UTF8.self)
    switch name {
    case "start":
      try require(parts, count: 2)
      return try decodeStart(parts)
    case "frame":
      try require(parts, count: 3)
      return .frame(try decodeFrame(parts))
    case "stop":
      try require(parts, count: 2)
      let end = try decodeEnd(parts)
      return .stop(scan: end.identifier, sequence: end.sequence)
    case "abort":
      try require(parts, count: 2)
      let end = try decodeEnd(parts)
      return .abort(scan: end.identifier, sequence: end.sequence)
    default:
      throw WireError(
        "topic \(quoted(name)) is not known",
        part: 0,
        expected: Self.topics.joined(separator: ", ")
      )
    }
  }

  /// Writes one message.
  ///
  /// - Parameters:
  ///   - event: What happened; its own sequence number is not used.
  ///   - sequence: The place of the message in the stream.
  /// - Returns: The parts, the topic first; pixels are not copied.
  public func encode(_ event: AcquisitionEvent, sequence: Int) -> [SharedBytes] {
    switch event {
    case .start(let description, _):
      [SharedBytes("start"), encodeStart(description, sequence: sequence)]
    case .frame(let frame):
      [SharedBytes("frame"), encodeHeader(frame.header, sequence: sequence), frame.pixels]
    case .stop(let scan, _):
      [SharedBytes("stop"), encodeEnd(scan, sequence: sequence)]
    case .abort(let scan, _):
      [SharedBytes("abort"), encodeEnd(scan, sequence: sequence)]
    }
  }

  private func require(_ parts: [SharedBytes], count: Int) throws(WireError) {
    guard parts.count == count else {
      throw WireError("message has \(parts.count) parts", expected: "\(count)")
    }
  }
}

/// What no honest message exceeds.
enum WireLimits {
  static let startBytes = 32 << 20
  static let headerBytes = 64 << 10
  static let identifierBytes = 256
  static let rows = 1_000_000
  static let index = 0...10_000_000
  static let count = 1...10_000_000
  static let sequence = 0...1 << 48
  static let side = 1...16_384
  static let illuminationSide = 1...4096
  static let dimensions = 0...8
  static let arrays = 64
  static let previewBytes = 1 << 20
}
