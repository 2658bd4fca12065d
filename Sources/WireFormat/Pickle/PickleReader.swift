// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Reads Python pickles of protocols 2 to 5 without running anything.
///
/// A small stack machine that knows plain values and NumPy arrays; every name and operation besides
/// is refused by its name. Pixels stay where the message has them. Values, marks, memo and copied
/// bytes are bounded, and nothing recurses.
struct PickleReader {
  /// Values of one message: some 600 000 positions with all that goes with them.
  static let valueLimit = 1 << 21
  /// Opened and not closed lists, tuples and dictionaries.
  static let markLimit = 1000
  /// Bytes of a message.
  static let byteLimit = 64 << 20
  /// Bytes that had to be copied: those that protocol 2 writes as texts.
  static let copyLimit = 64 << 20

  var tree: ValueTree
  var stack: [Int32] = []
  var copied = 0
  private var position = 0
  private var marks: [Int] = []
  private var memo: [Int: Int32] = [:]

  private init(_ source: SharedBytes) { tree = ValueTree(source: source) }

  /// Reads a pickle.
  ///
  /// - Parameters:
  ///   - bytes: The whole message part.
  ///   - part: The part's number, for errors.
  /// - Returns: Its value.
  /// - Throws: `WireError` that says what is not allowed or damaged, and at which byte.
  static func read(_ bytes: SharedBytes, part: Int = 0) throws(WireError) -> WireObject {
    guard bytes.count <= byteLimit else {
      throw WireError("has \(bytes.count) bytes", part: part, expected: "at most \(byteLimit)")
    }
    var reader = PickleReader(bytes)
    do throws(WireError) {
      let root = try bytes.withBytes { (span: RawSpan) throws(WireError) in try reader.run(span) }
      return WireObject(tree: reader.tree, node: root, path: "", part: part)
    } catch {
      var error = error
      error.part = part
      error.problem += " (byte \(reader.position))"
      throw error
    }
  }

  // MARK: - The machine

  private mutating func run(_ span: RawSpan) throws(WireError) -> Int32 {
    guard span.byteCount >= 2, span.byte(0) == 0x80 else {
      throw WireError("does not begin as a pickle of protocol 2 to 5")
    }
    guard (2...5).contains(span.byte(1)) else {
      throw WireError("is a pickle of protocol \(span.byte(1))", expected: "2 to 5")
    }
    position = 2
    while true {
      let code = UInt8(try number(span, 1))
      if code == UInt8(ascii: ".") { break }
      try step(code, span)
    }
    guard stack.count == 1, marks.isEmpty, position == span.byteCount else {
      throw WireError("the pickle does not end where its value does")
    }
    return stack[0]
  }

