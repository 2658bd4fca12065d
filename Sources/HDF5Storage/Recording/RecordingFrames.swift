// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Imaging

/// The images of one extent and number type in a recording, [frame, row, column], one frame to
/// a chunk, written past HDF5's chunk cache.
struct RecordingFrames {
  let layout: FrameLayout
  let index: Int
  /// The frames in the file.
  private(set) var count = 0
  private var id: hid_t = -1
  private var isDirty = false
  /// The filters that a packed frame has passed; 0 where frames are not packed.
  private var filterCount = 0

  init(layout: FrameLayout, index: Int) {
    self.layout = layout
    self.index = index
  }

  private var path: String { RecordingLayout.frames(index) }

  /// Makes the dataset, empty, in an NXdata group of its own.
  func create(
    in file: borrowing StorageFile,
    packed compression: FrameCompression
  ) throws(StorageError) {
    let place = file.place(path)
    let group = RecordingLayout.frameGroup(index)
    try file.makeGroup(group, nexusClass: "NXdata")
    try file.setAttribute("signal", of: group, to: "data")
    let type = try place.memoryType(layout.type)
    let extent = [layout.shape.rows, layout.shape.columns]
    let space = try place.space(
      [0] + extent,
      upTo: [chdf5_unlimited()] + extent.map { hsize_t($0) }
    )
    do {
      _ = try file.create(
        path,
        type: type,
        space: space,
        layout: DatasetLayout(
          chunk: [1] + extent,
          deflate: compression == .none ? nil : 1
        )
      )
    }
    try file.setAttribute("units", of: path, to: "count")
    try file.setAttribute("interpretation", of: path, to: "image")
  }

  /// Opens the dataset again after its file was opened again.
  mutating func open(in file: borrowing StorageFile) throws(StorageError) {
    id = unsafe try file.place(path).check(
      H5Dopen2(file.id, path, hid_t(H5P_DEFAULT)),
      "cannot open"
    )
    count = try file.place(path).shape(ofDataset: id).first ?? 0
    let place = file.place(path)
    let creation = try place.open(H5Dget_create_plist(id), "cannot read the filters")
    filterCount = Int(try place.check(H5Pget_nfilters(creation.id), "cannot read the filters"))
  }

  /// Appends one frame and returns its number.
  ///
  /// - Parameters:
  ///   - payload: The frame as it came.
  ///   - packed: The same packed, where somebody has done that.
  ///   - file: The file.
  /// - Returns: Its number in the dataset.
  /// - Throws: `StorageError` where it cannot be written.
  mutating func append(
    _ payload: SharedBytes,
    packed: PackedFrame?,
    in file: borrowing StorageFile
  ) throws(StorageError) -> Int {
    let place = file.place(path)
    let extent = [hsize_t(count + 1), hsize_t(layout.shape.rows), hsize_t(layout.shape.columns)]
    try place.check(unsafe H5Dset_extent(id, extent), "cannot extend")
    let corner: [hsize_t] = [hsize_t(count), 0, 0]
    let id = id
    // Every frame of a packed dataset is packed: HDF5 forgets, while it has the file open, which
    // filters a single chunk has not passed.
    let bytes =
      switch (filterCount > 0, packed) {
      case (false, _): payload
      case (true, let packed?) where packed.isPacked: packed.bytes
      case (true, _): FrameCompression.shuffleFast.pack(payload, layout: layout).bytes
      }
    let status = bytes.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        unsafe H5Dwrite_chunk(
          id,
          hid_t(H5P_DEFAULT),
          0,
          corner,
          bytes.count,
          bytes.baseAddress
        )
      }
    }
    try place.check(status, "cannot write a frame")
    isDirty = true
    count += 1
    return count - 1
  }

  /// Reads one frame back into memory of its own.
  func read(_ frame: Int, in file: borrowing StorageFile) throws(StorageError) -> SharedBytes {
    try file.frame(frame, of: id, byteCount: layout.byteCount, isPacked: filterCount > 0, at: path)
  }

  /// Hands the frames' index to the operating system.
  mutating func flush(in file: borrowing StorageFile) throws(StorageError) {
    guard isDirty else { return }
    try file.place(path).check(H5Dflush(id), "cannot write to the disk")
    isDirty = false
  }
}

extension StorageFile {
  /// One frame of a dataset that is open, in memory of its own.
  ///
  /// Frames that are not packed are read past HDF5's chunk cache.
  func frame(
    _ frame: Int,
    of id: hid_t,
    byteCount: Int,
    isPacked: Bool,
    at path: String
  ) throws(StorageError) -> SharedBytes {
    let place = place(path)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    let address = UInt(bitPattern: memory)
    let bytes = unsafe SharedBytes(unsafeBase: memory, count: byteCount) {
      unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
    let corner: [hsize_t] = [hsize_t(frame), 0, 0]
    let shape = try place.shape(ofDataset: id)
    guard isPacked else {
      var stored: hsize_t = 0
      try place.check(
        unsafe H5Dget_chunk_storage_size(id, corner, &stored),
        "cannot read frame \(frame)"
      )
      // HDF5 writes what the file has, however much memory there is.
      guard stored == hsize_t(byteCount) else {
        throw place.error("frame \(frame) of \(shape) has \(stored) bytes, not \(byteCount)")
      }
      var filters: UInt32 = 0
      try place.check(
        unsafe H5Dread_chunk(id, hid_t(H5P_DEFAULT), corner, &filters, memory),
        "cannot read frame \(frame)"
      )
      return bytes
    }
    let space = try place.open(H5Dget_space(id), "cannot read frame \(frame)")
    let extent = [1] + shape.dropFirst().map { hsize_t($0) }
    try place.check(
      unsafe H5Sselect_hyperslab(space.id, H5S_SELECT_SET, corner, nil, extent, nil),
      "cannot read frame \(frame)"
    )
    let target = try place.space([1] + shape.dropFirst())
    let type = try place.open(H5Dget_type(id), "cannot read frame \(frame)")
    let count = try place.elementCount(of: Array(shape.dropFirst()), size: H5Tget_size(type.id))
    guard count * H5Tget_size(type.id) == byteCount else {
      throw place.error("frame \(frame) of \(shape) does not have \(byteCount) bytes")
    }
    try place.check(
      unsafe H5Dread(id, type.id, target.id, space.id, hid_t(H5P_DEFAULT), memory),
      "cannot read frame \(frame)"
    )
    return bytes
  }
}
