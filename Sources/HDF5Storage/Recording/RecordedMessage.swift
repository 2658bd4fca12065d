// SPDX-License-Identifier: BSD-3-Clause

/// Where the bytes of one message stand in a recording, for reading them back while it grows.
public struct RecordedMessage: Hashable, Sendable {
  /// Where one part stands.
  struct Part: Hashable, Sendable {
    /// −1 for the log, k for frames_k.
    var store: Int64
    /// A byte in the log, or a frame's number.
    var offset: Int
    /// Bytes.
    var length: Int
  }

  /// Its place among the messages of the recording, from 0.
  public var number: Int
  /// When it arrived, nanoseconds since 1970.
  public var arrival: Int64
  var parts: [Part]

  /// Makes a record of a message.
  init(number: Int, arrival: Int64, parts: [Part]) {
    self.number = number
    self.arrival = arrival
    self.parts = parts
  }

  /// Makes a record of a message that stands in no file, for what takes a file's place.
  package init(number: Int, arrival: Int64) {
    self.init(number: number, arrival: arrival, parts: [])
  }
}
