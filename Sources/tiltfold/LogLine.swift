// SPDX-License-Identifier: BSD-3-Clause

package import Foundation

/// One line of a log in JSON: time, level, event, and what it is about.
package struct LogLine: Codable {
  /// When, by ISO 8601 with milliseconds, UTC.
  package var time: String
  /// `info`, `warning` or `error`.
  package var level: String
  /// What happened, in words; "status" where figures follow.
  package var event: String
  /// The scan that it is about.
  package var scan: String?
  /// What the run is doing, where figures follow.
  package var state: String?
  /// Whether the reconstruction goes on or rests, where figures follow.
  package var reconstruction: String?
  /// How the run stands: the figures of the preview `status`.
  package var figures: [String: Double]?

  /// Makes a line.
  package init(
    _ level: String,
    _ event: String,
    scan: String? = nil,
    state: String? = nil,
    reconstruction: String? = nil,
    figures: [String: Double]? = nil,
    at date: Date = Date()
  ) {
    time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    self.level = level
    self.event = event
    self.scan = scan
    self.state = state
    self.reconstruction = reconstruction
    self.figures = figures?.filter { $0.value.isFinite }
  }

  /// The line, without its end.
  package var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}
