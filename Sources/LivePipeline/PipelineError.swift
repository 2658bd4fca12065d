// SPDX-License-Identifier: BSD-3-Clause

/// What keeps a run from starting or from being whole.
public struct PipelineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of thing went wrong; the command line turns it into an exit code.
  public enum Kind: String, Sendable, Hashable {
    /// The configuration cannot be used.
    case configuration
    /// The data cannot be used.
    case data
    /// A file cannot be opened.
    case input
    /// Nobody answers.
    case unanswered
    /// A file cannot be written or an address is taken.
    case output
  }

  /// What kind of thing went wrong.
  public var kind: Kind
  /// What was wrong, where, and what to do.
  public var description: String

  /// Makes an error.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