  private mutating func step(_ code: UInt8, _ span: RawSpan) throws(WireError) {
    switch code {
    case 0x80: _ = try number(span, 1)
    case 0x95: try skipFrame(span)
    case UInt8(ascii: "("):
      guard marks.count < Self.markLimit else {
        throw WireError("is nested too deep", expected: "at most \(Self.markLimit) levels")
      }
      marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    // Plain values.
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.flag(true))
    case 0x89: try push(.flag(false))
    case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try number(span, 4)))))
    case UInt8(ascii: "K"): try push(.integer(try number(span, 1)))
    case UInt8(ascii: "M"): try push(.integer(try number(span, 2)))
    case 0x8a: try pushLong(span, count: try number(span, 1))
    case 0x8b: try pushLong(span, count: try number(span, 4))
    case UInt8(ascii: "G"):
      let bits = UInt64(bitPattern: Int64(try number(span, 8))).byteSwapped
      try push(.number(Double(bitPattern: bits)))
    case 0x8c: try pushText(span, countBytes: 1)
    case UInt8(ascii: "X"): try pushText(span, countBytes: 4)
    case 0x8d: try pushText(span, countBytes: 8)
    case UInt8(ascii: "C"): try pushBytes(span, countBytes: 1)
    case UInt8(ascii: "B"): try pushBytes(span, countBytes: 4)
    case 0x8e, 0x96: try pushBytes(span, countBytes: 8)
    // Containers.
    case UInt8(ascii: "]"): try push(.list(container([])))
    case UInt8(ascii: "}"): try push(.dictionary(container([])))
    case UInt8(ascii: ")"): try push(.tuple(container([])))
    case UInt8(ascii: "t"): try push(.tuple(container(try popToMark())))
    case 0x85: try pushTuple(1)
    case 0x86: try pushTuple(2)
    case 0x87: try pushTuple(3)
    case UInt8(ascii: "a"): try append([try pop()])
    case UInt8(ascii: "e"): try append(try popToMark())
    case UInt8(ascii: "s"):
      let value = try pop()
      try setItems([try pop(), value])
    case UInt8(ascii: "u"): try setItems(try popToMark())
    // The memo.
    case 0x94: try memorize(memo.count)
    case UInt8(ascii: "q"): try memorize(try number(span, 1))
    case UInt8(ascii: "r"): try memorize(try number(span, 4))
    case UInt8(ascii: "h"): try recall(try number(span, 1))
    case UInt8(ascii: "j"): try recall(try number(span, 4))
    // Names.
    case UInt8(ascii: "c"):
      let module = try line(span)
      try push(.global(try PickleGlobal(module: module, name: try line(span))))
    case 0x93:
      let (name, module) = (try pop(), try pop())
      guard let name = tree.text(name), let module = tree.text(module) else {
        throw WireError("calls on something that has no name")
      }
      try push(.global(try PickleGlobal(module: module, name: name)))
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"): try build()
    default:
      let name = Self.refused[code].map { ", \($0)" } ?? ""
      throw WireError("uses operation 0x\(String(code, radix: 16))\(name), which is refused")
    }
  }

  /// Operations that make, find or run something.
  private static let refused: [UInt8: String] = [
    UInt8(ascii: "i"): "INST", UInt8(ascii: "o"): "OBJ", 0x81: "NEWOBJ", 0x92: "NEWOBJ_EX",
    UInt8(ascii: "P"): "PERSID", UInt8(ascii: "Q"): "BINPERSID", 0x82: "EXT1", 0x83: "EXT2",
    0x84: "EXT4", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER", 0x8f: "EMPTY_SET",
    0x91: "FROZENSET",
  ]

  // MARK: - Reading

  /// A little-endian number of 1 to 8 bytes.
  private mutating func number(_ span: RawSpan, _ count: Int) throws(WireError) -> Int {
    guard count <= span.byteCount - position else { throw Self.ends }
    var value: UInt64 = 0
    for i in 0..<count { value |= UInt64(span.byte(position + i)) << UInt64(8 * i) }
    position += count
    return Int(bitPattern: UInt(value))
  }

  /// Passes over so many bytes and says where they began.
  private mutating func skip(_ count: Int, _ span: RawSpan) throws(WireError) -> Int {
    guard count >= 0, count <= span.byteCount - position else { throw Self.ends }
    defer { position += count }
    return position
  }

  private mutating func skipFrame(_ span: RawSpan) throws(WireError) {
    let count = try number(span, 8)
    guard count >= 0, count <= span.byteCount - position else { throw Self.ends }
  }

  private static let ends = WireError("the pickle ends too early")

  private mutating func pushText(_ span: RawSpan, countBytes: Int) throws(WireError) {
    let count = try number(span, countBytes)
    try push(.text(offset: try skip(count, span), count: count))
  }

  private mutating func pushBytes(_ span: RawSpan, countBytes: Int) throws(WireError) {
    let count = try number(span, countBytes)
    try push(.bytes(offset: try skip(count, span), count: count))
  }

  /// A two's complement number of any length.
  private mutating func pushLong(_ span: RawSpan, count: Int) throws(WireError) {
    let start = try skip(count, span)
    guard count <= 8 else { return try push(.hugeInteger) }
    var value: Int64 = count > 0 && span.byte(start + count - 1) >= 0x80 ? -1 : 0
    for i in (0..<count).reversed() { value = value << 8 | Int64(span.byte(start + i)) }
    try push(.integer(Int(value)))
  }

  /// A name that ends with its line.
  private mutating func line(_ span: RawSpan) throws(WireError) -> String {
    var text: [UInt8] = []
    while true {
      let byte = UInt8(try number(span, 1))
      if byte == UInt8(ascii: "\n") { return String(decoding: text, as: UTF8.self) }
      guard text.count < 256 else { throw WireError("a name has no end") }
      text.append(byte)
    }
  }

  // MARK: - Stack and memo

  mutating func push(_ node: ValueTree.Node) throws(WireError) {
    guard tree.nodes.count < Self.valueLimit else {
      throw WireError("holds too many values", expected: "at most \(Self.valueLimit)")
    }
    tree.nodes.append(node)
    try pushAgain(Int32(tree.nodes.count - 1))
  }

  private mutating func pushAgain(_ node: Int32) throws(WireError) {
    guard stack.count < Self.valueLimit else {
      throw WireError("holds too many values", expected: "at most \(Self.valueLimit)")
    }
    stack.append(node)
  }

  mutating func pop() throws(WireError) -> Int32 {
    guard stack.count > marks.last ?? 0 else { throw WireError("takes a value that is not there") }
    return stack.removeLast()
  }

  private mutating func popToMark() throws(WireError) -> [Int32] {
    guard let mark = marks.popLast() else { throw WireError("closes what was not opened") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pushTuple(_ count: Int) throws(WireError) {
    var items: [Int32] = []
    for _ in 0..<count { items.append(try pop()) }
    try push(.tuple(container(items.reversed())))
  }

  private mutating func memorize(_ key: Int) throws(WireError) {
    guard stack.count > marks.last ?? 0, let top = stack.last else {
      throw WireError("remembers a value that is not there")
    }
    guard memo.count < Self.valueLimit else { throw WireError("remembers too many values") }
    memo[key] = top
  }

  private mutating func recall(_ key: Int) throws(WireError) {
    guard let node = memo[key] else { throw WireError("recalls a value that is not there") }
    try pushAgain(node)
  }

  // MARK: - Containers

  mutating func container(_ items: [Int32]) -> Int {
    tree.containers.append(items)
    return tree.containers.count - 1
  }

  private mutating func append(_ items: [Int32]) throws(WireError) {
    guard stack.count > marks.last ?? 0, let top = stack.last,
      case .list(let place) = tree.nodes[Int(top)]
    else {
      throw WireError("appends to what is not a list")
    }
    tree.containers[place] += items
  }

  private mutating func setItems(_ items: [Int32]) throws(WireError) {
    guard stack.count > marks.last ?? 0, let top = stack.last,
      case .dictionary(let place) = tree.nodes[Int(top)], items.count.isMultiple(of: 2)
    else {
      throw WireError("sets a key of what is not a dictionary")
    }
    tree.containers[place] += items
  }
}

extension RawSpan {
  /// One byte; any bits are one.
  @inline(always)
  func byte(_ i: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: i, as: UInt8.self) }
}
