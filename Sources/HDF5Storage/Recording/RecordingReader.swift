// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
public import Imaging

/// Reads a recording back, message by message: finished, still growing, or left behind by a
/// process that was killed.
///
/// Where the in-use flag of a killed writer still stands, it is cleared, so that every other
/// program opens the file too; a file that is still being written is left alone.
public struct RecordingReader: ~Copyable {
  /// The file.
  public let path: String
  /// The configuration in use when the recording was made, its YAML text.
  public let configuration: String
  /// The version of the program that made it.
  public let version: String
  /// Whether a writer was still at work when the recording was opened.
  public let isGrowing: Bool
  /// The kinds of frames, one image dataset each.
  public let frameLayouts: [FrameLayout]
  /// The number of frames of each kind, [kind].
  public let frameCounts: [Int]

  private let file: StorageFile
  private let index: RecordingIndex

  /// Opens a recording; what was flushed by now is what it holds.
  ///
  /// - Parameter path: The file.
  /// - Throws: `StorageError` where the file is missing or is no recording.
  public init(path: String) throws(StorageError) {
    let isGrowing = WriterLock.isHeld(path)
    let file = try Self.open(path, growing: isGrowing)
    guard file.attributeText("format", of: "/") == RecordingLayout.format else {
      throw StorageError("this is no recording (\(RecordingLayout.format))", file: path)
    }
    let configuration = try file.readText(at: RecordingLayout.configuration)
    let version = try file.readText(at: RecordingLayout.version)
    let stores = try file.frameStores()
    let index = try RecordingIndex(file, frames: stores)
    // Nothing throws from here on: a value that owns a file cannot be left half made.
    self.path = path
    self.configuration = configuration
    self.version = version
    self.isGrowing = isGrowing
    self.frameLayouts = stores.map(\.layout)
    self.frameCounts = stores.map(\.count)
    self.index = index
    self.file = file
  }

  /// The number of messages.
  public var messageCount: Int { index.messageCount }
  /// The number that a message has in its run, by which the schedule names it.
  ///
  /// A run may have several recordings, and messages that stand in none.
  ///
  /// - Parameter message: Its place in the recording, from 0.
  /// - Returns: Its number, from 0; its place where the recording is of an earlier version.
  public func number(of message: Int) -> Int { index.number(of: message) }
  /// Whether the recording says which of its run's messages it has; those of earlier versions do
  /// not.
  public var knowsItsRun: Bool { index.firstMessage != nil }
  /// The number of lines of the schedule.
  public var scheduleCount: Int { index.scheduleEnds.count }

  /// One message as it was received.
  ///
  /// - Parameter message: Its place in the recording, from 0.
  /// - Returns: Its parts and when it arrived, nanoseconds since 1970.
  /// - Throws: `StorageError` where there is no such message or the file is damaged.
  public func message(
    _ message: Int
  ) throws(StorageError) -> (parts: [SharedBytes], arrival: Int64) {
    guard message >= 0, message < messageCount else {
      throw StorageError("there is no message \(message)", file: path)
    }
    var parts: [SharedBytes] = []
    for part in index.parts(of: message) {
      let offset = Int(index.offsets[part])
      let length = Int(index.lengths[part])
      if index.stores[part] == RecordingLayout.logStore {
        parts.append(try logPart(offset..<offset + length))
      } else {
        parts.append(try framePart(store: Int(index.stores[part]), frame: offset, length))
      }
    }
    return (parts, index.arrivals[message])
  }

  /// What a message says apart from its frame: its topic and its JSON.
  ///
  /// - Parameter message: Its place in the recording, from 0.
  /// - Returns: Its parts, without those that are kept as frames.
  /// - Throws: `StorageError` where there is no such message or the file is damaged.
  public func text(of message: Int) throws(StorageError) -> [SharedBytes] {
    guard message >= 0, message < messageCount else {
      throw StorageError("there is no message \(message)", file: path)
    }
    var parts: [SharedBytes] = []
    for part in index.parts(of: message) where index.stores[part] == RecordingLayout.logStore {
      let offset = Int(index.offsets[part])
      parts.append(try logPart(offset..<offset + Int(index.lengths[part])))
    }
    return parts
  }

