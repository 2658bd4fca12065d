// SPDX-License-Identifier: BSD-3-Clause

import Glibc

// Which run a folder of results belongs to while it goes on.
extension ResultFolder {
  /// The mark of a run on its folder, for as long as it is kept; it leaves nothing behind.
  final class Use: Sendable {
    private let folder: Int32

    private init(_ folder: Int32) { self.folder = folder }

    /// Marks a folder.
    ///
    /// - Parameter path: The folder, which is there.
    /// - Returns: The mark; nil where the file system knows no locks.
    /// - Throws: `PipelineError` where another run is at work in it.
    static func mark(_ path: String) throws(PipelineError) -> Use? {
      let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard folder >= 0 else { return nil }
      // Whoever only looks (`isInUse`) is done in a moment.
      for attempt in 0..<20 {
        if flock(folder, LOCK_EX | LOCK_NB) == 0 { return Use(folder) }
        guard errno == EWOULDBLOCK else { break }
        if attempt == 19 {
          close(folder)
          throw PipelineError(
            .output,
            "another run is at work in the folder of the results, \(path); name another one"
          )
        }
        usleep(5000)
      }
      close(folder)
      return nil
    }

    deinit { close(folder) }
  }

  /// Whether a run is at work in a folder.
  static func isInUse(_ path: String) -> Bool {
    let folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return false }
    defer { close(folder) }
    // Shared: those who only look do not see one another.
    return flock(folder, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
