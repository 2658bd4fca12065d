// SPDX-License-Identifier: BSD-3-Clause

/// The log, the index tables, the schedule and the gaps of a recording.
struct RecordingTables {
  var log = RecordingColumn<UInt8>(RecordingLayout.log, chunk: 1 << 18)
  var scheduleBytes = RecordingColumn<UInt8>(RecordingLayout.scheduleBytes, chunk: 1 << 14)
  var scheduleEnd = RecordingColumn<Int64>(RecordingLayout.scheduleEnd, unit: "byte", chunk: 1024)
  var store = RecordingColumn<Int64>(RecordingLayout.store, unit: "1", chunk: 4096)
  var offset = RecordingColumn<Int64>(RecordingLayout.offset, unit: "1", chunk: 4096)
  var length = RecordingColumn<Int64>(RecordingLayout.length, unit: "byte", chunk: 4096)
  var firstPart = RecordingColumn<Int64>(RecordingLayout.firstPart, unit: "1", chunk: 1024)
  var arrival = RecordingColumn<Int64>(RecordingLayout.arrival, unit: "ns", chunk: 1024)
  var gapPlace = RecordingColumn<Int64>(RecordingLayout.gapPlace, unit: "1", chunk: 64)
  var gapMessages = RecordingColumn<Int64>(RecordingLayout.gapMessages, unit: "1", chunk: 64)
  var gapBytes = RecordingColumn<Int64>(RecordingLayout.gapBytes, unit: "byte", chunk: 64)
  var gapStart = RecordingColumn<Int64>(RecordingLayout.gapStart, unit: "ns", chunk: 64)
  var gapEnd = RecordingColumn<Int64>(RecordingLayout.gapEnd, unit: "ns", chunk: 64)
  /// Whether the file has a table of gaps; those of earlier versions have none.
  private var hasGaps = true

  init() {}

  /// The same tables, not yet in any file, with everything waiting to be written.
  init(unwritten other: RecordingTables, from file: borrowing StorageFile) throws(StorageError) {
    log = try other.log.unwritten(from: file)
    scheduleBytes = try other.scheduleBytes.unwritten(from: file)
    scheduleEnd = try other.scheduleEnd.unwritten(from: file)
    store = try other.store.unwritten(from: file)
    offset = try other.offset.unwritten(from: file)
    length = try other.length.unwritten(from: file)
    firstPart = try other.firstPart.unwritten(from: file)
    arrival = try other.arrival.unwritten(from: file)
    gapPlace = try other.gapPlace.unwritten(from: file)
    gapMessages = try other.gapMessages.unwritten(from: file)
    gapBytes = try other.gapBytes.unwritten(from: file)
    gapStart = try other.gapStart.unwritten(from: file)
    gapEnd = try other.gapEnd.unwritten(from: file)
  }

  /// Adds a row to the table of parts.
  mutating func appendPart(store: Int64, offset: Int, _ length: Int) {
    self.store.append(store)
    self.offset.append(Int64(offset))
    self.length.append(Int64(length))
  }

  /// Adds a row to the table of gaps.
  mutating func append(_ gap: RecordingGap) {
    gapPlace.append(Int64(gap.place))
    gapMessages.append(Int64(gap.messages))
    gapBytes.append(Int64(gap.bytes))
    gapStart.append(gap.start)
    gapEnd.append(gap.end)
  }

  /// Makes all datasets, empty.
  mutating func create(in file: borrowing StorageFile) throws(StorageError) {
    try log.create(in: file)
    try scheduleBytes.create(in: file)
    try scheduleEnd.create(in: file)
    try store.create(in: file)
    try offset.create(in: file)
    try length.create(in: file)
    try firstPart.create(in: file)
    try arrival.create(in: file)
    try gapPlace.create(in: file)
    try gapMessages.create(in: file)
    try gapBytes.create(in: file)
    try gapStart.create(in: file)
    try gapEnd.create(in: file)
  }

  /// Opens all datasets.
  mutating func open(in file: borrowing StorageFile) throws(StorageError) {
    try log.open(in: file)
    try scheduleBytes.open(in: file)
    try scheduleEnd.open(in: file)
    try store.open(in: file)
    try offset.open(in: file)
    try length.open(in: file)
    try firstPart.open(in: file)
    try arrival.open(in: file)
    hasGaps = file.exists(RecordingLayout.gapEnd)
    guard hasGaps else { return }
    try gapPlace.open(in: file)
    try gapMessages.open(in: file)
    try gapBytes.open(in: file)
    try gapStart.open(in: file)
    try gapEnd.open(in: file)
  }

  /// Cuts the datasets to the messages and the steps that are whole; not while the file is
  /// published.
  mutating func cut(
    to index: RecordingIndex,
    in file: borrowing StorageFile
  ) throws(StorageError) {
    let count = index.messageCount
    try arrival.cut(to: count, in: file)
    try firstPart.cut(to: count, in: file)
    let parts = count > 0 ? index.parts(of: count - 1).upperBound : 0
    try store.cut(to: parts, in: file)
    try offset.cut(to: parts, in: file)
    try length.cut(to: parts, in: file)
    try scheduleEnd.cut(to: index.scheduleEnds.count, in: file)
    try scheduleBytes.cut(to: Int(index.scheduleEnds.last ?? 0), in: file)
    guard hasGaps else { return }
    let gaps = index.gaps.count
    try gapPlace.cut(to: gaps, in: file)
    try gapMessages.cut(to: gaps, in: file)
    try gapBytes.cut(to: gaps, in: file)
    try gapStart.cut(to: gaps, in: file)
    try gapEnd.cut(to: gaps, in: file)
  }

  /// Writes what waits; bytes before the tables that point at them, so that a reader of the
  /// growing file never finds a row without its bytes.
  mutating func write(in file: borrowing StorageFile) throws(StorageError) {
    try log.write(in: file)
    try scheduleBytes.write(in: file)
    try scheduleEnd.write(in: file)
    try store.write(in: file)
    try offset.write(in: file)
    try length.write(in: file)
    try firstPart.write(in: file)
    try arrival.write(in: file)
    guard hasGaps else { return }
    try gapPlace.write(in: file)
    try gapMessages.write(in: file)
    try gapBytes.write(in: file)
    try gapStart.write(in: file)
    try gapEnd.write(in: file)
  }
}
