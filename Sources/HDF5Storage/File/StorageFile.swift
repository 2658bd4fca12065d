// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc

/// One HDF5 file, open for reading, for adding to, or being written.
///
/// A new file is written under a temporary name in the same folder (`.NAME.partial`) and takes
/// its own name in `close()`, when it is whole; one that is let go without `close()` is removed.
/// Paths are absolute, "/entry_1/data_1/data"; groups are made on the way. A file belongs to one
/// thread at a time.
///
/// ```swift
/// var file = try StorageFile(creating: "volume.h5")
/// try file.write(volume.values, shape: [80, 80, 80], at: "/entry/data", unit: "1")
/// try file.close()
/// ```
public struct StorageFile: ~Copyable {
  /// The file's own name, as given.
  public let path: String
  private(set) var id: hid_t
  private let temporaryPath: String?
  private var isOpen = true

  /// Starts a new file, which replaces an older one of this name when it is closed.
  ///
  /// - Parameter path: The file's name.
  /// - Throws: `StorageError` where the folder is missing or cannot be written.
  public init(creating path: String) throws(StorageError) {
    chdf5_be_silent()
    let temporary = Self.temporaryPath(for: path)
    let place = Place(path)
    let id = unsafe H5Fcreate(temporary, chdf5_truncate(), hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    guard id >= 0 else { throw place.failure("cannot create the file") }
    self.path = path
    self.id = id
    temporaryPath = temporary
  }

  /// Opens a file for reading.
  ///
  /// - Parameter path: The file's name.
  /// - Throws: `StorageError` where the file is missing or is no HDF5 file.
  public init(reading path: String) throws(StorageError) {
    try self.init(opening: path, flags: chdf5_read_only())
  }

  /// Opens a file for reading and adding to.
  ///
  /// - Parameter path: The file's name.
  /// - Throws: `StorageError` where the file is missing, is no HDF5 file or cannot be written.
  public init(updating path: String) throws(StorageError) {
    try self.init(opening: path, flags: chdf5_read_write())
  }

  init(opening path: String, flags: UInt32) throws(StorageError) {
    chdf5_be_silent()
    guard unsafe access(path, F_OK) == 0 else {
      throw StorageError("there is no such file", file: path)
    }
    let place = Place(path)
    // Our files appear whole, by their new name: a reader has nothing to be locked out from, and a
    // process that was just started may still hold the writer's lock.
    let fileAccess = try place.access(locks: flags != chdf5_read_only())
    let id = unsafe H5Fopen(path, flags, fileAccess.id)
    guard id >= 0 else { throw place.failure("cannot open the file") }
    self.path = path
    self.id = id
    temporaryPath = nil
  }

  /// Takes over a file that is open already.
  init(owning id: hid_t, path: String) {
    self.path = path
    self.id = id
    temporaryPath = nil
  }

  deinit {
    guard isOpen else { return }
    H5Fclose(id)
    if let temporaryPath { unsafe unlink(temporaryPath) }
  }

  /// Writes what is left, closes the file and, where it is new, gives it its name.
  ///
  /// - Throws: `StorageError` where the disk is full or the name cannot be taken; a new file
  ///   is then removed.
  public consuming func close() throws(StorageError) {
    guard isOpen else { return }
    isOpen = false
    let status = H5Fclose(id)
    guard status >= 0 else {
      let error = Place(path).failure("cannot finish the file")
      if let temporaryPath { unsafe unlink(temporaryPath) }
      throw error
    }
    guard let temporaryPath else { return }
    guard unsafe rename(temporaryPath, path) == 0 else {
      let error = systemError("cannot give the finished file its name", path)
      unsafe unlink(temporaryPath)
      throw error
    }
  }

  /// Hands everything written so far to the operating system.
  ///
  /// - Throws: `StorageError` where the disk is full.
  public func flush() throws(StorageError) {
    try place().check(H5Fflush(id, H5F_SCOPE_LOCAL), "cannot write to the disk")
  }

  /// Gives the identifier away, to be closed by the caller.
  mutating func forget() { isOpen = false }

  /// Puts another file in this one's place and returns this one.
  mutating func replace(by other: consuming StorageFile) -> StorageFile {
    let old = self
    self = other
    return old
  }

  /// Takes over another identifier of the same file.
  mutating func adopt(_ id: hid_t) {
    self.id = id
    isOpen = true
  }

  func place(_ path: String? = nil) -> Place {
    chdf5_be_silent()
    return Place(self.path, path)
  }

  /// ".NAME.partial" in the same folder, so that renaming never crosses disks.
  static func temporaryPath(for path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return ".\(path).partial" }
    return "\(path[...slash]).\(path[path.index(after: slash)...]).partial"
  }
}

extension Place {
  /// Access properties of a file.
  fileprivate func access(locks: Bool) throws(StorageError) -> Handle {
    let list = try open(H5Pcreate(chdf5_file_access()), "cannot open the file")
    try check(chdf5_set_file_locking(list.id, locks), "cannot open the file")
    return list
  }
}
