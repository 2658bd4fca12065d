// SPDX-License-Identifier: BSD-3-Clause

import Glibc
import Synchronization

/// Standard error as a person sees it: lines that stay, and below them one that keeps itself
/// current where there is a terminal.
final class Terminal: Sendable {
  /// Whether standard error is a terminal.
  let isInteractive: Bool
  private let current = Mutex("")

  init() {
    isInteractive = isatty(STDERR_FILENO) == 1
  }

  /// Writes a line that stays.
  func write(_ line: String) {
    current.withLock { current in
      let clear = current.isEmpty ? "" : "\r\u{1B}[K"
      put("\(clear)\(line)\n\(current)")
    }
  }

  /// Shows a line that the next one replaces; without a terminal it stays.
  func show(_ line: String) {
    guard isInteractive else { return write(line) }
    current.withLock { current in
      current = String(line.prefix(columns))
      put("\r\u{1B}[K\(current)")
    }
  }

  /// Leaves the replaced line where it stands.
  func finish() {
    current.withLock { current in
      if !current.isEmpty { put("\n") }
      current = ""
    }
  }

  private var columns: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 1 else {
      return 120
    }
    return Int(size.ws_col) - 1
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
