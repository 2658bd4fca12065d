// SPDX-License-Identifier: BSD-3-Clause

import CHDF5
import Glibc

/// An array as it stands in a file: its extents and its elements, last index fastest.
public struct StoredArray<Element: StorageElement>: Sendable {
  /// The extents; empty for a single value.
  public var shape: [Int]
  /// The elements, last index fastest.
  public var values: [Element]
}

/// How a dataset is laid out in the file.
public struct DatasetLayout: Sendable, Hashable {
  /// The extents of a chunk; nil stores the array in one piece.
  public var chunk: [Int]?
  /// The deflate level, 1 to 9, which needs a chunk; nil does not compress.
  public var deflate: Int?

  /// Makes a layout: in one piece, chunked, or chunked and compressed.
  public init(chunk: [Int]? = nil, deflate: Int? = nil) {
    self.chunk = chunk
    self.deflate = deflate
  }
}

/// What a dataset is, without its elements.
public struct DatasetSummary: Sendable, Hashable {
  /// The extents; empty for a single value.
  public var shape: [Int]
  /// What the elements are.
  public var type: StorageType
}

extension StorageFile {
  /// Writes an array as a new dataset.
  ///
  /// - Parameters:
  ///   - values: The elements, last index fastest.
  ///   - shape: The extents; their product is the number of elements. Empty for one value.
  ///   - path: Where the dataset goes.
  ///   - unit: The unit, as the attribute `units`; "1" for a number without one.
  ///   - layout: In one piece, chunked, or compressed.
  /// - Throws: `StorageError` where something stands at `path` already or the disk is full.
  public func write<Element: StorageElement>(
    _ values: [Element],
    shape: [Int],
    at path: String,
    unit: String? = nil,
    layout: DatasetLayout = DatasetLayout()
  ) throws(StorageError) {
    precondition(values.count == shape.reduce(1, *), "elements do not match the shape \(shape)")
    let place = place(path)
    let type = try place.memoryType(Element.storageType)
    let space = try place.space(shape)
    let dataset = try create(path, type: type, space: space, layout: layout)
    if !values.isEmpty {
      let status = unsafe values.withUnsafeBytes { bytes in
        unsafe H5Dwrite(dataset.id, type.id, 0, 0, hid_t(H5P_DEFAULT), bytes.baseAddress)
      }
      try place.check(status, "cannot write")
    }
    if let unit { try setAttribute("units", of: path, to: unit) }
  }

  /// Writes a single value as a new dataset without extents.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - path: Where the dataset goes.
  ///   - unit: The unit, as the attribute `units`.
  /// - Throws: `StorageError` where something stands at `path` already or the disk is full.
  public func write<Element: StorageElement>(
    value: Element,
    at path: String,
    unit: String? = nil
  ) throws(StorageError) {
    try write([value], shape: [], at: path, unit: unit)
  }

  /// Reads a whole dataset, its numbers turned into `Element` by HDF5.
  ///
  /// - Parameters:
  ///   - type: The element wanted; wider, narrower, integer or floating as the reader likes.
  ///   - path: Where the dataset is; soft links are followed.
  /// - Returns: The extents and the elements.
  /// - Throws: `StorageError` where there is no such dataset or it does not hold numbers.
  public func read<Element: StorageElement>(
    _ type: Element.Type = Element.self,
    at path: String
  ) throws(StorageError) -> StoredArray<Element> {
    let dataset = try openDataset(path)
    let shape = try place(path).shape(of: dataset)
    return try read(dataset, at: path, shape: shape, selection: nil)
  }

  /// Reads a run of a dataset's leading index: some frames of a stack.
  ///
  /// - Parameters:
  ///   - type: The element wanted.
  ///   - path: Where the dataset is.
  ///   - leading: The leading indices wanted.
  /// - Returns: The extents, `leading.count` first, and the elements.
  /// - Throws: `StorageError` where there is no such dataset or it has fewer leading indices.
  public func read<Element: StorageElement>(
    _ type: Element.Type = Element.self,
    at path: String,
    leading: Range<Int>
  ) throws(StorageError) -> StoredArray<Element> {
    let dataset = try openDataset(path)
    var shape = try place(path).shape(of: dataset)
    guard let count = shape.first, leading.lowerBound >= 0, leading.upperBound <= count else {
      throw StorageError("there are no entries \(leading)", file: self.path, path: path)
    }
    shape[0] = leading.count
    return try read(dataset, at: path, shape: shape, selection: leading.lowerBound)
  }

  /// Reads a dataset of one element.
  ///
  /// - Parameters:
  ///   - type: The element wanted.
  ///   - path: Where the dataset is.
  /// - Returns: Its element.
  /// - Throws: `StorageError` where there is no such dataset or it has more or fewer elements.
  public func readValue<Element: StorageElement>(
    _ type: Element.Type = Element.self,
    at path: String
  ) throws(StorageError) -> Element {
    let array = try read(type, at: path)
    guard array.values.count == 1 else {
      throw StorageError(
        "one value was expected, there are \(array.values.count)",
        file: self.path,
        path: path
      )
    }
    return array.values[0]
  }

  /// What a dataset is.
  ///
  /// - Parameter path: Where the dataset is.
  /// - Returns: Its extents and element type.
  /// - Throws: `StorageError` where there is no such dataset.
  public func summary(of path: String) throws(StorageError) -> DatasetSummary {
    let dataset = try openDataset(path)
    let place = place(path)
    let type = try place.open(H5Dget_type(dataset.id), "cannot read the element type")
    return DatasetSummary(
      shape: try place.shape(of: dataset),
      type: place.storageType(of: type)
    )
  }
}

