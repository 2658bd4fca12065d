// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Logging

/// Writes log lines above the progress line: time, severity where it matters, message.
struct TerminalLogHandler: LogHandler {
  var metadataProvider: Logger.MetadataProvider?
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info
  private let terminal: Terminal

  init(_ terminal: Terminal) {
    self.terminal = terminal
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let time = Date().formatted(
      .dateTime.hour(.twoDigits(amPM: .omitted)).minute(.twoDigits).second(.twoDigits)
    )
    let mark = event.level >= .warning ? "\(event.level.rawValue.uppercased()): " : ""
    let scan = event.metadata?["scan"].map { "scan \($0): " } ?? ""
    terminal.write("\(time) \(mark)\(scan)\(event.message)")
  }
}
