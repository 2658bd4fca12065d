// SPDX-License-Identifier: BSD-3-Clause

/// Something that a person should know, in plain words.
public struct RunEvent: Sendable, Hashable, CustomStringConvertible {
  /// How much it matters.
  public enum Severity: String, Sendable, Hashable {
    /// Good to know.
    case info
    /// Something is not as it should be; the run goes on and its results are usable.
    case warning
    /// Something was lost or given up.
    case error
  }

  /// How much it matters.
  public var severity: Severity
  /// What happened, where, and what to do.
  public var message: String
  /// The scan that it is about.
  public var scan: String?

  /// Makes an event.
  public init(_ severity: Severity, _ message: String, scan: String? = nil) {
    self.severity = severity
    self.message = message
    self.scan = scan
  }

  /// "scan NAME: message".
  public var description: String { scan.map { "scan \($0): \(message)" } ?? message }
}
