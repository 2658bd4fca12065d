// SPDX-License-Identifier: BSD-3-Clause

import Glibc

/// A plain file that is written from its beginning under a temporary name and takes its own in
/// `close()`.
struct FileSink: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isOpen = true

  init(_ path: String) throws(StorageError) {
    let temporary = StorageFile.temporaryPath(for: path)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError("cannot create the file", path) }
    self.path = path
    self.temporaryPath = temporary
    self.descriptor = descriptor
  }

  deinit {
    guard isOpen else { return }
    Glibc.close(descriptor)
    unsafe unlink(temporaryPath)
  }

  /// Writes bytes behind those written before.
  func write(_ bytes: RawSpan) throws(StorageError) {
    let isWhole = unsafe bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = unsafe Glibc.write(descriptor, part.baseAddress, part.count)
        guard count > 0 else { return false }
        written += count
      }
      return true
    }
    guard isWhole else { throw systemError("cannot write the file", path) }
  }

  /// Closes the file and gives it its name.
  consuming func close() throws(StorageError) {
    isOpen = false
    guard Glibc.close(descriptor) == 0, unsafe rename(temporaryPath, path) == 0 else {
      let error = systemError("cannot finish the file", path)
      unsafe unlink(temporaryPath)
      throw error
    }
  }
}

/// The error for a call of the operating system that has just failed.
func systemError(_ problem: String, _ path: String) -> StorageError {
  let reason = unsafe String(cString: strerror(errno))
  return StorageError(problem, file: path, detail: reason)
}
