// SPDX-License-Identifier: BSD-3-Clause

/// Puts the words NaN, Infinity and -Infinity, which Python writes bare, into quotation marks.
///
/// JSON has no such numbers, and a strict reader would refuse a whole message for one of them, be
/// it at a key that nobody reads. Words inside of texts stay as they are.
func quotingBareNumbers(_ json: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  var copied = 0
  var isInText = false
  var i = 0
  while i < json.count {
    switch json[i] {
    case UInt8(ascii: "\\") where isInText:
      i += 1
    case UInt8(ascii: "\""):
      isInText.toggle()
    case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "-"):
      guard !isInText, let word = words.first(where: { json[i...].starts(with: $0) }) else { break }
      result += json[copied..<i]
      result += [UInt8(ascii: "\"")] + word + [UInt8(ascii: "\"")]
      i += word.count - 1
      copied = i + 1
    default:
      break
    }
    i += 1
  }
  return copied == 0 ? json : result + json[copied...]
}

private let words = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }
