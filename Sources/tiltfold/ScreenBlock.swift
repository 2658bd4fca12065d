// SPDX-License-Identifier: BSD-3-Clause

/// A few lines at the foot of a terminal that replace themselves, whatever became of its width.
///
/// It knows what it has drawn and says which characters replace that; it writes nothing itself.
package struct ScreenBlock {
  private var drawn: [String] = []
  private var width = 0

  /// Makes a block that has not been drawn.
  package init() {}

  /// Whether nothing is drawn.
  package var isEmpty: Bool { drawn.isEmpty }

  /// Replaces the block.
  ///
  /// - Parameters:
  ///   - lines: What is to stand there; each is cut to the width.
  ///   - above: A line that stays, written above it.
  ///   - columns: The width of the terminal now.
  /// - Returns: What the terminal has to be sent.
  package mutating func draw(
    _ lines: [String],
    above: String? = nil,
    columns: Int
  ) -> String {
    // The last column stays free: what a terminal does behind it differs.
    let cut = lines.map { String($0.prefix(max(1, columns - 1))) }
    // What stands there already is not sent again.
    if above == nil, cut == drawn, columns == width { return "" }
    let erase = erasing(columns)
    (drawn, width) = (cut, columns)
    return erase + (above.map { "\($0)\n" } ?? "") + drawn.joined(separator: "\n")
  }

  /// Writes a line that stays, above the block.
  package mutating func write(_ line: String, columns: Int) -> String {
    draw(drawn, above: line, columns: columns)
  }

  /// Leaves what is drawn where it stands.
  package mutating func leave() -> String {
    defer { drawn = [] }
    return drawn.isEmpty ? "" : "\n"
  }

  /// What takes the cursor from the end of the block to its beginning and clears it.
  private func erasing(_ columns: Int) -> String {
    guard !drawn.isEmpty else { return "" }
    // A terminal that has become narrower shows a line on several rows.
    let width = max(1, columns)
    let rows = drawn.reduce(0) { $0 + max(1, ($1.count + width - 1) / width) }
    return "\r" + (rows > 1 ? "\u{1B}[\(rows - 1)A" : "") + "\u{1B}[J"
  }
}
