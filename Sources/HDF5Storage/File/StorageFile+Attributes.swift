// SPDX-License-Identifier: BSD-3-Clause

import CHDF5

extension StorageFile {
  /// Sets an attribute of a group or dataset to a text, replacing an older one.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - path: The group or dataset that carries it.
  ///   - text: The text.
  /// - Throws: `StorageError` where there is nothing at `path`.
  public func setAttribute(_ name: String, of path: String, to text: String) throws(StorageError) {
    try setAttribute(name, of: path, to: [text], shape: [])
  }

  /// Sets an attribute to a list of texts, replacing an older one.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - path: The group or dataset that carries it.
  ///   - texts: The texts.
  /// - Throws: `StorageError` where there is nothing at `path`.
  public func setAttribute(
    _ name: String,
    of path: String,
    to texts: [String]
  ) throws(StorageError) {
    try setAttribute(name, of: path, to: texts, shape: [texts.count])
  }

  /// Sets an attribute to one number, replacing an older one.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - path: The group or dataset that carries it.
  ///   - number: The number.
  /// - Throws: `StorageError` where there is nothing at `path`.
  public func setAttribute<Number: StorageElement>(
    _ name: String,
    of path: String,
    to number: Number
  ) throws(StorageError) {
    try setAttribute(name, of: path, to: [number], shape: [])
  }

  /// Sets an attribute to a list of numbers, replacing an older one.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - path: The group or dataset that carries it.
  ///   - numbers: The numbers.
  /// - Throws: `StorageError` where there is nothing at `path`.
  public func setAttribute<Number: StorageElement>(
    _ name: String,
    of path: String,
    to numbers: [Number]
  ) throws(StorageError) {
    try setAttribute(name, of: path, to: numbers, shape: [numbers.count])
  }

  /// An attribute's text.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - path: The group or dataset that carries it.
  /// - Returns: The text; nil where there is no such attribute or it is no single text.
  public func attributeText(_ name: String, of path: String) -> String? {
    let place = place(path)
    guard let attribute = try? openAttribute(name, of: path),
      let space = try? place.open(H5Aget_space(attribute.id), ""),
      H5Sget_simple_extent_npoints(space.id) == 1,
      let type = try? place.open(H5Aget_type(attribute.id), "")
    else { return nil }
    return unsafe try? place.text(of: type) { memory, buffer in
      unsafe H5Aread(attribute.id, memory, buffer)
    }
  }

  /// An attribute's numbers.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - path: The group or dataset that carries it.
  /// - Returns: The numbers; nil where there is no such attribute or it does not hold numbers.
  public func attributeNumbers(_ name: String, of path: String) -> [Double]? {
    let place = place(path)
    guard let attribute = try? openAttribute(name, of: path),
      let space = try? place.open(H5Aget_space(attribute.id), ""),
      let type = try? place.open(H5Aget_type(attribute.id), "")
    else { return nil }
    let kind = place.storageType(of: type)
    guard kind != .text, kind != .other, kind != .complex64, kind != .complex128 else { return nil }
    let count = Int(H5Sget_simple_extent_npoints(space.id))
    // An attribute is a remark, no array of data.
    guard (0...1 << 20).contains(count) else { return nil }
    var numbers = [Double](repeating: 0, count: count)
    let status = unsafe numbers.withUnsafeMutableBytes { bytes in
      unsafe H5Aread(attribute.id, chdf5_native_double(), bytes.baseAddress)
    }
    return status >= 0 ? numbers : nil
  }
}

extension StorageFile {
  private func openAttribute(_ name: String, of path: String) throws(StorageError) -> Handle {
    guard exists(path),
      unsafe H5Aexists_by_name(id, path, name, hid_t(H5P_DEFAULT)) > 0
    else {
      throw StorageError("there is no attribute \(name)", file: self.path, path: path)
    }
    return unsafe try place(path).open(
      H5Aopen_by_name(id, path, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)),
      "cannot read the attribute \(name)"
    )
  }

  private func makeAttribute(
    _ name: String,
    of path: String,
    type: borrowing Handle,
    shape: [Int]
  ) throws(StorageError) -> Handle {
    guard exists(path) else {
      throw StorageError("there is nothing to carry \(name)", file: self.path, path: path)
    }
    let place = place(path)
    if unsafe H5Aexists_by_name(id, path, name, hid_t(H5P_DEFAULT)) > 0 {
      unsafe try place.check(
        H5Adelete_by_name(id, path, name, hid_t(H5P_DEFAULT)),
        "cannot replace the attribute \(name)"
      )
    }
    let space = try place.space(shape)
    return unsafe try place.open(
      H5Acreate_by_name(
        id,
        path,
        name,
        type.id,
        space.id,
        hid_t(H5P_DEFAULT),
        hid_t(H5P_DEFAULT),
        hid_t(H5P_DEFAULT)
      ),
      "cannot write the attribute \(name)"
    )
  }

  private func setAttribute<Number: StorageElement>(
    _ name: String,
    of path: String,
    to numbers: [Number],
    shape: [Int]
  ) throws(StorageError) {
    let place = place(path)
    let type = try place.memoryType(Number.storageType)
    let attribute = try makeAttribute(name, of: path, type: type, shape: shape)
    let status = unsafe numbers.withUnsafeBytes { bytes in
      unsafe H5Awrite(attribute.id, type.id, bytes.baseAddress)
    }
    try place.check(status, "cannot write the attribute \(name)")
  }

  private func setAttribute(
    _ name: String,
    of path: String,
    to texts: [String],
    shape: [Int]
  ) throws(StorageError) {
    let place = place(path)
    let type = try place.textType(byteCount: nil)
    let attribute = try makeAttribute(name, of: path, type: type, shape: shape)
    // All texts one behind another, each with its closing zero, and a pointer to each start.
    var characters: [CChar] = []
    var starts: [Int] = []
    for text in texts {
      starts.append(characters.count)
      characters.append(contentsOf: text.utf8CString)
    }
    let status = unsafe characters.withUnsafeBufferPointer { buffer in
      let pointers = unsafe starts.map { start in
        unsafe buffer.baseAddress.map { unsafe $0 + start }
      }
      return unsafe H5Awrite(attribute.id, type.id, pointers)
    }
    try place.check(status, "cannot write the attribute \(name)")
  }
}
