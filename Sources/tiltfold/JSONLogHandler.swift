// SPDX-License-Identifier: BSD-3-Clause

import Logging

/// Writes log lines as JSON.
struct JSONLogHandler: LogHandler {
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
    let scan = event.metadata?["scan"].map { "\($0)" }
    terminal.write(LogLine(event.level.rawValue, "\(event.message)", scan: scan).text)
  }
}