extension StorageFile {
  func openDataset(_ path: String) throws(StorageError) -> Handle {
    guard exists(path) else {
      throw StorageError("there is no dataset", file: self.path, path: path)
    }
    let place = place(path)
    return unsafe try place.open(H5Dopen2(id, path, hid_t(H5P_DEFAULT)), "this is no dataset")
  }

  func create(
    _ path: String,
    type: borrowing Handle,
    space: borrowing Handle,
    layout: DatasetLayout = DatasetLayout()
  ) throws(StorageError) -> Handle {
    let place = place(path)
    guard !exists(path) else {
      throw StorageError("there is something already", file: self.path, path: path)
    }
    let links = try place.open(H5Pcreate(chdf5_link_creation()), "cannot write")
    try place.check(H5Pset_create_intermediate_group(links.id, 1), "cannot write")
    let creation = try place.open(H5Pcreate(chdf5_dataset_creation()), "cannot write")
    if let chunk = layout.chunk {
      let extents = chunk.map { hsize_t(max($0, 1)) }
      try place.check(
        unsafe H5Pset_chunk(creation.id, Int32(extents.count), extents),
        "cannot set the chunk"
      )
      if let level = layout.deflate {
        try place.check(H5Pset_shuffle(creation.id), "cannot compress")
        try place.check(H5Pset_deflate(creation.id, UInt32(level)), "cannot compress")
      }
    }
    return unsafe try place.open(
      H5Dcreate2(id, path, type.id, space.id, links.id, creation.id, hid_t(H5P_DEFAULT)),
      "cannot make the dataset"
    )
  }

  private func read<Element: StorageElement>(
    _ dataset: borrowing Handle,
    at path: String,
    shape: [Int],
    selection: Int?
  ) throws(StorageError) -> StoredArray<Element> {
    let place = place(path)
    let stored = try place.open(H5Dget_type(dataset.id), "cannot read the element type")
    let kind = place.storageType(of: stored)
    guard kind != .text, kind != .other else {
      throw StorageError("numbers were expected", file: self.path, path: path)
    }
    let memory = try place.memoryType(Element.storageType, reading: stored)
    let count = try place.elementCount(of: shape, size: MemoryLayout<Element>.stride)
    guard count > 0 else { return StoredArray(shape: shape, values: []) }
    let memorySpace = try place.space(shape)
    let fileSpace = try place.open(H5Dget_space(dataset.id), "cannot read the extents")
    if let selection {
      let start = [hsize_t(selection)] + shape.dropFirst().map { _ in hsize_t(0) }
      let extents = shape.map { hsize_t($0) }
      try place.check(
        unsafe H5Sselect_hyperslab(fileSpace.id, H5S_SELECT_SET, start, nil, extents, nil),
        "cannot select the entries"
      )
    }
    var values = [Element](repeating: .empty, count: count)
    let status = unsafe values.withUnsafeMutableBytes { bytes in
      unsafe H5Dread(
        dataset.id,
        memory.id,
        memorySpace.id,
        fileSpace.id,
        hid_t(H5P_DEFAULT),
        bytes.baseAddress
      )
    }
    try place.check(status, "cannot read")
    return StoredArray(shape: shape, values: values)
  }
}

extension Place {
  /// A data space of these extents; without extents, of a single value.
  func space(_ shape: [Int], upTo limits: [hsize_t]? = nil) throws(StorageError) -> Handle {
    guard !shape.isEmpty else { return try open(H5Screate(H5S_SCALAR), "cannot write") }
    let extents = shape.map { hsize_t($0) }
    let id = unsafe H5Screate_simple(Int32(extents.count), extents, limits ?? extents)
    return try open(id, "cannot make an array of \(shape)")
  }

  /// A dataset's extents.
  func shape(of dataset: borrowing Handle) throws(StorageError) -> [Int] {
    try shape(ofDataset: dataset.id)
  }

  /// The extents of a dataset that is open; empty for a single value.
  func shape(ofDataset id: hid_t) throws(StorageError) -> [Int] {
    let space = try open(H5Dget_space(id), "cannot read the extents")
    let rank = try check(H5Sget_simple_extent_ndims(space.id), "cannot read the extents")
    guard rank > 0 else { return [] }
    var extents = [hsize_t](repeating: 0, count: Int(rank))
    try check(
      unsafe H5Sget_simple_extent_dims(space.id, &extents, nil),
      "cannot read the extents"
    )
    let shape = extents.compactMap { Int(exactly: $0) }
    guard shape.count == extents.count else {
      throw error("no array is as large as \(extents)")
    }
    return shape
  }

  /// The number of elements of an array that is to be read into memory.
  ///
  /// A file may state any extents without having the elements.
  ///
  /// - Parameters:
  ///   - shape: The extents.
  ///   - size: Bytes for each element in memory.
  /// - Returns: Their product.
  /// - Throws: `StorageError` where that is more than this machine's memory holds.
  func elementCount(of shape: [Int], size: Int) throws(StorageError) -> Int {
    guard !shape.contains(0) else { return 0 }
    var bytes = size
    for extent in shape {
      let (product, isTooLarge) = bytes.multipliedReportingOverflow(by: extent)
      guard !isTooLarge, product <= Self.memory else {
        throw error("an array of \(shape) is larger than this machine's memory")
      }
      bytes = product
    }
    return bytes / size
  }

  /// The memory of the machine, bytes.
  private static let memory = max(1, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
}
