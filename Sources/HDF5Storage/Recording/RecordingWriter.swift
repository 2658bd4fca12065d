// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc
public import Imaging

/// Writes every message of a run to a file that stays readable while it grows.
///
/// The file is written by HDF5's single-writer, multiple-reader protocol: whatever was flushed
/// can be read by others at once, and after this process was killed. Frame payloads become
/// images, one dataset for each extent and number type; every other byte goes to a log with
/// index tables, so that each message comes back exactly as it was received. Time enters only as
/// the arrival times of the messages. One thread owns a writer.
///
/// ```swift
/// var recording = try RecordingWriter(creating: "run.h5", configuration: yaml, version: "1.0")
/// try recording.append(parts, arrival: nanosecondsSince1970)
/// try recording.finish()
/// ```
public struct RecordingWriter: ~Copyable {
  /// The file.
  public let path: String
  /// The messages in the recording.
  public internal(set) var messageCount = 0
  /// The bytes of the messages appended so far.
  public internal(set) var byteCount = 0
  /// Whether HDF5 has failed to write: the file can be taken up again from its name, but not by
  /// this writer.
  ///
  /// A disk that is full is told before HDF5 is called and breaks nothing.
  public internal(set) var isBroken = false
  /// The longest time between flushes, on the clock of the messages, nanoseconds.
  public var flushInterval: Int64 = 200_000_000
  /// Whether the system keeps all of it in memory as it likes, as much will be read back; else only the last
  /// 512 MB.
  public var keepsCopies: Bool {
    get { space.keepsCopies }
    set { space.keepsCopies = newValue }
  }
  /// Space that is left free on the disk, bytes.
  public var reservedBytes = 64 << 20
  /// How frames of a new kind are packed; kinds that the file has already stay as they are.
  public let compression: FrameCompression

  var file: StorageFile
  var lock: WriterLock
  var space: DiskSpace
  var frames: [RecordingFrames] = []
  var frameIndex: [FrameLayout: Int] = [:]
  var tables = RecordingTables()
  private var lastFlush: Int64?
  /// What is said of the run.
  let origin: Origin

  /// What a recording says of its run.
  struct Origin {
    /// `/entry/configuration`.
    var configuration: String
    /// `/entry/version`.
    var version: String
    /// The number in the run of what would have been the first message; nil where it is not known.
    var firstMessage: Int?
  }

  /// Kinds of frames beyond these are kept as plain bytes.
  static let frameKindLimit = 64

  /// Takes over what was opened or made; the file is published.
  init(
    taking file: consuming StorageFile,
    path: String,
    lock: consuming WriterLock,
    tables: RecordingTables,
    compression: FrameCompression,
    origin: Origin
  ) {
    self.path = path
    self.space = DiskSpace(path: path, descriptor: lock.descriptor)
    self.lock = lock
    self.file = file
    self.tables = tables
    self.compression = compression
    self.origin = origin
  }

  /// Records one message.
  ///
  /// - Parameters:
  ///   - parts: The message's parts, as received; any number, any sizes.
  ///   - arrival: When it arrived, nanoseconds since 1970. Whatever came longer than the flush
  ///     interval before is flushed first.
  ///   - frame: The layout of the last part as an image; nil lets the message say it
  ///     (`frameLayout(of:)`).
  ///   - packed: The last part packed (`FrameCompression.pack`), where that has been done; it says
  ///     the layout, too.
  /// - Returns: Where it stands.
  /// - Throws: `StorageError` where the disk is full or fails; the message is then not in the
  ///   recording and everything before it is. Unless `isBroken`, the writer can go on or finish.
  @discardableResult
  public mutating func append(
    _ parts: [SharedBytes],
    arrival: Int64,
    frame: FrameLayout? = nil,
    packed: PackedFrame? = nil
  ) throws(StorageError) -> RecordedMessage {
    guard !isBroken else { throw broken }
    try flushIfDue(at: arrival)
    let byteCount = parts.reduce(0) { $0 + $1.count }
    try space.require(byteCount + tables.log.pending.count, leaving: reservedBytes)
    do throws(StorageError) {
      let message = try write(parts, arrival, frame ?? packed?.layout, packed)
      self.byteCount += byteCount
      space.startWriting()
      return message
    } catch {
      isBroken = true
      throw error
    }
  }

