// SPDX-License-Identifier: BSD-3-Clause

import Imaging

// What NumPy's own names stand for. Nothing is called: each name has its arguments checked and
// gives the value that NumPy would have made.
extension PickleReader {
  /// REDUCE: a name and a tuple of arguments become a value.
  mutating func reduce() throws(WireError) {
    let (arguments, callee) = (try pop(), try pop())
    guard case .tuple(let place) = tree.nodes[Int(arguments)],
      case .global(let global) = tree.nodes[Int(callee)]
    else {
      throw WireError("calls what is no name of NumPy")
    }
    let items = tree.containers[place]
    switch global {
    case .reconstruct:
      guard items.count == 3, case .global(.array) = tree.nodes[Int(items[0])] else {
        throw WireError("makes something else than a plain NumPy array")
      }
      try push(.blankArray)
    case .scalar:
      guard items.count == 2, case .elementType(let type) = tree.nodes[Int(items[0])] else {
        throw WireError("makes a number without a type")
      }
      try push(try scalar(type, items[1]))
    case .elementType:
      guard let name = items.first.flatMap({ tree.text($0) }) else {
        throw WireError("names a type by something else than a text")
      }
      try push(.elementType(try elementType(name)))
    case .fromBuffer:
      guard items.count == 4, case .elementType(let type) = tree.nodes[Int(items[1])],
        let order = tree.text(items[3])
      else {
        throw WireError("makes an array without a type")
      }
      try push(try array(type, shape: items[2], isColumnMajor: order == "F", bytes: items[0]))
    case .encode:
      guard items.count == 2, let encoding = tree.text(items[1]), encoding == "latin1" else {
        throw WireError("writes bytes in another way than latin1")
      }
      try push(try latin1(items[0]))
    case .noBytes:
      guard items.isEmpty else { throw WireError("makes bytes of a value") }
      try push(.bytes(offset: 0, count: 0))
    case .orderedDictionary:
      guard items.isEmpty else { throw WireError("fills an OrderedDict in an unknown way") }
      try push(.dictionary(container([])))
    case .array:
      throw WireError("makes an array in an unknown way")
    }
  }

  /// BUILD: a state is put into a value that was made before, wherever it stands.
  mutating func build() throws(WireError) {
    let state = try pop()
    guard let target = stack.last else { throw WireError("fills a value that is not there") }
    let items: [Int32]
    if case .tuple(let place) = tree.nodes[Int(state)] {
      items = tree.containers[place]
    } else {
      items = []
    }
    switch tree.nodes[Int(target)] {
    case .elementType(var type):
      guard items.count >= 5, let order = tree.text(items[1]) else {
        throw WireError("describes a type in an unknown way")
      }
      // A type with fields is none that is looked into.
      if case .none = tree.nodes[Int(items[3])] {} else { type.kind = UInt8(ascii: "V") }
      type.isBigEndian = order == ">"
      tree.nodes[Int(target)] = .elementType(type)
    case .blankArray:
      guard items.count == 5, case .elementType(let type) = tree.nodes[Int(items[2])],
        let isColumnMajor = tree.integer(items[3])
      else {
        throw WireError("fills an array in an unknown way")
      }
      tree.nodes[Int(target)] = try array(
        type,
        shape: items[1],
        isColumnMajor: isColumnMajor != 0,
        bytes: items[4]
      )
    default:
      throw WireError("fills what is neither an array nor a type")
    }
  }

  private func elementType(_ name: String) throws(WireError) -> NumPyType {
    let text = Array(name.utf8)
    guard let kind = text.first, text.count <= 12,
      let size = text.count == 1 ? 1 : Int(String(name.dropFirst())), size >= 0
    else {
      throw WireError("names a type \(quoted(name))", expected: "one such as u2")
    }
    return NumPyType(kind: kind, size: size)
  }

