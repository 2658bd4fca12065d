// SPDX-License-Identifier: BSD-3-Clause

import Reporting
import Testing

@Suite struct AxisTicksTests {
  @Test func linearTicksAreRoundAndKeepTheirZeros() {
    let ticks = AxisTicks(linear: 0...1, about: 5)
    #expect(ticks.labels == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(ticks.exponent == nil)
    #expect(AxisTicks(linear: -0.1...0.1, about: 2).labels == ["−0.1", "0.0", "0.1"])
    #expect(AxisTicks(linear: 0...60000, about: 3).labels == ["0", "20000", "40000", "60000"])
  }

  @Test func largeAndSmallNumbersShareAPowerOfTen() {
    let small = AxisTicks(linear: 0...3e-6, about: 3)
    #expect(small.labels == ["0", "1", "2", "3"])
    #expect(small.label("error", unit: "µm") == "error (10⁻⁶ µm)")
    let large = AxisTicks(linear: 0...4e12, about: 4)
    #expect(large.label("photons", unit: "") == "photons (10¹²)")
    #expect(AxisTicks(linear: 0...1, about: 5).label("x", unit: "") == "x")
  }

  @Test func everyRangeHasTicksWithinIt() {
    for power in [1e-12, 1e-9, 1e-3, 1, 3.3, 77, 1e8, 1e12] {
      for range in [0...power, -power...power, power...1.7 * power] {
        let ticks = AxisTicks(linear: range, about: 5)
        #expect((3...12).contains(ticks.values.count), "\(range)")
        #expect(Set(ticks.labels).count == ticks.labels.count, "\(range)")
        let slack = 1e-5 * (range.upperBound - range.lowerBound)
        #expect(ticks.values.allSatisfy { $0 > range.lowerBound - slack })
        #expect(ticks.values.allSatisfy { $0 < range.upperBound + slack })
      }
    }
  }

  @Test func logarithmicTicksArePowersOfTen() {
    let ticks = AxisTicks(logarithmic: 2e-4...1.3, about: 6)
    #expect(ticks.labels == ["10⁻³", "10⁻²", "10⁻¹", "1"])
    #expect(ticks.minor.contains { abs($0 - 0.03) < 1e-9 })
    #expect(AxisTicks(logarithmic: 1e-12...1, about: 4).values.count <= 5)
    #expect(AxisTicks(logarithmic: 1.5...30, about: 6).labels == ["2", "5", "10", "20"])
    #expect(AxisTicks(logarithmic: 1...1000, about: 6).labels == ["1", "10", "10²", "10³"])
  }
}
