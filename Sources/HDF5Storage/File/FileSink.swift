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

/// Copies a file, replacing what stands at the target.
func copyFile(_ path: String, to target: String) throws(StorageError) {
  let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard source >= 0 else { throw systemError("cannot read the file", path) }
  defer { Glibc.close(source) }
  let copy = unsafe open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard copy >= 0 else { throw systemError("cannot write the file", target) }
  defer { Glibc.close(copy) }
  var status = stat()
  guard unsafe fstat(source, &status) == 0 else { throw systemError("cannot read the file", path) }
  var left = Int(status.st_size)
  while left > 0 {
    let count = sendfile(copy, source, nil, min(left, 1 << 30))
    guard count > 0 else {
      let error = systemError("cannot copy the file", path)
      unsafe unlink(target)
      throw error
    }
    left -= count
  }
}

/// The error for a call of the operating system that has just failed.
func systemError(_ problem: String, _ path: String) -> StorageError {
  let reason = unsafe String(cString: strerror(errno))
  return StorageError(problem, file: path, detail: reason)
}
