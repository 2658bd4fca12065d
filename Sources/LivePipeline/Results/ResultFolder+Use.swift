// SPDX-License-Identifier: BSD-3-Clause

import Glibc

// Which run a folder of results belongs to while it goes on.
extension ResultFolder {
  /// The mark of a run on its folder, for as long as it is kept; it leaves nothing behind.
  final class Use: Sendable {
    private let folder: Int32

    /// Marks a folder; nil where another run has, or where the file system knows no locks.
    init?(of path: String) {
      let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard folder >= 0 else { return nil }
      guard flock(folder, LOCK_EX | LOCK_NB) == 0 else {
        close(folder)
        return nil
      }
      self.folder = folder
    }

    deinit { close(folder) }
  }

  /// Whether a run is at work in a folder.
  static func isInUse(_ path: String) -> Bool {
    let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return false }
    defer { close(folder) }
    // Shared: whoever only looks keeps nobody out.
    return flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
