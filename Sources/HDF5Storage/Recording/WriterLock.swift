// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// Marks a recording as being written, for as long as the writing process lives.
///
/// HDF5's own in-use flag stays in a file whose writer was killed; the kernel takes this lock
/// away with the process. It is a lock of an open file description, which HDF5's opening and
/// closing of the same file does not touch, on a byte that no file reaches.
struct WriterLock: ~Copyable {
  /// The file, open for writing; −1 where that failed.
  let descriptor: Int32

  /// Takes the lock; where the file system has none, nothing is marked.
  init(_ path: String) {
    descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
    var request = Self.request
    _ = unsafe fcntl(descriptor, Self.setLock, &request)
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  /// Whether the file is still found under a name.
  func presence(at path: String) -> RecordingPresence {
    var open = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &open) == 0 else { return .present }
    var named = stat()
    if unsafe fstatat(AT_FDCWD, path, &named, 0) == 0, named.st_ino == open.st_ino,
      named.st_dev == open.st_dev
    {
      return .present
    }
    return open.st_nlink > 0 ? .renamed : .removed
  }

  /// Whether a writer holds the file now, or, on a file system without such locks, may hold it.
  static func isHeld(_ path: String) -> Bool {
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    var request = Self.request
    guard unsafe fcntl(descriptor, getLock, &request) == 0 else { return true }
    return request.l_type != Int16(F_UNLCK)
  }

  private static var request: flock {
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    request.l_whence = Int16(SEEK_SET)
    request.l_start = 1 << 62
    request.l_len = 1
    return request
  }

  // F_OFD_GETLK and F_OFD_SETLK of Linux, which the importer leaves out.
  private static let getLock: Int32 = 36
  private static let setLock: Int32 = 37
}

/// What became of the name of a recording that is being written.
public enum RecordingPresence: Hashable, Sendable {
  /// It stands where it was made.
  case present
  /// Somebody gave it another name; what is written still goes into it.
  case renamed
  /// Somebody removed it; what is written goes with it when it is closed.
  case removed
}
