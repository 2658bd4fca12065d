// SPDX-License-Identifier: BSD-3-Clause

import CHDF5

/// One open HDF5 object (dataset, type, space, property list, group, attribute), closed at the
/// end of its life.
///
/// Debian's HDF5 is the thread-safe build: every call takes the library's own lock. A file is
/// still used from one thread at a time only.
struct Handle: ~Copyable {
  let id: hid_t

  /// Takes over an identifier that a call of HDF5 has just returned.
  init(taking id: hid_t) { self.id = id }

  deinit {
    H5Idec_ref(id)
  }
}

/// The innermost message of HDF5's error stack for this thread, which is cleared.
func takeHDF5Message() -> String? {
  unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text -> String? in
    guard let base = text.baseAddress else { return nil }
    unsafe chdf5_take_first_message(base)
    let message = unsafe String(cString: base)
    return message.isEmpty ? nil : message
  }
}

/// Where an operation happens, for the error it may end in.
struct Place {
  let file: String
  let path: String?

  init(_ file: String, _ path: String? = nil) {
    self.file = file
    self.path = path
  }

  /// The error for a call that has just failed.
  func failure(_ problem: String) -> StorageError {
    StorageError(problem, file: file, path: path, detail: takeHDF5Message())
  }

  /// The error for something that is wrong here.
  func error(_ problem: String) -> StorageError {
    StorageError(problem, file: file, path: path)
  }

  /// Takes over `id`, or throws what HDF5 said.
  func open(_ id: hid_t, _ problem: @autoclosure () -> String) throws(StorageError) -> Handle {
    guard id >= 0 else { throw failure(problem()) }
    return Handle(taking: id)
  }

  /// Returns `status`, or throws what HDF5 said.
  @discardableResult
  func check<Status: SignedInteger>(
    _ status: Status,
    _ problem: @autoclosure () -> String
  ) throws(StorageError) -> Status {
    guard status >= 0 else { throw failure(problem()) }
    return status
  }
}