  private mutating func array(
    _ type: NumPyType,
    shape: Int32,
    isColumnMajor: Bool,
    bytes: Int32
  ) throws(WireError) -> ValueTree.Node {
    guard let bytes = tree.bytes(bytes), let size = type.byteCount else { return .opaque }
    let extents = (tree.items(shape) ?? []).map { tree.integer($0) ?? -1 }
    guard WireLimits.dimensions.contains(extents.count) else {
      throw WireError("an array has \(extents.count) dimensions", expected: "at most 8")
    }
    // An extent of 0 must not hide others that nothing can hold.
    var product = max(size, 1)
    for extent in extents {
      let (larger, overflows) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard extent >= 0, !overflows else {
        throw WireError("an array has the shape \(extents)", expected: "a shape")
      }
      product = larger
    }
    let expected = size == 0 || extents.contains(0) ? 0 : product
    guard bytes.count == expected else {
      throw WireError(
        "an array has \(bytes.count) bytes",
        expected: "\(expected) for \(extents) of \(type.name)"
      )
    }
    tree.arrays.append(
      NumPyArray(type: type, shape: extents, isColumnMajor: isColumnMajor, bytes: bytes)
    )
    return .array(tree.arrays.count - 1)
  }

  private mutating func scalar(
    _ type: NumPyType,
    _ node: Int32
  ) throws(WireError) -> ValueTree.Node {
    guard let bytes = tree.bytes(node), let size = type.byteCount else { return .opaque }
    guard bytes.count == size else {
      throw WireError("a number has \(bytes.count) bytes", expected: "\(size) for \(type.name)")
    }
    if type.kind == UInt8(ascii: "U") { return try characters(bytes, type.isBigEndian) }
    if type.kind == UInt8(ascii: "b") { return .flag(bytes.array()[0] != 0) }
    let value = NumPyArray(type: type, shape: [1], isColumnMajor: false, bytes: bytes)
    guard let number = value.numbers?.first else { return .opaque }
    if type.kind != UInt8(ascii: "f"), let integer = Int(exactly: number) {
      return .integer(integer)
    }
    return .number(number)
  }

  /// A text of NumPy: four bytes for each character, zeros behind.
  private mutating func characters(
    _ bytes: SharedBytes,
    _ isBigEndian: Bool
  ) throws(WireError) -> ValueTree.Node {
    try countCopy(bytes.count)
    let codes = bytes.elements(as: UInt32.self).map { isBigEndian ? $0.byteSwapped : $0 }
    var text = ""
    for code in codes where code != 0 {
      text.unicodeScalars.append(UnicodeScalar(code) ?? "\u{fffd}")
    }
    tree.strings.append(text)
    return .string(tree.strings.count - 1)
  }

  /// Bytes that protocol 2 writes as characters U+0000 to U+00FF, in UTF-8.
  private mutating func latin1(_ node: Int32) throws(WireError) -> ValueTree.Node {
    guard case .text(let offset, let count) = tree.nodes[Int(node)] else {
      throw WireError("writes bytes as something else than a text")
    }
    try countCopy(count)
    let text = tree.source.slice(offset..<offset + count)
    let result = text.withBytes { span -> [UInt8]? in
      var bytes: [UInt8] = []
      bytes.reserveCapacity(count)
      var i = 0
      while i < span.byteCount {
        let lead = span.byte(i)
        if lead < 0x80 {
          bytes.append(lead)
          i += 1
          continue
        }
        // C2 or C3 and one byte that follows: U+0080 to U+00FF.
        guard lead & 0xFE == 0xC2, i + 1 < span.byteCount, span.byte(i + 1) & 0xC0 == 0x80 else {
          return nil
        }
        bytes.append(lead << 6 | span.byte(i + 1) & 0x3F)
        i += 2
      }
      return bytes
    }
    guard let result else { throw WireError("bytes are not written in latin1") }
    tree.data.append(SharedBytes(result))
    return .data(tree.data.count - 1)
  }

  /// A few bytes may stand for many: what is copied is bounded as a whole.
  private mutating func countCopy(_ count: Int) throws(WireError) {
    copied += count
    guard copied <= Self.copyLimit else { throw WireError("holds too many bytes") }
  }
}
