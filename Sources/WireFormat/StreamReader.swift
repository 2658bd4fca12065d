// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// What reads the messages of one source, in whatever dialect the source speaks.
///
/// A value without clocks and sockets: the same messages in the same order give the same events, so
/// that a replayed recording gives what the live run had. A reader may remember: a message may give
/// no event (a start that waits for its first frame) or several (a start made up from a frame, and
/// the frame).
public protocol StreamReader: Sendable {
  /// Reads one message.
  ///
  /// - Parameter parts: All parts of the message.
  /// - Returns: What happened, in order, positions on our axes.
  /// - Throws: `WireError` that says what is wrong, where, and what would have been right. The
  ///   reader can go on with the next message.
  mutating func events(in parts: [SharedBytes]) throws(WireError) -> [AcquisitionEvent]

  /// Whether a message opens a new scan, as far as a glance shows.
  func startsScan(_ parts: [SharedBytes]) -> Bool

  /// Takes the scans that a sidecar file lists; most dialects have their own.
  ///
  /// - Parameters:
  ///   - scans: The scans in their order.
  ///   - first: The name of the scan from which on they come; nil for all.
  mutating func take(_ scans: [SidecarScan], from first: String?)

  /// Hands over what a person should know and was not handed over yet.
  mutating func takeNotes() -> [ReaderNote]
}

extension StreamReader {
  /// Does nothing: the source says its scans itself.
  public mutating func take(_ scans: [SidecarScan], from first: String?) {}

  /// None.
  public mutating func takeNotes() -> [ReaderNote] { [] }
}

/// Something about a stream that is no error of one message and that a person should know.
public struct ReaderNote: Hashable, Sendable {
  /// How much it matters.
  public enum Weight: Hashable, Sendable {
    /// Good to know.
    case hint
    /// Something was guessed or is missing.
    case warning
  }

  /// What kind of thing it is; each kind is told once for each scan.
  public var kind: String
  /// How much it matters.
  public var weight: Weight
  /// What happened and what to do, in words.
  public var words: String
  /// The scan that it is about, where it is about one.
  public var scan: String?
  /// Frames that nothing could be made of.
  public var unplacedFrames: Int

  /// Makes a note.
  public init(
    _ kind: String,
    _ weight: Weight,
    _ words: String,
    scan: String? = nil,
    unplacedFrames: Int = 0
  ) {
    self.kind = kind
    self.weight = weight
    self.words = words
    self.scan = scan
    self.unplacedFrames = unplacedFrames
  }
}

extension NativeDialect: StreamReader {
  /// Reads one message; it gives one event.
  public func events(in parts: [SharedBytes]) throws(WireError) -> [AcquisitionEvent] {
    [try decode(parts)]
  }

  /// Whether the topic is `start`.
  public func startsScan(_ parts: [SharedBytes]) -> Bool {
    parts.first.map { $0.count == 5 && $0.array() == Array("start".utf8) } ?? false
  }
}
