// SPDX-License-Identifier: BSD-3-Clause

/// Spectra that do not fit together, in words for a person: what, where, and what would be right.
public struct SpectraError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String

  /// Makes an error.
  public init(_ description: String) {
    self.description = description
  }
}
