// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Reporting
import TestSupport
import Testing

@Suite struct ChemicalPictureTests {
  /// The colours of pixels of given amounts, at full brightness where their sum is 2.
  private func colors(_ amounts: [(lithiated: Float, delithiated: Float)]) throws -> [SIMD3<UInt8>]
  {
    let shape = Shape2D(rows: 1, columns: amounts.count)
    let folder = try TemporaryFolder()
    try writePicture(
      ChemicalPicture(
        lithiated: Image(shape: shape, values: amounts.map(\.lithiated)),
        delithiated: Image(shape: shape, values: amounts.map(\.delithiated)),
        fullIron: 2
      ),
      to: folder.file("map.png")
    )
    let picture = try #require(DecodedPicture(folder.file("map.png")))
    let side = (500 + amounts.count - 1) / amounts.count
    return amounts.indices.map { picture[16 + side * $0 + side / 2, 16 + side / 2] }
  }

  @Test func lithiumIronPhosphateIsRedIronPhosphateBlueAndNothingBlack() throws {
    let colors = try self.colors([(2, 0), (0, 2), (0, 0), (1, 1), (-1, -0.5), (.nan, 1)])
    let (red, blue, black, purple) = (colors[0], colors[1], colors[2], colors[3])
    #expect(red.x == 255 && red.y < 60 && red.z < 60)
    #expect(blue.z == 255 && blue.x < 60 && blue.y < 100)
    #expect(black == .zero)
    #expect(purple.x > 150 && purple.z > 150 && purple.y < 90)
    #expect(colors[4] == .zero)
    let missing = colors[5]
    #expect(missing.x == missing.y && missing.y == missing.z && missing.x > 60)
  }

  @Test func brightnessIsTheIronWhateverTheComposition() throws {
    for composition in [Float(0), 0.3, 0.5, 1] {
      let colors = try self.colors(
        [2, 1, 0.5, 5].map { iron in (composition * iron, (1 - composition) * iron) }
      )
      for part in 0..<3 {
        let full = Double(colors[0][part])
        #expect(abs(Double(colors[1][part]) - full / 2) <= 1)
        #expect(abs(Double(colors[2][part]) - full / 4) <= 1)
        #expect(colors[3] == colors[0])
      }
    }
  }

  @Test func redGrowsAndBlueFadesWithLithium() {
    let colors = (0...20).map { ChemicalPicture.color(composition: Double($0) / 20) }
    #expect(zip(colors.dropFirst(), colors).allSatisfy { $0.red > $1.red && $0.blue < $1.blue })
    // No dark gap between the two: lightness moves steadily from one to the other.
    let lightness = colors.map { PerceptualColor($0).lightness }
    #expect(lightness.allSatisfy { $0 > 0.5 && $0 < 0.7 })
  }

  @Test func fullBrightnessIsWhatMostOfTheIronHas() {
    var lithiated = Image(shape: Shape2D(square: 40), filledWith: 0.8)
    let delithiated = Image(shape: Shape2D(square: 40), filledWith: 0.4)
    lithiated[3, 3] = 1000
    lithiated[4, 4] = .nan
    let picture = ChemicalPicture(lithiated: lithiated, delithiated: delithiated)
    #expect(abs(picture.resolvedFullIron - 1.2) < 1e-6)
    let empty = Image(shape: Shape2D(square: 4))
    #expect(ChemicalPicture(lithiated: empty, delithiated: empty).resolvedFullIron == 1)
  }
}
