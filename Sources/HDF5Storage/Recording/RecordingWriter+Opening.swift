// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc
public import Imaging

extension RecordingWriter {
  /// Starts a recording.
  ///
  /// Under its name it is there from the first moment in a state that others
  /// can read.
  ///
  /// - Parameters:
  ///   - path: The file's name; there must be no such file, for a recording is never overwritten.
  ///   - configuration: The configuration in use, its YAML text.
  ///   - version: The program's version.
  ///   - firstMessage: How many messages of its run stand in earlier recordings, or came and stand in
  ///     none.
  ///   - compression: How frames are packed.
  /// - Throws: `StorageError` where the folder is missing, full or cannot be written, or where
  ///   there is such a file.
  public init(
    creating path: String,
    configuration: String,
    version: String,
    firstMessage: Int = 0,
    compression: FrameCompression = .none
  ) throws(StorageError) {
    guard unsafe access(path, F_OK) != 0 else { throw Self.taken(path) }
    let temporary = StorageFile.temporaryPath(for: path)
    var tables = RecordingTables()
    let origin = Origin(
      configuration: configuration,
      version: version,
      firstMessage: firstMessage
    )
    let file = try Self.publish(at: temporary, named: path, origin, &tables) { _ in }
    let lock = WriterLock(temporary)
    // A link takes no name that somebody else has taken meanwhile; not all file systems have any.
    if unsafe link(temporary, path) == 0 {
      unsafe unlink(temporary)
    } else if errno == EEXIST {
      unsafe unlink(temporary)
      throw Self.taken(path)
    } else if unsafe rename(temporary, path) != 0 {
      let error = systemError("cannot give the file its name", path)
      unsafe unlink(temporary)
      throw error
    }
    self.init(
      taking: file,
      path: path,
      lock: lock,
      tables: tables,
      compression: compression,
      origin: origin
    )
  }

  /// Takes up a recording whose writer is gone, and goes on behind its last whole message.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - compression: How frames of a new kind are packed.
  /// - Returns: The writer, and what stands in the file already.
  /// - Throws: `StorageError` where it is no recording, is being written, or cannot be written.
  public static func resuming(
    _ path: String,
    compression: FrameCompression = .none
  ) throws(StorageError) -> Resumed {
    guard unsafe access(path, F_OK) == 0 else {
      throw StorageError("there is no such file", file: path)
    }
    guard !WriterLock.isHeld(path) else {
      throw StorageError("another program is writing it, or it cannot be written", file: path)
    }
    let file = try StorageFile(repairingRecordingAt: path)
    guard file.attributeText("format", of: "/") == RecordingLayout.format else {
      throw StorageError("this is no recording (\(RecordingLayout.format))", file: path)
    }
    let origin = Origin(
      configuration: try file.readText(at: RecordingLayout.configuration),
      version: try file.readText(at: RecordingLayout.version),
      firstMessage: file.firstMessage
    )
    let stores = try file.frameStores()
    let index = try RecordingIndex(file, frames: stores)
    var tables = RecordingTables()
    try tables.open(in: file)
    try tables.cut(to: index, in: file)
    var frames: [RecordingFrames] = []
    for (number, store) in stores.enumerated() {
      var kind = RecordingFrames(layout: store.layout, index: number)
      try kind.open(in: file)
      frames.append(kind)
    }
    try file.startPublishing()
    let messages = (0..<index.messageCount).map(index.place(of:))
    var writer = RecordingWriter(
      taking: file,
      path: path,
      lock: WriterLock(path),
      tables: tables,
      compression: compression,
      origin: origin
    )
    writer.messageCount = index.messageCount
    writer.byteCount = messages.reduce(0) { $1.parts.reduce($0) { $0 + $1.length } }
    for kind in frames { writer.frameIndex[kind.layout] = kind.index }
    writer.frames = frames
    return Resumed(
      writer: writer,
      messages: messages,
      numbers: (0..<messages.count).map(index.number(of:)),
      nextNumber: index.nextNumber
    )
  }

  /// A recording that was taken up again.
  public struct Resumed: ~Copyable {
    private let writer: RecordingWriter
    /// The messages in the file, to be read back by the writer's `parts(of:)`.
    public let messages: [RecordedMessage]
    /// Their numbers in the run, [message].
    public let numbers: [Int]
    /// The number in the run of the message that comes next.
    public let nextNumber: Int

    init(
      writer: consuming RecordingWriter,
      messages: [RecordedMessage],
      numbers: [Int],
      nextNumber: Int
    ) {
      self.writer = writer
      self.messages = messages
      self.numbers = numbers
      self.nextNumber = nextNumber
    }

