// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// A colour of Oklab, a space in which equal distances look about equally different.
///
/// Ottosson, "A perceptual color space for image processing" (2020),
/// https://bottosson.github.io/posts/oklab; sRGB's encoding as in IEC 61966-2-1.
package struct PerceptualColor: Hashable {
  /// 0 black to 1 white.
  package var lightness: Double
  /// From green to red.
  var greenRed: Double
  /// From blue to yellow.
  var blueYellow: Double

  init(lightness: Double, greenRed: Double, blueYellow: Double) {
    self.lightness = lightness
    self.greenRed = greenRed
    self.blueYellow = blueYellow
  }

  /// A colour of given hue (degrees, red about 30, yellow 110, green 145, blue 260), its chroma
  /// reduced where a screen could not show it.
  init(lightness: Double, chroma: Double, hueDegrees: Double) {
    let hue = hueDegrees * .pi / 180
    func color(_ chroma: Double) -> PerceptualColor {
      PerceptualColor(
        lightness: lightness,
        greenRed: chroma * cos(hue),
        blueYellow: chroma * sin(hue)
      )
    }
    var (low, high) = (0.0, chroma)
    if color(chroma).isShowable { low = chroma }
    for _ in 0..<24 where low < chroma {
      let middle = (low + high) / 2
      if color(middle).isShowable { low = middle } else { high = middle }
    }
    self = color(low)
  }

  /// The colour of sRGB.
  package init(_ color: RGBColor) {
    let r = Self.linear(color.red)
    let g = Self.linear(color.green)
    let b = Self.linear(color.blue)
    let l = cbrt(0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b)
    let m = cbrt(0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b)
    let s = cbrt(0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b)
    lightness = 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s
    greenRed = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s
    blueYellow = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s
  }

  /// The colour in sRGB; parts outside 0 to 1 cannot be shown.
  package var encoded: RGBColor {
    let l = cube(lightness + 0.396_337_777_4 * greenRed + 0.215_803_757_3 * blueYellow)
    let m = cube(lightness - 0.105_561_345_8 * greenRed - 0.063_854_172_8 * blueYellow)
    let s = cube(lightness - 0.089_484_177_5 * greenRed - 1.291_485_548_0 * blueYellow)
    return RGBColor(
      red: Self.encoded(4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s),
      green: Self.encoded(-1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s),
      blue: Self.encoded(-0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s)
    )
  }

  private var isShowable: Bool {
    let color = encoded
    return [color.red, color.green, color.blue].allSatisfy { (0...1).contains($0) }
  }

  /// How different two colours look.
  package func distance(to other: PerceptualColor) -> Double {
    let l = lightness - other.lightness
    let a = greenRed - other.greenRed
    let b = blueYellow - other.blueYellow
    return (l * l + a * a + b * b).squareRoot()
  }

  private func cube(_ x: Double) -> Double { x * x * x }

  private static func linear(_ part: Double) -> Double {
    part <= 0.040_45 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
  }

  private static func encoded(_ part: Double) -> Double {
    part <= 0.003_130_8 ? 12.92 * part : 1.055 * pow(part, 1 / 2.4) - 0.055
  }
}
