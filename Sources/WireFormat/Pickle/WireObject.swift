// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
import Imaging

/// A value in a pickle or a JSON text, with the way that led to it for the words of errors.
struct WireObject {
  let tree: ValueTree
  let node: Int32
  /// "data.index"; empty for the whole.
  let path: String
  /// The message part.
  let part: Int

  /// The value of a key; nil where this is no dictionary, has no such key, or holds None there.
  subscript(key: String) -> WireObject? {
    guard case .dictionary(let place) = tree.nodes[Int(node)] else { return nil }
    let items = tree.containers[place]
    // A key that was set twice has its last value.
    for i in stride(from: items.count - 2, through: 0, by: -2)
    where tree.isText(items[i], key) {
      if case .none = tree.nodes[Int(items[i + 1])] { return nil }
      return child(items[i + 1], path.isEmpty ? key : "\(path).\(key)")
    }
    return nil
  }

  /// The keys of a dictionary that are texts, at most 64.
  var keys: [String] {
    guard case .dictionary(let place) = tree.nodes[Int(node)] else { return [] }
    let items = tree.containers[place]
    return stride(from: 0, to: min(items.count, 128), by: 2).compactMap { tree.text(items[$0]) }
  }

  /// Whether this is a dictionary.
  var isDictionary: Bool {
    if case .dictionary = tree.nodes[Int(node)] { true } else { false }
  }

  /// The items of a list or a tuple.
  var items: [WireObject]? {
    tree.items(node)?.enumerated().map { child($1, "\(path)[\($0)]") }
  }

  /// The array.
  var array: NumPyArray? {
    if case .array(let place) = tree.nodes[Int(node)] { tree.arrays[place] } else { nil }
  }

  /// The number; an array of one number is one, too.
  var number: Double? { tree.number(node) }

  /// The whole number.
  var integer: Int? {
    if case .array = tree.nodes[Int(node)] { return number.flatMap { Int(exactly: $0) } }
    return tree.integer(node)
  }

  /// The text.
  var text: String? { tree.text(node) }

  private func child(_ node: Int32, _ path: String) -> WireObject {
    WireObject(tree: tree, node: node, path: path, part: part)
  }

  // MARK: - Checked values

  /// An error about this value.
  func error(_ problem: String, expected: String? = nil) -> WireError {
    WireError(problem, part: part, key: path.isEmpty ? nil : path, expected: expected)
  }

  /// A number at a key, where there is one.
  func number(_ key: String, in range: ClosedRange<Double>) throws(WireError) -> Double? {
    guard let value = self[key] else { return nil }
    guard let number = value.number else {
      throw value.error("has the wrong type", expected: "a number")
    }
    return try checked(number, value.path, in: range, part: part) as Double
  }

  /// A whole number at a key, where there is one.
  func integer(_ key: String, in range: ClosedRange<Int>) throws(WireError) -> Int? {
    guard let value = self[key] else { return nil }
    guard let integer = value.integer else {
      throw value.error("has the wrong type", expected: "a whole number")
    }
    return try checked(integer, value.path, in: range, part: part) as Int
  }

  /// A name at a key, where there is one: printable and not long; a whole number is one, too.
  func name(_ key: String) throws(WireError) -> String? {
    guard let value = self[key] else { return nil }
    if case .integer(let integer) = tree.nodes[Int(value.node)] { return "\(integer)" }
    guard let text = value.text else {
      throw value.error("has the wrong type", expected: "a text")
    }
    let isPrintable = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard !text.isEmpty, text.utf8.count <= WireLimits.identifierBytes, isPrintable else {
      throw value.error(
        "is \(quoted(text))",
        expected: "1 to \(WireLimits.identifierBytes) printable bytes"
      )
    }
    return text
  }

  /// Whether something is said to be so at a key: true, or a number that is not zero.
  func flag(_ key: String) -> Bool {
    self[key].flatMap { $0.integer.map { $0 != 0 } } ?? false
  }

