// SPDX-License-Identifier: BSD-3-Clause

import CLinuxFiles
import Glibc

/// Room on the disk that is taken before it is written to.
///
/// HDF5 cannot finish a file after a write that failed. So a full disk, a quota or a limit on the
/// length of files must show before HDF5 is called: blocks are taken ahead of the file's end, some
/// megabytes at a time, and given back when the file is closed. Where a file system cannot do that
/// (NFS 3, for one), its free space is looked up instead.
struct DiskSpace {
  private let path: String
  /// The file, open for writing; the writer's lock owns it.
  private let descriptor: Int32
  /// Blocks are there up to here, bytes from the file's beginning.
  private var end = 0
  private var canReserve = true
  /// Bytes whose way to the disk has begun.
  private var handedOver = 0
  /// Bytes that the kernel was told to keep no copy of, or that are none of ours.
  private var forgotten = 0
  /// Whether all of it stays in memory for now: much will be read back.
  var keepsCopies = false

  init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
    // Of a file that is taken up again only what is new.
    handedOver = length
    forgotten = length
  }

  /// Throws unless there is room for so many bytes, the index tables' share, and what stays free.
  mutating func require(_ count: Int, leaving free: Int) throws(StorageError) {
    let length = length
    let needed = length + count + Self.margin
    guard needed > end else { return }
    var limit = rlimit()
    var longest = Int.max
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 {
      longest = Int(clamping: limit.rlim_cur)
    }
    guard needed <= longest else {
      throw StorageError(
        "files may not grow beyond \(longest >> 20) MiB here (ulimit -f)",
        file: path
      )
    }
    var volume = statvfs()
    if unsafe fstatvfs(descriptor, &volume) == 0 {
      // What is taken already does not count as free any more.
      let room = Int(volume.f_bavail) * Int(volume.f_frsize) + max(0, end - length)
      guard room > free + count + Self.margin else {
        throw StorageError("the disk is full, \(room >> 20) MiB are left", file: path)
      }
      try reserve(from: length, upTo: needed, room: min(room - free, longest - length))
    } else {
      end = needed
    }
  }

  private mutating func reserve(from length: Int, upTo needed: Int, room: Int) throws(StorageError)
  {
    let start = max(length, end)
    let wanted = max(needed, min(needed + Self.step, length + room))
    guard canReserve else {
      // Looked up again after so many bytes.
      end = min(wanted, needed + Self.step / 16)
      return
    }
    var code = EINTR
    while code == EINTR {
      code = clinux_reserve(descriptor, Int64(start), Int64(wanted - start))
    }
    switch code {
    case 0: end = wanted
    case EOPNOTSUPP, ENOSYS, EINVAL, EBADF:
      canReserve = false
      end = min(wanted, needed + Self.step / 16)
    default:
      let reason = unsafe String(cString: strerror(code))
      throw StorageError("there is no room on the disk", file: path, detail: reason)
    }
  }

  /// Has what was written since the last call brought to the disk, a few megabytes at a time.
  ///
  /// So the kernel never has seconds' worth of it to write at once. Of what was written some time ago it keeps
  /// no copy in memory: a recording is longer than any memory, would push out everything else, and
  /// new pages cost more than the copying.
  mutating func startWriting() {
    let length = length
    guard length - handedOver >= Self.portion else { return }
    clinux_start_writing(descriptor, Int64(handedOver), Int64(length - handedOver))
    handedOver = length
    let old = length - Self.kept
    guard !keepsCopies, old > forgotten else { return }
    // What was not on the disk the last time has stayed, and is asked for once more.
    let start = max(0, forgotten - Self.kept)
    _ = posix_fadvise(descriptor, off_t(start), off_t(old - start), POSIX_FADV_DONTNEED)
    forgotten = old
  }

  /// Gives back the blocks behind the file's end.
  func release() {
    guard canReserve, descriptor >= 0 else { return }
    // A file cut to the length that it has loses the blocks behind its end.
    _ = ftruncate(descriptor, off_t(length))
  }

  /// The file's length now, bytes.
  var length: Int {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Room for HDF5's tables.
  private static let margin = 8 << 20
  /// Blocks are taken so many bytes at a time.
  private static let step = 256 << 20
  private static let portion = 16 << 20
  /// So much of the newest stays in memory.
  private static let kept = 512 << 20
}
