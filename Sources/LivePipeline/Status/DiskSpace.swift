// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// The room on a disk.
package enum DiskSpace {
  /// Bytes that may still be written below a path without special rights.
  ///
  /// - Parameter path: A file or folder; of one that does not exist yet, the nearest folder above
  ///   it counts.
  /// - Returns: The bytes; nil where the system does not say.
  package static func freeBytes(at path: String) -> Int? {
    var figures = statvfs()
    guard unsafe statvfs(existing(path), &figures) == 0 else { return nil }
    return Int(clamping: UInt64(figures.f_bavail) * UInt64(figures.f_frsize))
  }

  /// The path, or the nearest folder above it that exists.
  package static func existing(_ path: String) -> String {
    var path = path.isEmpty ? "." : path
    while unsafe access(path, F_OK) != 0 {
      guard let slash = path.lastIndex(of: "/") else { return "." }
      path = slash == path.startIndex ? "/" : String(path[..<slash])
    }
    return path
  }
}
