// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct FlaggedPixelsTests {
  static func flat() -> RawFrame {
    var raw = RawFrame()
    raw.add { _, _ in 100 }
    return raw
  }

  @Test func saturationSpreadsToItsNeighboursWithinTheTile() throws {
    var chain = try makeChain()
    var raw = Self.flat()
    // Picture row 959 − b: b = 300 is the first pixel of tile 30, row 659.
    raw.set(57343, row: 659, column: 200)
    let picture = try chain.cleanedCounts(raw.frame())
    var flagged: [[Int]] = []
    for row in 0..<960 {
      for column in 0..<960 where picture[row, column].isNaN { flagged.append([row, column]) }
    }
    #expect(
      flagged == [[658, 199], [658, 200], [658, 201], [659, 199], [659, 200], [659, 201]]
    )
    // The next frame starts afresh.
    #expect(try chain.cleanedCounts(Self.flat().frame()).values.allSatisfy { $0 == 100 })
  }

  /// A word that has its bad bit set is as high as a saturated one, and tells of no charge.
  @Test func aBadWordIsNotSaturated() throws {
    var geometry = FastCCDGeometry()
    geometry.gainTable = [GainEntry(controlBits: 0xC000, factor: 1)]
    geometry.missingWords = []
    var raw = Self.flat()
    raw.set(0xFFFF, row: 600, column: 420)
    var saturation = SaturationMap(geometry: geometry)
    try saturation.add(raw.frame())
    #expect(saturation.isEmpty)
    raw.set(0xDFFF, row: 600, column: 420)
    try saturation.add(raw.frame())
    #expect(!saturation.isEmpty)
  }

  @Test(arguments: [UInt16(0), 0x2000, 57343])
  func aFaultyPixelIsMadeUpForByTheRestOfItsPatternPixel(word: UInt16) throws {
    var chain = try makeChain()
    let expected = try chain.process(Self.flat().frame(), position: middle).amplitudes
    var raw = Self.flat()
    raw.set(word, row: 600, column: 420)
    let found = try chain.process(raw.frame(), position: middle).amplitudes
    let worst = zip(found.values, expected.values).map { abs($0 / $1 - 1) }.max() ?? 1
    #expect(worst < 1e-4)
  }

  @Test func aPatternPixelThatIsMostlySaturatedIsUnmeasured() throws {
    var chain = try makeChain()
    var raw = Self.flat()
    for row in 474...485 { for column in 474...485 { raw.set(0xDFFF, row: row, column: column) } }
    let found = try chain.process(raw.frame(), position: middle).amplitudes
    #expect(found[64, 64] < 0)
    #expect(found.values.filter { $0 < 0 }.count < 20)
    #expect(found[64, 70] > 0)
  }
}
