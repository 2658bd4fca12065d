// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Testing

@Suite struct SeededGeneratorTests {
  @Test func theSequenceIsThePublishedOne() {
    // The first outputs of SplitMix64 for seed 1234567, from its authors' reference program.
    var generator = SeededGenerator(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
  }

  @Test func equalSeedsGiveEqualNumbers() {
    var a = SeededGenerator(seed: 42)
    var b = SeededGenerator(seed: 42)
    var c = SeededGenerator(seed: 43)
    let first = (0..<100).map { _ in a.normal() }
    #expect(first == (0..<100).map { _ in b.normal() })
    #expect(first != (0..<100).map { _ in c.normal() })
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var generator = SeededGenerator(seed: 1)
    var bins = [Int](repeating: 0, count: 20)
    let count = 100_000
    for _ in 0..<count {
      let value = generator.uniform()
      #expect(value >= 0 && value < 1)
      bins[Int(value * 20)] += 1
    }
    // Chi-squared with 19 degrees of freedom exceeds 43.8 once in a thousand.
    let expected = Double(count) / 20
    let chiSquared = bins.reduce(0.0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    #expect(chiSquared < 43.8)
  }

  @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    var generator = SeededGenerator(seed: 2)
    let count = 200_000
    var moments = [0.0, 0.0, 0.0, 0.0]
    var beyondTwo = 0
    for _ in 0..<count {
      let value = generator.normal()
      var power = 1.0
      for i in 0..<4 {
        power *= value
        moments[i] += power / Double(count)
      }
      if abs(value) > 2 { beyondTwo += 1 }
    }
    // Four standard errors of each moment.
    #expect(abs(moments[0]) < 4 * 0.0022)
    #expect(abs(moments[1] - 1) < 4 * 0.0032)
    #expect(abs(moments[2]) < 4 * 0.0087)
    #expect(abs(moments[3] - 3) < 4 * 0.022)
    #expect(abs(Double(beyondTwo) / Double(count) - 0.0455) < 0.002)
  }
}
