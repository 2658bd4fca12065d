// SPDX-License-Identifier: BSD-3-Clause

/// A picture that could not be written, in plain words.
public struct PictureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file that was to be written.
  public var path: String
  /// What went wrong.
  public var reason: String

  /// Makes an error from its parts.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// What went wrong, in words.
  public var description: String { "picture \(path): \(reason)" }
}
