// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc

extension StorageFile {
  /// Starts a file, to be published while it grows; replaces what a killed writer left there.
  ///
  /// - Parameters:
  ///   - temporary: The name that it has until it can be read.
  ///   - path: The name that it will have, which errors say.
  /// - Throws: `StorageError` where the folder is missing or cannot be written.
  init(recordingAt temporary: String, named path: String) throws(StorageError) {
    chdf5_be_silent()
    let place = Place(path)
    let fileAccess = try place.recordingAccess()
    let id = unsafe H5Fcreate(temporary, chdf5_truncate(), hid_t(H5P_DEFAULT), fileAccess.id)
    guard id >= 0 else { throw place.failure("cannot create the file") }
    self.init(owning: id, path: path)
  }

  /// Opens a recording whose writer is gone, to repair it or to go on writing.
  init(repairingRecordingAt path: String) throws(StorageError) {
    chdf5_be_silent()
    let place = Place(path)
    Self.makeUpLength(of: path)
    let fileAccess = try place.recordingAccess()
    // The property by which HDF5's own h5clear clears the in-use flag.
    var clear = true
    try place.check(
      unsafe H5Pset(fileAccess.id, "clear_status_flags", &clear),
      "cannot clear the in-use flag"
    )
    let id = unsafe H5Fopen(path, chdf5_read_write(), fileAccess.id)
    guard id >= 0 else { throw place.failure("cannot open the file") }
    // The file may reach further than its superblock says: take its true length.
    guard H5Fincrement_filesize(id, 0) >= 0 else {
      let error = place.failure("cannot repair the file")
      H5Fclose(id)
      throw error
    }
    self.init(owning: id, path: path)
  }

  /// Makes a file as long as its superblock says, where a write at its end has failed.
  ///
  /// HDF5 opens no file that is shorter. Nothing whole stands in what is made up.
  private static func makeUpLength(of path: String) {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { Glibc.close(descriptor) }
    // The superblock of versions 2 and 3: signature, version, sizes, flags, base, extension, end.
    var block = [UInt8](repeating: 0, count: 36)
    let count = unsafe block.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, 36, 0)
    }
    guard count == 36, Array(block[0..<4]) == [0x89, 0x48, 0x44, 0x46], (2...3).contains(block[8]),
      block[9] == 8
    else { return }
    let end = block[28..<36].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, end < 1 << 50, off_t(end) > status.st_size else {
      return
    }
    _ = ftruncate(descriptor, off_t(end))
  }

  /// Opens a recording for reading while it grows, or past the flag of a killed writer.
  init(readingRecordingAt path: String) throws(StorageError) {
    try self.init(opening: path, flags: chdf5_read_only() | chdf5_swmr_read())
  }

  /// Closes the file and opens it again unpublished, so that datasets can be made.
  mutating func reopenRecording(at path: String) throws(StorageError) {
    let place = place()
    let fileAccess = try place.recordingAccess()
    let id = id
    forget()
    try place.check(H5Fclose(id), "cannot write to the disk")
    let again = unsafe H5Fopen(path, chdf5_read_write(), fileAccess.id)
    guard again >= 0 else { throw place.failure("cannot open the file again") }
    adopt(again)
  }

  /// Lets others read what was flushed, from now until the file is closed.
  func startPublishing() throws(StorageError) {
    try place().check(H5Fstart_swmr_write(id), "cannot publish the growing file")
  }
}

extension Place {
  /// Access properties of a recording: the newest format, which publishing needs; frames on page
  /// borders; everything closed with the file; no lock of HDF5's own, which a reader that opens
  /// the file at the wrong moment could keep from us.
  fileprivate func recordingAccess() throws(StorageError) -> Handle {
    let list = try open(H5Pcreate(chdf5_file_access()), "cannot open the file")
    try check(
      H5Pset_libver_bounds(list.id, H5F_LIBVER_V110, H5F_LIBVER_V110),
      "cannot open the file"
    )
    try check(H5Pset_alignment(list.id, 1 << 16, 4096), "cannot open the file")
    try check(H5Pset_fclose_degree(list.id, H5F_CLOSE_STRONG), "cannot open the file")
    try check(chdf5_set_file_locking(list.id, false), "cannot open the file")
    return list
  }
}
