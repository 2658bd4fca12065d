// SPDX-License-Identifier: BSD-3-Clause

/// What was found when one thing about a machine was looked at.
public struct MachineFinding: Sendable, Hashable, Codable {
  /// How it stands.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// As it should be.
    case ok
    /// A run works, less well than it could.
    case warning
    /// A run would fail, or lose data.
    case failure
  }

  /// What was looked at, in a word or two.
  public var name: String
  /// How it stands.
  public var verdict: Verdict
  /// What was found.
  public var words: String
  /// What to do; nil where nothing is to be done.
  public var remedy: String?

  /// Makes a finding.
  public init(_ name: String, _ verdict: Verdict, _ words: String, remedy: String? = nil) {
    self.name = name
    self.verdict = verdict
    self.words = words
    self.remedy = remedy
  }
}
