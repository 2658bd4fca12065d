// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Pickles of protocol 4 as Python writes them, for streams that tests make up.
indirect enum TestPickle {
  case none
  case integer(Int)
  case number(Double)
  case text(String)
  case list([TestPickle])
  case dictionary([(String, TestPickle)])
  /// A NumPy array of uint16.
  case words([Int], [UInt16])

  /// A whole message.
  var message: [SharedBytes] { [SharedBytes([0x80, 4] + body + [0x2e])] }

  private var body: [UInt8] {
    switch self {
    case .none: [0x4e]
    case .integer(let value):
      [0x8a, 8] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    case .number(let value):
      [0x47] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    case .text(let text): [0x58] + Self.count(text.utf8.count) + Array(text.utf8)
    case .list(let items): [0x5d, 0x28] + items.flatMap(\.body) + [0x65]
    case .dictionary(let items):
      [0x7d, 0x28] + items.flatMap { TestPickle.text($0.0).body + $0.1.body } + [0x75]
    case .words(let shape, let words):
      Self.global("numpy.core.multiarray", "_reconstruct") + Self.global("numpy", "ndarray")
        + [0x4b, 0, 0x85, 0x43, 1, 0x62, 0x87, 0x52, 0x28, 0x4b, 1]
        + [0x28] + shape.flatMap { TestPickle.integer($0).body } + [0x74]
        + Self.global("numpy", "dtype") + TestPickle.text("u2").body + [0x89, 0x88, 0x87, 0x52]
        + [0x28, 0x4b, 3] + TestPickle.text("<").body + [0x4e, 0x4e, 0x4e]
        + [0x4b, 0, 0x4b, 0, 0x4b, 0, 0x74, 0x62]
        + [0x89, 0x42] + Self.count(2 * words.count)
        + words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] } + [0x74, 0x62]
    }
  }

  /// The reference to a name.
  static func global(_ module: String, _ name: String) -> [UInt8] {
    TestPickle.text(module).body + TestPickle.text(name).body + [0x93]
  }

  private static func count(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// An event.
  static func event(_ name: String, _ data: [(String, TestPickle)]?) -> [SharedBytes] {
    dictionary([("event", .text(name)), ("data", data.map(dictionary) ?? .none)]).message
  }

  /// A frame event of 2 x 2 words, of two numbers that tell frames apart.
  static func frame(
    _ index: Int,
    mode: String = "exp",
    energy: Double = 708.2,
    more: [(String, TestPickle)] = [],
    pixels: Bool = true
  ) -> [SharedBytes] {
    let fields: [(String, TestPickle)] = [
      ("ccd_mode", .text(mode)), ("index", .integer(index)), ("dwell", .number(200)),
      ("xPos", .number(mode == "dark" ? 7 : 400 + 0.07 * Double(index))), ("yPos", .number(-20)),
      ("energy", .number(energy)),
    ]
    let words: [(String, TestPickle)] =
      pixels ? [("ccd_frame", .words([2, 2], [1, 2, 3, UInt16(index)]))] : []
    return event("frame", fields + words + more)
  }
}
