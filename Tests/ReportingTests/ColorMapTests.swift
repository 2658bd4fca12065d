// SPDX-License-Identifier: BSD-3-Clause

import Reporting
import Testing

@Suite struct ColorMapTests {
  @Test(arguments: [ColorMap.sequential, .gray, .cyclic])
  func neighboursLookEquallyFarApart(map: ColorMap) {
    let colors = map.colors.map { PerceptualColor($0) }
    let steps = zip(colors.dropFirst(), colors).map { $0.distance(to: $1) }
    let mean = steps.reduce(0, +) / Double(steps.count)
    #expect(steps.allSatisfy { abs($0 / mean - 1) < 0.2 })
  }

  @Test(arguments: [ColorMap.sequential, .gray])
  func lightnessRisesSteadilySoThatGreyPrintsAreReadable(map: ColorMap) {
    let lightness = map.colors.map { PerceptualColor($0).lightness }
    #expect(zip(lightness.dropFirst(), lightness).allSatisfy { $0 > $1 })
    #expect((lightness.last ?? 0) - (lightness.first ?? 1) > 0.6)
  }

  @Test(arguments: [ColorMap.sequential, .gray, .cyclic])
  func everyColourCanBeShown(map: ColorMap) {
    for color in map.colors {
      for part in [color.red, color.green, color.blue] {
        #expect(part > -1e-6 && part < 1 + 1e-6)
      }
    }
  }

  @Test func theCyclicMapClosesAndTellsItsHalvesByHue() {
    let map = ColorMap.cyclic
    #expect(map.color(at: 0).bytes == map.color(at: 1).bytes)
    for fraction in [0.1, 0.2, 0.3, 0.4] {
      let below = map.color(at: fraction)
      let above = map.color(at: 1 - fraction)
      #expect(below.blue > below.red)
      #expect(above.red > above.blue)
      let difference = PerceptualColor(below).lightness - PerceptualColor(above).lightness
      #expect(abs(difference) < 0.02)
    }
  }

  @Test func valuesBeyondTheEndsHaveTheirColoursAndNaNHasNone() {
    let map = ColorMap.sequential
    #expect(map.color(at: -3) == map.colors.first)
    #expect(map.color(at: 7) == map.colors.last)
    #expect(map.color(at: .nan) == map.missing)
    #expect(!map.colors.contains(map.missing))
  }

  @Test func oklabAndBackIsTheSameColour() {
    for color in [
      RGBColor(red: 0.2, green: 0.6, blue: 0.4), RGBColor(red: 1, green: 0, blue: 0),
      RGBColor(gray: 1), RGBColor(gray: 0),
    ] {
      #expect(PerceptualColor(color).encoded.bytes == color.bytes)
    }
    #expect(abs(PerceptualColor(RGBColor(gray: 1)).lightness - 1) < 1e-4)
  }
}
