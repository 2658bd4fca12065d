// SPDX-License-Identifier: BSD-3-Clause

/// What lies along the sides of an image; lengths count from its middle, (N − 1)/2.
public struct PictureAxes: Hashable, Sendable {
  /// What grows to the right: "x".
  public var horizontal: String
  /// What grows downwards: "y".
  public var vertical: String

  /// Names both sides.
  public init(horizontal: String, vertical: String) {
    self.horizontal = horizontal
    self.vertical = vertical
  }
}
