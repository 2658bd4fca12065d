// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc

extension StorageFile {
  /// Writes a text as a new dataset of one UTF-8 string.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - path: Where the dataset goes.
  /// - Throws: `StorageError` where something stands at `path` already or the disk is full.
  public func write(text: String, at path: String) throws(StorageError) {
    let place = place(path)
    let type = try place.textType(byteCount: nil)
    let space = try place.space([])
    let dataset = try create(path, type: type, space: space)
    let status = unsafe text.withCString { base in
      var pointer: UnsafePointer<CChar>? = unsafe base
      return unsafe H5Dwrite(dataset.id, type.id, 0, 0, hid_t(H5P_DEFAULT), &pointer)
    }
    try place.check(status, "cannot write")
  }

  /// Reads a dataset of one string, of fixed or variable length.
  ///
  /// - Parameter path: Where the dataset is.
  /// - Returns: The text.
  /// - Throws: `StorageError` where there is no such dataset or it holds no single text.
  public func readText(at path: String) throws(StorageError) -> String {
    let dataset = try openDataset(path)
    let place = place(path)
    let type = try place.open(H5Dget_type(dataset.id), "cannot read the element type")
    guard try place.shape(of: dataset).allSatisfy({ $0 == 1 }) else {
      throw StorageError("one text was expected, there are more", file: self.path, path: path)
    }
    return unsafe try place.text(of: type) { memory, buffer in
      unsafe H5Dread(dataset.id, memory, 0, 0, hid_t(H5P_DEFAULT), buffer)
    }
  }
}

extension Place {
  /// One text of `type`, as `read` delivers it into the memory it is given.
  func text(
    of type: borrowing Handle,
    read: (hid_t, UnsafeMutableRawPointer?) -> herr_t
  ) throws(StorageError) -> String {
    guard H5Tget_class(type.id) == H5T_STRING else {
      throw StorageError("a text was expected", file: file, path: path)
    }
    if try check(H5Tis_variable_str(type.id), "cannot read the text") > 0 {
      let memory = try open(H5Tcopy(type.id), "cannot read the text")
      var pointer: UnsafeMutablePointer<CChar>?
      try check(unsafe read(memory.id, &pointer), "cannot read the text")
      guard let start = unsafe pointer else { return "" }
      defer { unsafe H5free_memory(start) }
      return unsafe String(cString: start)
    }
    var bytes = [UInt8](repeating: 0, count: H5Tget_size(type.id))
    let status = unsafe bytes.withUnsafeMutableBytes { unsafe read(type.id, $0.baseAddress) }
    try check(status, "cannot read the text")
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
