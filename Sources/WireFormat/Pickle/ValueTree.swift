// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// What a pickle or a JSON text holds: nodes that name one another by number.
///
/// Nodes may be shared and may even lead back to themselves; nobody walks the whole tree, and
/// nothing recurses into it.
struct ValueTree {
  enum Node {
    case none
    case flag(Bool)
    case integer(Int)
    /// A whole number beyond 64 bits.
    case hugeInteger
    case number(Double)
    /// A text where it stands in the message.
    case text(offset: Int, count: Int)
    /// A text of its own: a place in `strings`.
    case string(Int)
    /// Bytes where they stand in the message.
    case bytes(offset: Int, count: Int)
    /// Bytes of their own: a place in `data`.
    case data(Int)
    /// Places in `containers`; a dictionary's keys and values take turns.
    case list(Int), tuple(Int), dictionary(Int)
    /// A place in `arrays`.
    case array(Int)
    /// An array that is to be filled.
    case blankArray
    /// An array or a number of a type that nobody looks into.
    case opaque
    case elementType(NumPyType)
    case global(PickleGlobal)
  }

  /// The message part.
  var source: SharedBytes
  var nodes: [Node] = []
  var containers: [[Int32]] = []
  var strings: [String] = []
  var data: [SharedBytes] = []
  var arrays: [NumPyArray] = []

  init(source: SharedBytes) { self.source = source }

  /// A node's bytes, uncopied; nil where it is not bytes.
  func bytes(_ node: Int32) -> SharedBytes? {
    switch nodes[Int(node)] {
    case .bytes(let offset, let count): source.slice(offset..<offset + count)
    case .data(let place): data[place]
    default: nil
    }
  }

  /// A node's text; nil where it is none, or not UTF-8.
  func text(_ node: Int32) -> String? {
    switch nodes[Int(node)] {
    case .text(let offset, let count):
      String(validating: source.slice(offset..<offset + count).array(), as: UTF8.self)
    case .string(let place): strings[place]
    default: nil
    }
  }

  /// Whether a node is this text.
  func isText(_ node: Int32, _ key: String) -> Bool {
    switch nodes[Int(node)] {
    case .text(let offset, let count):
      count == key.utf8.count
        && source.withBytes { span in
          key.utf8.enumerated().allSatisfy { span.byte(offset + $0.offset) == $0.element }
        }
    case .string(let place): strings[place] == key
    default: false
    }
  }

  /// The items of a list or a tuple.
  func items(_ node: Int32) -> [Int32]? {
    switch nodes[Int(node)] {
    case .list(let place), .tuple(let place): containers[place]
    default: nil
    }
  }

  /// The number of a node; an array of one number is one, too.
  func number(_ node: Int32) -> Double? {
    switch nodes[Int(node)] {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .array(let place) where arrays[place].shape.allSatisfy({ $0 == 1 }):
      arrays[place].numbers?.first
    default: nil
    }
  }

  /// The whole number of a node.
  func integer(_ node: Int32) -> Int? {
    switch nodes[Int(node)] {
    case .integer(let value): value
    case .flag(let value): value ? 1 : 0
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }
}
