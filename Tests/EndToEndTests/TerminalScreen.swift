// SPDX-License-Identifier: BSD-3-Clause

/// As much of a terminal as a block that replaces itself needs: what stands on it after some output.
struct TerminalScreen {
  private let columns: Int
  private var rows: [[Character]] = [[]]
  private var row = 0
  private var column = 0
  /// Sequences that no block should send.
  private(set) var strange: [String] = []

  init(columns: Int) { self.columns = columns }

  /// The rows, without what is empty at their ends.
  var lines: [String] {
    var lines = rows.map { String($0).replacing(#/ +$/#, with: "") }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Takes output.
  mutating func take(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n":
        column = 0
        move(to: row + 1)
      case "\u{1B}": takeSequence(&rest)
      case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
        strange.append("\(scalar.value)")
      default: put(Character(scalar))
      }
    }
  }

  private mutating func takeSequence(_ rest: inout ArraySlice<Unicode.Scalar>) {
    guard rest.popFirst() == "[" else { return strange.append("escape") }
    var number = ""
    while let scalar = rest.popFirst() {
      if ("0"..."9").contains(scalar) {
        number.unicodeScalars.append(scalar)
        continue
      }
      switch scalar {
      case "A": row = max(0, row - (Int(number) ?? 1))
      case "J":
        rows[row] = Array(rows[row].prefix(column))
        rows.removeSubrange((row + 1)...)
      case "K": rows[row] = Array(rows[row].prefix(column))
      default: strange.append("[\(number)\(scalar)")
      }
      return
    }
  }

  private mutating func put(_ character: Character) {
    // A full row is left with the next character only, as terminals do.
    if column >= columns {
      column = 0
      move(to: row + 1)
    }
    while rows[row].count <= column { rows[row].append(" ") }
    rows[row][column] = character
    column += 1
  }

  private mutating func move(to place: Int) {
    row = place
    while rows.count <= row { rows.append([]) }
  }
}
