// SPDX-License-Identifier: BSD-3-Clause

package import HDF5Storage
package import Imaging

/// Where messages are recorded: a file, or in a test anything that is slow or fails.
///
/// Used by one thread at a time.
package protocol RecordingSink: AnyObject {
  /// The file.
  var path: String { get }
  /// Messages in it.
  var messageCount: Int { get }
  /// Their bytes.
  var byteCount: Int { get }
  /// Whether it is of no more use and must be taken up again by its name.
  var isBroken: Bool { get }
  /// What became of its name.
  var presence: RecordingPresence { get }
  /// Whether much of it will be read back soon, so that it is best kept in memory.
  var keepsCopies: Bool { get set }

  /// Records one message; it is in there when this returns.
  func append(
    _ parts: [SharedBytes],
    arrival: Int64,
    packed: PackedFrame?
  ) throws(StorageError) -> RecordedMessage
  /// Records steps of the schedule.
  func appendSchedule(_ lines: [String]) throws(StorageError)
  /// States that messages are missing here.
  func append(_ gap: RecordingGap)
  /// Makes what is due readable.
  func flushIfDue(at now: Int64) throws(StorageError)
  /// Reads a message back.
  func parts(of message: RecordedMessage) throws(StorageError) -> [SharedBytes]
  /// Closes it.
  func finish() throws(StorageError)
}

/// A recording on a disk.
final class RecordingFile: RecordingSink {
  private var writer: RecordingWriter?
  let path: String
  private var last = (messages: 0, bytes: 0)

  /// Takes over a writer.
  init(_ writer: consuming RecordingWriter) {
    path = writer.path
    self.writer = consume writer
  }

  var messageCount: Int { writer?.messageCount ?? last.messages }
  var byteCount: Int { writer?.byteCount ?? last.bytes }
  var isBroken: Bool { writer?.isBroken ?? true }
  var presence: RecordingPresence { writer?.presence ?? .present }
  var keepsCopies: Bool {
    get { writer?.keepsCopies ?? false }
    set { writer?.keepsCopies = newValue }
  }

  func append(
    _ parts: [SharedBytes],
    arrival: Int64,
    packed: PackedFrame?
  ) throws(StorageError) -> RecordedMessage {
    guard let message = try writer?.append(parts, arrival: arrival, packed: packed) else {
      throw closed
    }
    return message
  }

  func appendSchedule(_ lines: [String]) throws(StorageError) {
    try writer?.appendSchedule(lines)
  }

  func append(_ gap: RecordingGap) { writer?.append(gap) }

  func flushIfDue(at now: Int64) throws(StorageError) { try writer?.flushIfDue(at: now) }

  func parts(of message: RecordedMessage) throws(StorageError) -> [SharedBytes] {
    guard let parts = try writer?.parts(of: message) else { throw closed }
    return parts
  }

  func finish() throws(StorageError) {
    last = (messageCount, byteCount)
    guard let writer = writer.take() else { return }
    try writer.finish()
  }

  private var closed: StorageError { StorageError("the recording is closed", file: path) }
}
