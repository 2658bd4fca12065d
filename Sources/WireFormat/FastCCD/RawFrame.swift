// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A message of the frame server: a frame number in ASCII, and the words as the camera read them.
struct RawFrame {
  /// The number, as far as the camera counts: 0 to 65535.
  var number: UInt16
  /// The extent of the assembled raw picture.
  var shape: Shape2D
  /// Words, little-endian, [clock, channel].
  var words: SharedBytes

  /// Reads `[number, words]`, or the older `["rawframe", number, words]`.
  init(_ parts: [SharedBytes]) throws(WireError) {
    guard parts.count == 2 || (parts.count == 3 && parts[0].array() == Self.oldTopic) else {
      throw WireError(
        "message has \(parts.count) parts",
        expected: "2 (a frame number and words), or 1 (an event)"
      )
    }
    let place = parts.count - 2
    let digits = String(
      decoding: parts[place].slice(0..<min(parts[place].count, 32)).array(),
      as: UTF8.self
    )
    guard let number = UInt64(digits.trimmingSpaces) else {
      throw WireError("is \(quoted(digits))", part: place, expected: "a frame number in ASCII")
    }
    self.number = UInt16(truncatingIfNeeded: number)
    words = parts[place + 1]
    guard words.count.isMultiple(of: 2), let shape = RawFastCCD.shape(words: words.count / 2) else {
      throw WireError(
        "has \(words.count) bytes",
        part: place + 1,
        expected: "an even number of rows of 1152 words, 2304 bytes each"
      )
    }
    self.shape = shape
  }

  private static let oldTopic = Array("rawframe".utf8)
}
