// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Messages that nobody should believe.
///
/// Noise, numbers too large, nesting too deep, and pickles that ask for a function to be called.
/// The function is `posix.getpid`, so that a reader that falls for it comes to no harm.
struct HostileMessages: Sendable {
  private let dialect: StreamDialect

  init(_ dialect: StreamDialect) {
    self.dialect = dialect
  }

  /// The parts of one such message.
  func next(_ generator: inout SeededGenerator) -> [SharedBytes] {
    let choices =
      switch dialect {
      case .tiltfold: Self.cosmicstreams
      case .pystxmcontrol: Self.pickles
      case .fastccd: Self.frames
      }
    let choice = Int(generator.next() % UInt64(choices.count + 1))
    if choice < choices.count { return choices[choice].map { SharedBytes($0) } }
    let noise = (0..<997).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    return (dialect == .tiltfold ? [Array("frame".utf8)] : []).map { SharedBytes($0) }
      + [SharedBytes(noise)]
  }

  private static let nesting = [UInt8](repeating: UInt8(ascii: "["), count: 20_000)

  private static let cosmicstreams: [[[UInt8]]] = [
    [Array("frame".utf8)],
    [Array("frame".utf8), nesting, [1, 2, 3]],
    [Array("start".utf8), Array("{\"identifier\": \"\", \"energy_eV\": -1e400".utf8)],
    [
      Array("frame".utf8),
      Array(
        """
        {"identifier": "x", "index": 4294967296, "shape_y": 1000000000, "shape_x": 1000000000, \
        "dtype": "uint16"}
        """.utf8
      ),
      [0xFF, 0xDF],
    ],
    [Array("frame".utf8), Array("{}".utf8), [], []],
  ]

  private static let pickles: [[[UInt8]]] = [
    // posix.getpid()
    [Array("cposix\ngetpid\n(tR.".utf8)],
    [
      [0x80, 4, 0x8C, 5] + Array("posix".utf8) + [0x8C, 6] + Array("getpid".utf8) + [
        0x93, 0x29, 0x52, 0x2E,
      ]
    ],
    // A text of 2⁶² bytes, of which there is one.
    [[0x80, 4, 0x8D, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x41]],
    // Lists in lists.
    [[0x80, 4] + [UInt8](repeating: 0x5D, count: 20_000)],
    // Something that was never put by.
    [[0x80, 4, 0x6A, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E]],
    // An end with nothing before it.
    [[0x80, 4, 0x2E]],
    [Array("{\"event\": ".utf8) + nesting],
    [[]],
  ]

  private static let frames: [[[UInt8]]] = [
    [Array("12".utf8)],
    [Array("-1".utf8), [0xFF, 0xDF]],
    [Array("99999999999999999999999".utf8), [0xFF, 0xDF]],
    [Array("0x1F".utf8), []],
    [Array("rawframe".utf8), Array("7".utf8), [0xFF], [0xFF]],
    [[], []],
  ]
}
