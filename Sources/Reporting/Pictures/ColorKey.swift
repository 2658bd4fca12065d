// SPDX-License-Identifier: BSD-3-Clause

/// What one colour of a picture stands for.
public struct ColorKey: Hashable, Sendable {
  /// What it stands for, in words.
  public var name: String
  /// The colour.
  public var color: RGBColor

  /// Makes an entry of a legend.
  public init(_ name: String, _ color: RGBColor) {
    self.name = name
    self.color = color
  }
}