  private mutating func write(
    _ parts: [SharedBytes],
    _ arrival: Int64,
    _ frame: FrameLayout?,
    _ packed: PackedFrame?
  ) throws(StorageError) -> RecordedMessage {
    var places: [RecordedMessage.Part] = []
    var logged = parts[...]
    var last: RecordedMessage.Part?
    if let payload = parts.last, let layout = frame ?? Self.frameLayout(of: parts),
      layout.byteCount == payload.count, payload.count > 0,
      let store = try frameStore(for: layout)
    {
      let number = try frames[store].append(payload, packed: packed, in: file)
      last = RecordedMessage.Part(store: Int64(store), offset: number, length: payload.count)
      logged = parts.dropLast()
    }
    tables.arrival.append(arrival)
    tables.firstPart.append(Int64(tables.store.count))
    for part in logged {
      places.append(
        RecordedMessage.Part(
          store: RecordingLayout.logStore,
          offset: tables.log.count,
          length: part.count
        )
      )
      part.withBytes { tables.log.append($0) }
    }
    if let last { places.append(last) }
    for part in places { tables.appendPart(store: part.store, offset: part.offset, part.length) }
    defer { messageCount += 1 }
    if tables.log.pending.count > 4 << 20 { try tables.log.write(in: file) }
    return RecordedMessage(number: messageCount, arrival: arrival, parts: places)
  }

  /// Records what the pipeline did with the data, for repeating it.
  ///
  /// - Parameter entries: One JSON text each, without line ends.
  /// - Throws: `StorageError` where the disk is full or fails.
  public mutating func appendSchedule(_ entries: [String]) throws(StorageError) {
    for entry in entries {
      for byte in entry.utf8 { tables.scheduleBytes.append(byte) }
      tables.scheduleEnd.append(Int64(tables.scheduleBytes.count))
    }
    if tables.scheduleBytes.pending.count > 1 << 20 { try flush() }
  }

  /// States that messages came here which could not be written.
  ///
  /// - Parameter gap: How many, when.
  public mutating func append(_ gap: RecordingGap) { tables.append(gap) }

  /// Flushes if the last flush is one interval or more before `now`; for a quiet stream, whose
  /// messages do not drive the flushes.
  ///
  /// - Parameter now: The time, nanoseconds since 1970.
  /// - Throws: `StorageError` where the disk fails.
  public mutating func flushIfDue(at now: Int64) throws(StorageError) {
    guard let last = lastFlush else {
      lastFlush = now
      return
    }
    // A clock that was set back must not stop the flushes.
    guard now < last || now &- last >= flushInterval else { return }
    lastFlush = now
    try flush()
  }

  /// Makes everything recorded so far readable, whatever happens to this process.
  ///
  /// - Throws: `StorageError` where the disk fails.
  public mutating func flush() throws(StorageError) {
    guard !isBroken else { throw broken }
    do throws(StorageError) {
      for index in frames.indices { try frames[index].flush(in: file) }
      try tables.write(in: file)
      // Last, the superblock: it says how far the file reaches, and what lies beyond is not read.
      try file.flush()
    } catch {
      isBroken = true
      throw error
    }
  }

  private var broken: StorageError {
    StorageError("an earlier failure has broken the recording off", file: path)
  }

  /// Reads back a message of this recording.
  ///
  /// - Parameter message: What `append` or `recorded(_:)` returned.
  /// - Returns: Its parts as they were received.
  /// - Throws: `StorageError` where the disk fails.
  public func parts(of message: RecordedMessage) throws(StorageError) -> [SharedBytes] {
    var parts: [SharedBytes] = []
    for part in message.parts {
      if part.store == RecordingLayout.logStore {
        let range = part.offset..<part.offset + part.length
        parts.append(SharedBytes(try tables.log.elements(range, in: file)))
      } else {
        parts.append(try frames[Int(part.store)].read(part.offset, in: file))
      }
    }
    return parts
  }

  /// What became of the file's name.
  public var presence: RecordingPresence { lock.presence(at: path) }

  /// Flushes and closes the file.
  ///
  /// - Throws: `StorageError` where the disk fails; the file is closed all the same.
  public consuming func finish() throws(StorageError) {
    var failure: StorageError?
    do throws(StorageError) { try flush() } catch { failure = error }
    do throws(StorageError) { try file.close() } catch { failure = failure ?? error }
    space.release()
    if let failure { throw failure }
  }
}