  /// Pairs of numbers at a key: a list of pairs, or an array [n, 2].
  func pairs(
    _ key: String,
    in range: ClosedRange<Double>
  ) throws(WireError) -> [(Double, Double)]? {
    guard let value = self[key] else { return nil }
    if let array = value.array {
      guard array.shape.count == 2, 2...3 ~= array.shape[1], let numbers = array.numbers else {
        throw value.error("has the shape \(array.shape)", expected: "[points, 2]")
      }
      let width = array.shape[1]
      return try value.checkedPairs(
        stride(from: 0, to: numbers.count, by: width).map { (numbers[$0], numbers[$0 + 1]) },
        range
      )
    }
    guard let rows = tree.items(value.node) else {
      throw value.error("has the wrong type", expected: "a list of pairs")
    }
    guard rows.count <= WireLimits.rows else {
      throw value.error("has \(rows.count) entries", expected: "at most \(WireLimits.rows)")
    }
    var pairs: [(Double, Double)] = []
    pairs.reserveCapacity(rows.count)
    for (i, row) in rows.enumerated() {
      if let items = tree.items(row), 2...3 ~= items.count, let first = tree.number(items[0]),
        let second = tree.number(items[1])
      {
        pairs.append((first, second))
      } else if case .array(let place) = tree.nodes[Int(row)],
        tree.arrays[place].shape.count == 1, 2...3 ~= tree.arrays[place].shape[0],
        let pair = tree.arrays[place].numbers
      {
        pairs.append((pair[0], pair[1]))
      } else {
        throw child(row, "\(value.path)[\(i)]")
          .error("is not a pair of numbers", expected: "two numbers")
      }
    }
    return try value.checkedPairs(pairs, range)
  }

  private func checkedPairs(
    _ pairs: [(Double, Double)],
    _ range: ClosedRange<Double>
  ) throws(WireError) -> [(Double, Double)] {
    for (i, pair) in pairs.enumerated()
    where !range.contains(pair.0) || !range.contains(pair.1) {
      _ = try checked(pair.0, "\(path)[\(i)][0]", in: range, part: part) as Double
      _ = try checked(pair.1, "\(path)[\(i)][1]", in: range, part: part) as Double
    }
    return pairs
  }
}

// MARK: - From JSON

extension WireObject {
  /// Reads a JSON text.
  static func read(json parts: [SharedBytes], part: Int) throws(WireError) -> WireObject {
    let value = try JSONPart.decode(
      JSONValue.self,
      from: parts,
      part: part,
      maximumBytes: WireLimits.startBytes
    )
    var tree = ValueTree(source: parts[part])
    let root = value.add(to: &tree)
    return WireObject(tree: tree, node: root, path: "", part: part)
  }
}

/// Any JSON value; no deeper than the JSON reader allows.
private enum JSONValue: Decodable {
  case none
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case dictionary([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .none
    } else if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let integer = try? container.decode(Int.self) {
      self = .integer(integer)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let list = try? container.decode([JSONValue].self) {
      self = .list(list)
    } else {
      self = .dictionary(try container.decode([String: JSONValue].self))
    }
  }

  func add(to tree: inout ValueTree) -> Int32 {
    let node: ValueTree.Node
    switch self {
    case .none: node = .none
    case .flag(let value): node = .flag(value)
    case .integer(let value): node = .integer(value)
    case .number(let value): node = .number(value)
    case .text(let value):
      tree.strings.append(value)
      node = .string(tree.strings.count - 1)
    case .list(let values):
      let items = values.map { $0.add(to: &tree) }
      tree.containers.append(items)
      node = .list(tree.containers.count - 1)
    case .dictionary(let values):
      var items: [Int32] = []
      for (key, value) in values.sorted(by: { $0.key < $1.key }) {
        tree.strings.append(key)
        tree.nodes.append(.string(tree.strings.count - 1))
        items.append(Int32(tree.nodes.count - 1))
        items.append(value.add(to: &tree))
      }
      tree.containers.append(items)
      node = .dictionary(tree.containers.count - 1)
    }
    tree.nodes.append(node)
    return Int32(tree.nodes.count - 1)
  }
}
