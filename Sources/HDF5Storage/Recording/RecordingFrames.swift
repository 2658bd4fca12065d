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

  init(layout: FrameLayout, index: Int) {
    self.layout = layout
    self.index = index
  }

  private var path: String { RecordingLayout.frames(index) }

  /// Makes the dataset, empty, in an NXdata group of its own.
  func create(in file: borrowing StorageFile) throws(StorageError) {
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
        layout: DatasetLayout(chunk: [1] + extent)
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
    count = try file.extents(ofDataset: id, at: path).first ?? 0
  }

  /// Appends one frame and returns its number.
  mutating func append(
    _ payload: SharedBytes,
    in file: borrowing StorageFile
  ) throws(StorageError) -> Int {
    let place = file.place(path)
    let extent = [hsize_t(count + 1), hsize_t(layout.shape.rows), hsize_t(layout.shape.columns)]
    try place.check(unsafe H5Dset_extent(id, extent), "cannot extend")
    let corner: [hsize_t] = [hsize_t(count), 0, 0]
    let id = id
    let status = payload.withBytes { span in
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

  /// Hands the frames' index to the operating system.
  mutating func flush(in file: borrowing StorageFile) throws(StorageError) {
    guard isDirty else { return }
    try file.place(path).check(H5Dflush(id), "cannot write to the disk")
    isDirty = false
  }
}
