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
  /// The messages appended so far.
  public private(set) var messageCount = 0
  /// The bytes of the messages appended so far.
  public private(set) var byteCount = 0

  private var file: StorageFile
  private let lock: WriterLock
  private var frames: [RecordingFrames] = []
  private var frameIndex: [FrameLayout: Int] = [:]
  private var tables = RecordingTables()
  private var lastFlush: Int64?
  private var bytesSinceSpaceCheck = Self.spaceCheckInterval

  /// The longest time between flushes, on the clock of the messages.
  public static let flushInterval: Int64 = 200_000_000
  /// Space that is left free on the disk, so that the file can always be finished, bytes.
  public var reservedBytes = 64 << 20
  /// The disk's free space is looked up every so many bytes.
  private static let spaceCheckInterval = 16 << 20
  /// Kinds of frames beyond these are kept as plain bytes.
  static let frameKindLimit = 64

  /// Starts a recording.
  ///
  /// - Parameters:
  ///   - path: The file's name; there must be no such file, for a recording is never overwritten.
  ///   - configuration: The configuration in use, its YAML text.
  ///   - version: The program's version.
  /// - Throws: `StorageError` where the folder is missing, full or cannot be written, or where
  ///   there is such a file.
  public init(
    creating path: String,
    configuration: String,
    version: String
  ) throws(StorageError) {
    let file = try StorageFile(recordingAt: path)
    try file.setAttribute("format", of: "/", to: RecordingLayout.format)
    try file.setAttribute("default", of: "/", to: "entry")
    try file.makeGroup(RecordingLayout.entry, nexusClass: "NXentry")
    try file.setAttribute("default", of: RecordingLayout.entry, to: "frames_0")
    try file.write(text: configuration, at: RecordingLayout.configuration)
    try file.write(text: version, at: RecordingLayout.version)
    var tables = RecordingTables()
    try tables.create(in: file)
    try tables.open(in: file)
    try file.startPublishing()
    self.path = path
    self.lock = WriterLock(path)
    self.file = consume file
    self.tables = tables
  }

  /// Records one message.
  ///
  /// - Parameters:
  ///   - parts: The message's parts, as received; any number, any sizes.
  ///   - arrival: When it arrived, nanoseconds since 1970. Whatever came more than 200 ms
  ///     before is flushed first.
  ///   - frame: The layout of the last part as an image; nil lets the second part of a message of
  ///     three say it (`FrameLayout.init(header:payloadByteCount:)`).
  /// - Throws: `StorageError` where the disk is full or fails; the message is then not in the
  ///   recording, everything before it is, and the writer can go on or finish.
  public mutating func append(
    _ parts: [SharedBytes],
    arrival: Int64,
    frame: FrameLayout? = nil
  ) throws(StorageError) {
    try flushIfDue(at: arrival)
    let byteCount = parts.reduce(0) { $0 + $1.count }
    try requireSpace(for: byteCount)
    var frameParts: (store: Int, index: Int)?
    if let payload = parts.last, let layout = frame ?? Self.layout(of: parts),
      layout.byteCount == payload.count, payload.count > 0,
      let store = try frameStore(for: layout)
    {
      frameParts = (store, try frames[store].append(payload, in: file))
    }
    tables.arrival.append(arrival)
    tables.firstPart.append(Int64(tables.store.count))
    for part in frameParts == nil ? parts[...] : parts.dropLast() {
      tables.appendPart(store: RecordingLayout.logStore, offset: tables.log.count, part.count)
      part.withBytes { tables.log.append($0) }
    }
    if let frameParts, let payload = parts.last {
      tables.appendPart(store: Int64(frameParts.store), offset: frameParts.index, payload.count)
    }
    messageCount += 1
    self.byteCount += byteCount
    if tables.log.pending.count > 4 << 20 { try flush() }
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

  /// Flushes if the last flush is 200 ms or more before `now`; for a quiet stream, whose
  /// messages do not drive the flushes.
  ///
  /// - Parameter now: The time, nanoseconds since 1970.
  /// - Throws: `StorageError` where the disk is full or fails.
  public mutating func flushIfDue(at now: Int64) throws(StorageError) {
    guard let last = lastFlush else {
      lastFlush = now
      return
    }
    // A clock that was set back must not stop the flushes.
    guard now >= last + Self.flushInterval || now < last else { return }
    lastFlush = now
    try flush()
  }

  /// Makes everything recorded so far readable, whatever happens to this process.
  ///
  /// - Throws: `StorageError` where the disk is full or fails.
  public mutating func flush() throws(StorageError) {
    for index in frames.indices { try frames[index].flush(in: file) }
    try tables.write(in: file)
    // Last, the superblock: it says how far the file reaches, and what lies beyond is not read.
    try file.flush()
  }

  /// Flushes and closes the file.
  ///
  /// - Throws: `StorageError` where the disk is full or fails; the file is closed all the same.
  public consuming func finish() throws(StorageError) {
    var failure: StorageError?
    do throws(StorageError) { try flush() } catch { failure = error }
    do throws(StorageError) { try file.close() } catch { failure = failure ?? error }
    if let failure { throw failure }
  }
}

extension RecordingWriter {
  /// The layout that a message of topic, header and payload states.
  private static func layout(of parts: [SharedBytes]) -> FrameLayout? {
    guard parts.count == 3 else { return nil }
    return FrameLayout(header: parts[1], payloadByteCount: parts[2].count)
  }

  /// The number of the dataset for a layout, made if it is new; nil where there are too many.
  private mutating func frameStore(for layout: FrameLayout) throws(StorageError) -> Int? {
    if let index = frameIndex[layout] { return index }
    guard frames.count < Self.frameKindLimit else { return nil }
    // No dataset can be made while the file is published: close, open, make, publish again.
    try flush()
    try file.reopenRecording()
    let added = RecordingFrames(layout: layout, index: frames.count)
    var failure: StorageError?
    do throws(StorageError) {
      try added.create(in: file)
      frameIndex[layout] = frames.count
      frames.append(added)
    } catch {
      failure = error
    }
    try tables.open(in: file)
    for index in frames.indices { try frames[index].open(in: file) }
    try file.startPublishing()
    if let failure { throw failure }
    return added.index
  }

  /// Throws unless the disk has room for so many bytes and the reserve.
  ///
  /// HDF5 cannot finish a file on a full disk, so the recording stops a little earlier.
  private mutating func requireSpace(for byteCount: Int) throws(StorageError) {
    bytesSinceSpaceCheck += byteCount
    guard bytesSinceSpaceCheck > Self.spaceCheckInterval else { return }
    var volume = statvfs()
    guard unsafe statvfs(path, &volume) == 0 else { return }
    let free = Int(volume.f_bavail) * Int(volume.f_frsize)
    guard free > reservedBytes + byteCount else {
      throw StorageError("the disk is full, \(free >> 20) MiB are left", file: path)
    }
    bytesSinceSpaceCheck = 0
  }
}
