// SPDX-License-Identifier: BSD-3-Clause

/// The log, the index tables and the schedule of a recording.
struct RecordingTables {
  var log = RecordingColumn<UInt8>(RecordingLayout.log, chunk: 1 << 16)
  var scheduleBytes = RecordingColumn<UInt8>(RecordingLayout.scheduleBytes, chunk: 1 << 14)
  var scheduleEnd = RecordingColumn<Int64>(RecordingLayout.scheduleEnd, unit: "byte", chunk: 1024)
  var store = RecordingColumn<Int64>(RecordingLayout.store, unit: "1", chunk: 4096)
  var offset = RecordingColumn<Int64>(RecordingLayout.offset, unit: "1", chunk: 4096)
  var length = RecordingColumn<Int64>(RecordingLayout.length, unit: "byte", chunk: 4096)
  var firstPart = RecordingColumn<Int64>(RecordingLayout.firstPart, unit: "1", chunk: 1024)
  var arrival = RecordingColumn<Int64>(RecordingLayout.arrival, unit: "ns", chunk: 1024)

  /// Adds a row to the table of parts.
  mutating func appendPart(store: Int64, offset: Int, _ length: Int) {
    self.store.append(store)
    self.offset.append(Int64(offset))
    self.length.append(Int64(length))
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
  }
}
