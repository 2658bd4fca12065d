// SPDX-License-Identifier: BSD-3-Clause

/// A colour of sRGB, its parts gamma-encoded as PNG files store them, each 0 to 1.
public struct RGBColor: Hashable, Sendable {
  /// The part of red.
  public var red: Double
  /// The part of green.
  public var green: Double
  /// The part of blue.
  public var blue: Double

  /// Makes a colour from its parts, each 0 to 1.
  public init(red: Double, green: Double, blue: Double) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Makes a grey, 0 black to 1 white.
  public init(gray: Double) {
    self.init(red: gray, green: gray, blue: gray)
  }

  /// The parts as bytes, 0 to 255, in the order red, green, blue; 0 for NaN.
  public var bytes: SIMD3<UInt8> {
    SIMD3(Self.byte(red), Self.byte(green), Self.byte(blue))
  }

  /// The bytes in one word, 0x00RRGGBB.
  var word: UInt32 {
    let parts = bytes
    return UInt32(parts.x) << 16 | UInt32(parts.y) << 8 | UInt32(parts.z)
  }

  /// The same hue darkened: every part times `brightness`.
  func dimmed(to brightness: Double) -> RGBColor {
    RGBColor(red: red * brightness, green: green * brightness, blue: blue * brightness)
  }

  private static func byte(_ part: Double) -> UInt8 {
    part.isNaN ? 0 : UInt8((min(max(part, 0), 1) * 255).rounded())
  }
}
