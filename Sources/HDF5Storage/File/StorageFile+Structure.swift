// SPDX-License-Identifier: BSD-3-Clause

import CHDF5

extension StorageFile {
  /// Whether there is something at a path; a soft link that leads nowhere is nothing.
  ///
  /// - Parameter path: The path.
  /// - Returns: True where a group or dataset can be opened there.
  public func exists(_ path: String) -> Bool {
    chdf5_be_silent()
    guard path != "/" else { return true }
    var prefix = ""
    for name in path.split(separator: "/") {
      prefix += "/\(name)"
      guard unsafe H5Lexists(id, prefix, hid_t(H5P_DEFAULT)) > 0,
        unsafe H5Oexists_by_name(id, prefix, hid_t(H5P_DEFAULT)) > 0
      else {
        H5Eclear2(0)
        return false
      }
    }
    return true
  }

  /// The names in a group, sorted.
  ///
  /// - Parameter path: The group.
  /// - Returns: The names, without the group's own path.
  /// - Throws: `StorageError` where there is no such group.
  public func children(of path: String) throws(StorageError) -> [String] {
    guard exists(path) else {
      throw StorageError("there is no group", file: self.path, path: path)
    }
    let place = place(path)
    let group = unsafe try place.open(H5Gopen2(id, path, hid_t(H5P_DEFAULT)), "this is no group")
    var information = H5G_info_t()
    try place.check(unsafe H5Gget_info(group.id, &information), "cannot list")
    var names: [String] = []
    for index in 0..<information.nlinks {
      // Asked twice: for the length, then for the name.
      let length = try place.check(
        unsafe H5Lget_name_by_idx(
          group.id,
          ".",
          H5_INDEX_NAME,
          H5_ITER_INC,
          index,
          nil,
          0,
          hid_t(H5P_DEFAULT)
        ),
        "cannot list"
      )
      var name = [CChar](repeating: 0, count: length + 1)
      try place.check(
        unsafe H5Lget_name_by_idx(
          group.id,
          ".",
          H5_INDEX_NAME,
          H5_ITER_INC,
          index,
          &name,
          length + 1,
          hid_t(H5P_DEFAULT)
        ),
        "cannot list"
      )
      names.append(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return names
  }

  /// Makes a group, and those above it, unless it is there.
  ///
  /// - Parameter path: The group.
  /// - Throws: `StorageError` where a dataset stands in the way.
  public func makeGroup(_ path: String) throws(StorageError) {
    guard !exists(path) else { return }
    let place = place(path)
    let links = try place.open(H5Pcreate(chdf5_link_creation()), "cannot make the group")
    try place.check(H5Pset_create_intermediate_group(links.id, 1), "cannot make the group")
    let group = unsafe H5Gcreate2(id, path, links.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    _ = try place.open(group, "cannot make the group")
  }

  /// Makes a group of a NeXus class, or gives an existing group that class.
  ///
  /// - Parameters:
  ///   - path: The group.
  ///   - nexusClass: "NXentry", "NXdata", ...
  /// - Throws: `StorageError` where a dataset stands in the way.
  public func makeGroup(_ path: String, nexusClass: String) throws(StorageError) {
    try makeGroup(path)
    try setAttribute("NX_class", of: path, to: nexusClass)
  }

  /// Makes a soft link, replacing an older link or dataset of that name.
  ///
  /// - Parameters:
  ///   - path: Where the link stands.
  ///   - target: The path that it leads to; it need not exist yet.
  /// - Throws: `StorageError` where the link cannot be made.
  public func link(_ path: String, to target: String) throws(StorageError) {
    if unsafe H5Lexists(id, path, hid_t(H5P_DEFAULT)) > 0 { try remove(path) }
    let place = place(path)
    let links = try place.open(H5Pcreate(chdf5_link_creation()), "cannot make the link")
    try place.check(H5Pset_create_intermediate_group(links.id, 1), "cannot make the link")
    unsafe try place.check(
      H5Lcreate_soft(target, id, path, links.id, hid_t(H5P_DEFAULT)),
      "cannot make the link"
    )
  }

  /// Takes a link, dataset or group away.
  ///
  /// - Parameter path: What goes.
  /// - Throws: `StorageError` where there is nothing.
  public func remove(_ path: String) throws(StorageError) {
    unsafe try place(path).check(H5Ldelete(id, path, hid_t(H5P_DEFAULT)), "cannot remove")
  }
}