    /// Hands over what writes on.
    public consuming func take() -> RecordingWriter { writer }
  }

  /// The layout that a message states for its last part.
  ///
  /// - Parameter parts: A message of topic, JSON header and payload; or the raw frame server's
  ///   two parts, a number in ASCII and words of 16 bits in rows of 1152.
  /// - Returns: The layout; nil where the last part is no frame, or not of so many bytes.
  public static func frameLayout(of parts: [SharedBytes]) -> FrameLayout? {
    if parts.count == 3 {
      return FrameLayout(header: parts[1], payloadByteCount: parts[2].count)
    }
    guard parts.count == 2, (1...20).contains(parts[0].count) else { return nil }
    let (rows, rest) = parts[1].count.quotientAndRemainder(dividingBy: 2 * 1152)
    guard rest == 0, (100...4096).contains(rows),
      parts[0].array().allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return FrameLayout(shape: Shape2D(rows: rows, columns: 1152), type: .uint16)
  }

  /// The number of the dataset for a layout, made if it is new; nil where there are too many.
  mutating func frameStore(for layout: FrameLayout) throws(StorageError) -> Int? {
    if let index = frameIndex[layout] { return index }
    guard frames.count < Self.frameKindLimit else { return nil }
    // No dataset can be made in a file that is published.
    if frames.isEmpty, tables.log.count < Self.shortLog {
      try startAnew(with: layout)
    } else {
      try add(layout)
    }
    return frameIndex[layout]
  }

  /// Writes the file anew, with a place for frames, and lets it take the name of the one so far:
  /// whoever opens that name finds one or the other, each good to read.
  private mutating func startAnew(with layout: FrameLayout) throws(StorageError) {
    guard presence == .present else { return try add(layout) }
    let temporary = StorageFile.temporaryPath(for: path)
    var copied = try RecordingTables(unwritten: tables, from: file)
    let compression = compression
    var kind = RecordingFrames(layout: layout, index: 0)
    let replacement = try Self.publish(at: temporary, named: path, origin, &copied) {
      (file) throws(StorageError) in
      try kind.create(in: file, packed: compression)
    }
    try kind.open(in: replacement)
    let lock = WriterLock(temporary)
    guard unsafe rename(temporary, path) == 0 else {
      let error = systemError("cannot give the file its name", path)
      unsafe unlink(temporary)
      throw error
    }
    space = DiskSpace(path: path, descriptor: lock.descriptor)
    self.lock = lock
    tables = copied
    frames = [kind]
    frameIndex = [layout: 0]
    let old = file.replace(by: replacement)
    // Nobody can open it any more, and all that it held stands in the new one.
    try old.close()
  }

  /// Adds a place for frames to the file, which others cannot open for a moment.
  private mutating func add(_ layout: FrameLayout) throws(StorageError) {
    try flush()
    try file.reopenRecording(at: path)
    let added = RecordingFrames(layout: layout, index: frames.count)
    try added.create(in: file, packed: compression)
    frameIndex[layout] = frames.count
    frames.append(added)
    try tables.open(in: file)
    for index in frames.indices { try frames[index].open(in: file) }
    try file.startPublishing()
  }

  /// Makes a whole recording under a temporary name and publishes it.
  private static func publish(
    at temporary: String,
    named path: String,
    _ origin: Origin,
    _ tables: inout RecordingTables,
    _ body: (borrowing StorageFile) throws(StorageError) -> Void
  ) throws(StorageError) -> StorageFile {
    do throws(StorageError) {
      let file = try StorageFile(recordingAt: temporary, named: path)
      try file.setAttribute("format", of: "/", to: RecordingLayout.format)
      try file.setAttribute("default", of: "/", to: "entry")
      if let first = origin.firstMessage {
        try file.setAttribute(RecordingLayout.firstMessage, of: "/", to: Int64(first))
      }
      try file.makeGroup(RecordingLayout.entry, nexusClass: "NXentry")
      try file.setAttribute("default", of: RecordingLayout.entry, to: "frames_0")
      try file.write(text: origin.configuration, at: RecordingLayout.configuration)
      try file.write(text: origin.version, at: RecordingLayout.version)
      try tables.create(in: file)
      try body(file)
      try tables.open(in: file)
      try file.startPublishing()
      try tables.write(in: file)
      try file.flush()
      return file
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  private static func taken(_ path: String) -> StorageError {
    StorageError("there is a file of this name, recordings replace nothing", file: path)
  }

  /// A log up to so many bytes is copied when the first frame comes.
  private static let shortLog = 64 << 20
}
