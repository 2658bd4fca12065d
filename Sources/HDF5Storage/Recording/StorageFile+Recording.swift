// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc

extension StorageFile {
  /// Starts a file, to be published while it grows; replaces what a killed writer left there.
  ///
  /// - Parameters:
  ///   - temporary: The name that it has until it can be read.
  ///   - path: The name that it will have, which errors say.
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
