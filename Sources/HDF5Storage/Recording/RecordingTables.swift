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

  /// A column by its place among the tables.
  private typealias Column<Element: StorageElement> =
    WritableKeyPath<RecordingTables, RecordingColumn<Element>> & Sendable

  /// Columns of bytes, in the order of writing: ahead of the rows that point at them.
  private static let byteColumns: [any Column<UInt8>] = [\.log, \.scheduleBytes]
  /// Columns of numbers, in the order of writing.
  private static let numberColumns: [any Column<Int64>] = [
    \.scheduleEnd, \.store, \.offset, \.length, \.firstPart, \.arrival,
  ]
  /// The columns of the table of gaps.
  private static let gapColumns: [any Column<Int64>] = [
    \.gapPlace, \.gapMessages, \.gapBytes, \.gapStart, \.gapEnd,
  ]

  /// The columns of numbers that the file has.
  private var presentNumberColumns: [any Column<Int64>] {
    Self.numberColumns + (hasGaps ? Self.gapColumns : [])
  }

  init() {}

  /// The same tables, not yet in any file, with everything waiting to be written.
  init(unwritten other: RecordingTables, from file: borrowing StorageFile) throws(StorageError) {
    for column in Self.byteColumns {
      self[keyPath: column] = try other[keyPath: column].unwritten(from: file)
    }
    for column in Self.numberColumns + Self.gapColumns {
      self[keyPath: column] = try other[keyPath: column].unwritten(from: file)
    }
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
    for column in Self.byteColumns { try self[keyPath: column].create(in: file) }
    for column in Self.numberColumns + Self.gapColumns {
      try self[keyPath: column].create(in: file)
    }
  }

  /// Opens all datasets.
  mutating func open(in file: borrowing StorageFile) throws(StorageError) {
    hasGaps = file.exists(RecordingLayout.gapEnd)
    for column in Self.byteColumns { try self[keyPath: column].open(in: file) }
    for column in presentNumberColumns { try self[keyPath: column].open(in: file) }
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
    for column in Self.gapColumns { try self[keyPath: column].cut(to: index.gaps.count, in: file) }
  }

  /// Writes what waits; bytes before the tables that point at them, so that a reader of the
  /// growing file never finds a row without its bytes.
  mutating func write(in file: borrowing StorageFile) throws(StorageError) {
    for column in Self.byteColumns { try self[keyPath: column].write(in: file) }
    for column in presentNumberColumns { try self[keyPath: column].write(in: file) }
  }
}
