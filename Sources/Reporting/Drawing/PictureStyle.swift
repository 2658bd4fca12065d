// SPDX-License-Identifier: BSD-3-Clause

/// The sizes and colours that all pictures share.
struct PictureStyle {
  /// The length that everything but the data is measured in: 1 pixel, more on large pictures.
  var unit: Double

  var textSize: Double { 15 * unit }
  var tickTextSize: Double { 13.5 * unit }
  var titleSize: Double { 17 * unit }
  var sheetTitleSize: Double { 21 * unit }
  var padding: Double { 16 * unit }
  var titleHeight: Double { 32 * unit }
  var hairline: Double { unit.rounded() }

  /// Text and axes.
  static let ink = RGBColor(gray: 0.13)
  /// Frames around images.
  static let frame = RGBColor(gray: 0.35)
  /// Lines of a grid.
  static let grid = RGBColor(gray: 0.9)

  /// The colours of curves in their order, distinct to the colour-blind: Okabe and Ito, "Color
  /// universal design" (2008), https://jfly.uni-koeln.de/color.
  static let curves = [
    RGBColor(red: 0, green: 0.447, blue: 0.698),
    RGBColor(red: 0.835, green: 0.369, blue: 0),
    RGBColor(red: 0, green: 0.620, blue: 0.451),
    RGBColor(red: 0.8, green: 0.475, blue: 0.655),
    RGBColor(red: 0.337, green: 0.706, blue: 0.914),
    RGBColor(red: 0.902, green: 0.624, blue: 0),
  ]
}