  /// How long each part of a message is, without reading it.
  ///
  /// - Parameter message: Its place in the recording, from 0.
  /// - Returns: Bytes, [part].
  public func partLengths(of message: Int) -> [Int] {
    index.parts(of: message).map { Int(index.lengths[$0]) }
  }

  /// When a message arrived, nanoseconds since 1970, without reading it.
  ///
  /// - Parameter message: Its place in the recording, from 0.
  /// - Returns: Its arrival time.
  public func arrival(of message: Int) -> Int64 { index.arrivals[message] }

  /// What came and could not be recorded, in the order of its coming.
  public var gaps: [RecordingGap] { index.gaps }

  /// The schedule: what the pipeline did with the data, one JSON text for each step.
  ///
  /// - Returns: The lines in the order in which they were recorded.
  /// - Throws: `StorageError` where the file is damaged.
  public func schedule() throws(StorageError) -> [String] {
    guard let last = index.scheduleEnds.last, last > 0 else {
      return index.scheduleEnds.map { _ in "" }
    }
    let bytes = try file.read(
      UInt8.self,
      at: RecordingLayout.scheduleBytes,
      leading: 0..<Int(last)
    ).values
    var start = 0
    var lines: [String] = []
    for end in index.scheduleEnds.map({ Int($0) }) {
      lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end
    }
    return lines
  }
}

extension RecordingReader {
  /// Opens the file in the way that its state allows.
  private static func open(
    _ path: String,
    growing: Bool
  ) throws(StorageError) -> StorageFile {
    if growing { return try StorageFile(readingRecordingAt: path) }
    do throws(StorageError) {
      return try StorageFile(reading: path)
    } catch let reason {
      // The writer was killed. Clear its flag; where the file may not be written, read past it.
      do throws(StorageError) {
        let repaired = try StorageFile(repairingRecordingAt: path)
        try repaired.close()
        // Its writer had taken room on the disk ahead of the end.
        let lock = WriterLock(path)
        DiskSpace(path: path, descriptor: lock.descriptor).release()
        return try StorageFile(reading: path)
      } catch {
        guard let file = try? StorageFile(readingRecordingAt: path) else { throw reason }
        return file
      }
    }
  }

  private func logPart(_ range: Range<Int>) throws(StorageError) -> SharedBytes {
    guard !range.isEmpty else { return SharedBytes([]) }
    return SharedBytes(
      try file.read(UInt8.self, at: RecordingLayout.log, leading: range).values
    )
  }

  /// One frame, read past HDF5's chunk cache into the memory that is handed out.
  private func framePart(
    store: Int,
    frame: Int,
    _ length: Int
  ) throws(StorageError) -> SharedBytes {
    let path = RecordingLayout.frames(store)
    let dataset = try file.openDataset(path)
    let place = file.place(path)
    let creation = try place.open(H5Dget_create_plist(dataset.id), "cannot read the filters")
    let filters = try place.check(H5Pget_nfilters(creation.id), "cannot read the filters")
    return try file.frame(
      frame,
      of: dataset.id,
      byteCount: length,
      isPacked: filters > 0,
      at: path
    )
  }
}

extension StorageFile {
  /// Which message of its run a recording begins with; nil where it does not say.
  var firstMessage: Int? {
    attributeNumbers(RecordingLayout.firstMessage, of: "/")?.first.flatMap { Int(exactly: $0) }
      .flatMap { $0 >= 0 ? $0 : nil }
  }

  /// The kinds of frames of a recording and how many there are of each.
  func frameStores() throws(StorageError) -> [(layout: FrameLayout, count: Int)] {
    var stores: [(layout: FrameLayout, count: Int)] = []
    while exists(RecordingLayout.frames(stores.count)) {
      let path = RecordingLayout.frames(stores.count)
      let summary = try summary(of: path)
      guard summary.shape.count == 3, summary.type.byteCount > 0,
        summary.shape.dropFirst().allSatisfy(FrameLayout.sides.contains)
      else {
        throw StorageError(
          "frames of numbers were expected, there is \(summary.shape)",
          file: self.path,
          path: path
        )
      }
      let shape = Shape2D(rows: summary.shape[1], columns: summary.shape[2])
      stores.append((FrameLayout(shape: shape, type: summary.type), summary.shape[0]))
    }
    return stores
  }
}
