// SPDX-License-Identifier: BSD-3-Clause

/// Up to four words that a loop can ask for without leaving its registers.
struct WordSet: Sendable {
  private let words: SIMD4<UInt32>

  init(_ words: [UInt16]) {
    // No word has more than sixteen bits, so unused lanes never match.
    var lanes = SIMD4<UInt32>(repeating: .max)
    for (lane, word) in words.prefix(4).enumerated() { lanes[lane] = UInt32(word) }
    self.words = lanes
  }

  /// The highest of the words; 0 where there are none.
  var highest: UInt16 {
    (0..<4).reduce(0) { words[$1] == .max ? $0 : max($0, UInt16(words[$1])) }
  }

  /// Whether a word is one of them.
  @inline(always)
  func contains(_ word: UInt16) -> Bool {
    let w = UInt32(word)
    return words[0] == w || words[1] == w || words[2] == w || words[3] == w
  }
}
