// SPDX-License-Identifier: BSD-3-Clause

import CHDF5

/// A dataset of one index that grows at its end, with what has not been written yet.
struct RecordingColumn<Element: StorageElement> {
  let path: String
  private let unit: String?
  private let chunk: Int
  /// The open dataset; the file closes it.
  private var id: hid_t = -1
  /// The elements in the file.
  private(set) var written = 0
  /// The elements that wait for `write`.
  private(set) var pending: [Element] = []

  init(_ path: String, unit: String? = nil, chunk: Int) {
    self.path = path
    self.unit = unit
    self.chunk = chunk
  }

  /// The same column, not yet in any file, with all elements waiting.
  func unwritten(from file: borrowing StorageFile) throws(StorageError) -> RecordingColumn {
    var column = RecordingColumn(path, unit: unit, chunk: chunk)
    if written > 0 { column.pending = try file.read(Element.self, at: path).values }
    column.pending += pending
    return column
  }

  /// The elements, written or waiting.
  var count: Int { written + pending.count }

  mutating func append(_ element: Element) { pending.append(element) }

  mutating func append(_ bytes: RawSpan) where Element == UInt8 {
    unsafe bytes.withUnsafeBytes { unsafe pending.append(contentsOf: unsafe $0) }
  }

  /// Makes the dataset, empty, and leaves it open.
  mutating func create(in file: borrowing StorageFile) throws(StorageError) {
    let place = file.place(path)
    let type = try place.memoryType(Element.storageType)
    let space = try place.space([0], upTo: [chdf5_unlimited()])
    do {
      _ = try file.create(
        path,
        type: type,
        space: space,
        layout: DatasetLayout(chunk: [chunk])
      )
    }
    if let unit { try file.setAttribute("units", of: path, to: unit) }
  }

  /// Opens the dataset again after its file was opened again.
  mutating func open(in file: borrowing StorageFile) throws(StorageError) {
    id = unsafe try file.place(path).check(
      H5Dopen2(file.id, path, hid_t(H5P_DEFAULT)),
      "cannot open"
    )
    written = try file.place(path).shape(ofDataset: id).first ?? 0
  }

  /// Cuts the dataset to its leading elements; not while the file is published.
  mutating func cut(to count: Int, in file: borrowing StorageFile) throws(StorageError) {
    guard count < written else { return }
    try file.place(path).check(unsafe H5Dset_extent(id, [hsize_t(count)]), "cannot shorten")
    written = count
  }

  /// A run of elements, wherever they are.
  func elements(
    _ range: Range<Int>,
    in file: borrowing StorageFile
  ) throws(StorageError) -> [Element] {
    guard range.upperBound <= count else {
      throw StorageError("there are no entries \(range)", file: file.path, path: path)
    }
    var found: [Element] = []
    if range.lowerBound < written {
      let inFile = range.lowerBound..<min(range.upperBound, written)
      found = try file.read(Element.self, at: path, leading: inFile).values
    }
    if range.upperBound > written {
      found += pending[max(0, range.lowerBound - written)..<(range.upperBound - written)]
    }
    return found
  }

  /// Appends what waits to the dataset and hands it to the operating system.
  mutating func write(in file: borrowing StorageFile) throws(StorageError) {
    guard !pending.isEmpty else { return }
    let place = file.place(path)
    let total = [hsize_t(count)]
    try place.check(unsafe H5Dset_extent(id, total), "cannot extend")
    let memory = try place.space([pending.count])
    let space = try place.open(H5Dget_space(id), "cannot write")
    let start = [hsize_t(written)]
    let extent = [hsize_t(pending.count)]
    try place.check(
      unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, extent, nil),
      "cannot write"
    )
    let type = try place.memoryType(Element.storageType)
    let status = unsafe pending.withUnsafeBytes { bytes in
      unsafe H5Dwrite(id, type.id, memory.id, space.id, hid_t(H5P_DEFAULT), bytes.baseAddress)
    }
    try place.check(status, "cannot write")
    written += pending.count
    pending.removeAll(keepingCapacity: true)
    try place.check(H5Dflush(id), "cannot write to the disk")
  }
}
