// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Synchronization

/// Standard error as a person sees it: lines that stay, and below them some that keep themselves
/// current where there is a terminal.
final class Terminal: Sendable {
  /// Whether standard error is a terminal on which a cursor can be moved.
  let isInteractive: Bool
  private let block = Mutex(ScreenBlock())

  init() {
    let kind = unsafe getenv("TERM").map { unsafe String(cString: $0) } ?? ""
    isInteractive = isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb"
  }

  /// Writes a line that stays.
  func write(_ line: String) {
    let columns = size.columns
    block.withLock { block in
      put(block.isEmpty ? "\(line)\n" : block.write(line, columns: columns))
    }
  }

  /// Shows a line that the next one replaces; without a terminal it stays.
  func show(_ line: String) {
    guard isInteractive else { return write(line) }
    show { _, _ in [line] }
  }

  /// Shows lines that the next ones replace.
  ///
  /// - Parameter lines: Makes the lines for a terminal of so many columns and rows; there must be
  ///   one, `isInteractive`.
  func show(_ lines: (_ columns: Int, _ rows: Int) -> [String]) {
    let size = size
    // A row is left for the line that a person types in.
    let made = lines(size.columns - 1, max(1, size.rows - 1)).prefix(max(1, size.rows - 1))
    block.withLock { block in put(block.draw(Array(made), columns: size.columns)) }
  }

  /// Leaves the replaced lines where they stand.
  func finish() {
    block.withLock { block in put(block.leave()) }
  }

  /// The size of the terminal; 120 columns where nobody says.
  private var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else {
      return (121, 24)
    }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }

  private func put(_ text: String) {
    var bytes = ArraySlice(text.utf8)
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
      }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
