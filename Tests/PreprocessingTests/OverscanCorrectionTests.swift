// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct OverscanCorrectionTests {
  /// With the beamline's constant of 0.55 ADU the mean would be 2.4 ADU too high here.
  @Test(arguments: [2.0, 5.0])
  func emptyPixelsAreZeroOnAverageWhateverTheNoise(sigma: Double) throws {
    var generator = SeededGenerator(seed: 7)
    let darks = (0..<4).map { _ in
      var dark = RawFrame()
      dark.addNoise(sigma, &generator)
      return dark
    }
    var chain = try makeChain(darks: darks)
    var total = 0.0
    for _ in 0..<2 {
      var raw = RawFrame()
      raw.addToRows { 20 + $0 / 40 }
      raw.addNoise(sigma, &generator)
      total += mean(try chain.cleanedCounts(raw.frame()))
    }
    #expect(abs(total / 2) < 0.015 * sigma)
  }

  private func mean(_ image: Image) -> Double {
    sum(image.values.span) / Double(image.shape.count)
  }

  @Test func driftAlongTheRowsIsFollowedWithinTheWindow() throws {
    var chain = try makeChain { $0.overscanReach = 5 }
    var raw = RawFrame()
    raw.addToRows { $0 / 4 }
    raw.add { _, _ in 100 }
    let picture = try chain.cleanedCounts(raw.frame())
    #expect(picture.values.allSatisfy { abs($0 - 100) <= 1 })
  }

  @Test func chargeThatRunsIntoOneOverscanWordDoesNoHarm() throws {
    var chain = try makeChain()
    var raw = RawFrame()
    raw.add { _, _ in 100 }
    for row in 0..<RawFrame.rows { raw.words[row * RawFrame.columns + 12 * 20] += 900 }
    let picture = try chain.cleanedCounts(raw.frame())
    #expect(picture.values.allSatisfy { $0 == 100 })
  }

  @Test func lostOverscanWordsAreReplacedByTheRowBefore() throws {
    var chain = try makeChain { $0.overscanReach = 0 }
    var raw = RawFrame()
    raw.add { _, _ in 100 }
    let line = 300 * RawFrame.columns
    for column in 0..<RawFrame.columns { raw.words[line + column] = 0 }
    let picture = try chain.cleanedCounts(raw.frame())
    let good = picture.values.filter { !$0.isNaN }
    #expect(good.count == 960 * 959)
    #expect(good.allSatisfy { $0 == 100 })
  }

  @Test(arguments: [0, 1, 10])
  func runningMedianIsTheMedianOfEachWindow(reach: Int) {
    var generator = SeededGenerator(seed: 3)
    let series = (0..<80).map { _ in
      SIMD4<Float>(
        (0..<4).map { _ in Float((8 * generator.uniform()).rounded()) + Float(reach) / 2 }
      )
    }
    var median = RunningMedian(reach: reach)
    for value in series.prefix(2 * reach + 1) { median.insert(value) }
    var wrong = 0
    for start in 0..<series.count - 2 * reach - 1 {
      let window = series[start...start + 2 * reach]
      for lane in 0..<4 where median.median[lane] != window.map({ $0[lane] }).sorted()[reach] {
        wrong += 1
      }
      median.replace(series[start], with: series[start + 2 * reach + 1])
    }
    #expect(wrong == 0)
  }
}
