// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import FourierTransform
import Imaging
import ResolutionMetrics
import Testing

@Suite struct ShellComparisonTests {
  /// The volumes of Tests/References/shell_correlation.py.
  private func half(_ seed: UInt32) -> Volume {
    let side = 128
    var volume = Volume(sizeX: side, sizeZ: side, sizeY: side)
    for k in 0..<12 {
      let centers = [45 + (17 * k) % 37, 45 + (23 * k) % 31, 45 + (29 * k) % 35]
      let width = 0.9 + 0.15 * Double(k % 5)
      let parts = centers.map { center in
        (0..<side).map { place in
          let distance = Double(place - center)
          return exponential(-distance * distance / (2 * width * width))
        }
      }
      for x in 0..<side {
        for z in 0..<side {
          let factor = Double(1 + k % 3) * parts[0][x] * parts[1][z]
          guard factor > 1e-12 else { continue }
          for y in 0..<side { volume[x: x, z: z, y: y] += Float(factor * parts[2][y]) }
        }
      }
    }
    var state = seed
    for i in volume.values.indices {
      state = 1_664_525 &* state &+ 1_013_904_223
      let noise = (Double(state) / 4_294_967_296 - 0.5) * 12.0.squareRoot()
      volume.values[i] += Float(0.01 * noise)
    }
    return volume
  }

  @Test func shellsAreThoseOfCorrct() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References/shell_correlation.txt")
    let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .compactMap { Double($0) }
    let shells = RingCorrelation(half(1), half(2), edge: .none).rings
    #expect(expected.count == 64 && shells.count == 64)
    var worst = 0.0
    for shell in shells where shell.index < 64 {
      let difference = abs(shell.correlation - expected[shell.index])
      worst = max(worst, difference)
      #expect(difference < 0.005, "shell \(shell.index): \(difference)")
    }
    print("shell correlation: largest difference from corrct \(worst)")
  }

  /// The definition, frequency by frequency, for even and odd extents that all differ.
  @Test(arguments: [(7, 5, 9), (6, 9, 4), (8, 3, 1), (1, 1, 12)])
  func shellsAreThoseOfTheDefinition(sizeX: Int, sizeZ: Int, sizeY: Int) {
    func noise(_ seed: UInt64) -> Volume {
      var random = SeededGenerator(seed: seed)
      var volume = Volume(sizeX: sizeX, sizeZ: sizeZ, sizeY: sizeY)
      for i in volume.values.indices { volume.values[i] = Float(3 + random.normal()) }
      return volume
    }
    let a = noise(1)
    // Of quite another strength.
    let b = Volume(
      sizeX: sizeX,
      sizeZ: sizeZ,
      sizeY: sizeY,
      values: zip(a.values, noise(2).values).map { 1e-4 * ($0 + $1) }
    )
    let longest = max(sizeX, sizeZ, sizeY)
    var sums = [(product: Double, first: Double, second: Double, count: Int)](
      repeating: (0, 0, 0, 0),
      count: longest
    )
    for k in 0..<a.count {
      let (kx, kz, ky) = (k / sizeY / sizeZ, k / sizeY % sizeZ, k % sizeY)
      func frequency(_ k: Int, _ n: Int) -> Double { Double(2 * k > n ? k - n : k) / Double(n) }
      let f = (frequency(kx, sizeX), frequency(kz, sizeZ), frequency(ky, sizeY))
      let radius = (f.0 * f.0 + f.1 * f.1 + f.2 * f.2).squareRoot() * Double(longest)
      let shell = Int(radius + 0.5)
      guard shell > 0, shell <= longest / 2 else { continue }
      var (ar, ai, br, bi) = (0.0, 0.0, 0.0, 0.0)
      for i in 0..<a.count {
        let (x, z, y) = (i / sizeY / sizeZ, i / sizeY % sizeZ, i % sizeY)
        let angle = -2 * .pi * (f.0 * Double(x) + f.1 * Double(z) + f.2 * Double(y))
        let (c, s) = (cosine(angle), sine(angle))
        ar += Double(a.values[i]) * c
        ai += Double(a.values[i]) * s
        br += Double(b.values[i]) * c
        bi += Double(b.values[i]) * s
      }
      sums[shell].product += ar * br + ai * bi
      sums[shell].first += ar * ar + ai * ai
      sums[shell].second += br * br + bi * bi
      sums[shell].count += 1
    }
    let rings = RingCorrelation(a, b, edge: .none).rings
    #expect(rings.count == longest / 2)
    for ring in rings {
      let sum = sums[ring.index]
      #expect(ring.pixelCount == sum.count)
      #expect(abs(ring.frequency - Double(ring.index) / Double(longest)) < 1e-12)
      guard sum.count > 0 else { continue }
      #expect(abs(ring.correlation - sum.product / (sum.first * sum.second).squareRoot()) < 2e-5)
    }
  }

  @Test func independentNoiseCorrelatesAsOneOverTheRootOfTheVoxels() {
    func noise(_ seed: UInt64) -> Volume {
      var random = SeededGenerator(seed: seed)
      var volume = Volume(sizeX: 40, sizeZ: 32, sizeY: 36)
      for i in volume.values.indices { volume.values[i] = Float(random.normal()) }
      return volume
    }
    var (sum, count) = (0.0, 0)
    for seed in stride(from: UInt64(1), to: 13, by: 2) {
      let correlation = RingCorrelation(noise(seed), noise(seed + 1), edge: .none)
      for ring in correlation.rings where ring.index > 2 {
        sum += ring.correlation * ring.correlation * Double(ring.pixelCount) / 2
        count += 1
      }
      #expect(correlation.resolution().halfPeriod > 8)
    }
    // Of real volumes k and −k say the same. 108 shells: the mean's deviation is 0.14.
    #expect(abs(sum / Double(count) - 1) < 0.42, "\(sum / Double(count))")
  }

  /// Halves of an object without anything above a frequency, and weak noise, resolve that frequency.
  @Test(arguments: [0.12, 0.2, 0.31])
  func anObjectWithACutoffIsResolvedUpToIt(cutoff: Double) {
    let side = 64
    var random = SeededGenerator(seed: 4)
    var object = (0..<side * side * side).map { _ in Complex64(Float(random.normal())) }
    let plan = FourierPlan3D(sizes: [side, side, side])
    var span = object.mutableSpan
    plan.forward(&span)
    func square(_ k: Int) -> Double {
      let f = Double(k > side / 2 ? k - side : k) / Double(side)
      return f * f
    }
    for k in 0..<span.count {
      let sum = square(k / side / side) + square(k / side % side) + square(k % side)
      if sum > cutoff * cutoff { span[k] = .zero }
    }
    plan.inverse(&span)
    func half(_ seed: UInt64) -> Volume {
      var random = SeededGenerator(seed: seed)
      let values = object.map { $0.re / Float(side * side * side) + Float(0.03 * random.normal()) }
      return Volume(sizeX: side, sizeZ: side, sizeY: side, values: values)
    }
    let correlation = RingCorrelation(half(5), half(6), edge: .none)
    for threshold in [CorrelationThreshold.halfBit, .fixed(0.5)] {
      let resolution = correlation.resolution(threshold: threshold)
      // Shells are 1/64 cycles per voxel thick: the cutoff lies up to half of one inside the last
      // that correlates, and the crossing up to one outside it.
      #expect(abs(resolution.frequency - cutoff) < 1.5 / 64, "\(resolution)")
      #expect(!resolution.isLimitedByPixels)
      #expect(abs(resolution.halfPeriod - 0.5 / resolution.frequency) < 1e-12)
    }
  }

  @Test func slicesComeToTheSameAndFlatVolumesCorrelateWithNothing() {
    var random = SeededGenerator(seed: 9)
    var a = Volume(sizeX: 12, sizeZ: 10, sizeY: 14)
    for i in a.values.indices { a.values[i] = Float(random.normal()) }
    var comparison = ShellComparison(sizeX: 12, sizeZ: 10, sizeY: 14, edge: .raisedCosine(0.2))
    // A mean of three, added as its parts.
    for _ in 0..<3 { comparison.add(a, times: 1 / 3, to: .first) }
    comparison.add(a, to: .second)
    var slices = 1
    var result = comparison.advance()
    while result == nil {
      slices += 1
      result = comparison.advance()
    }
    #expect(slices > 24)
    #expect(result?.rings.allSatisfy { abs($0.correlation - 1) < 1e-4 } == true)
    let flat = Volume(sizeX: 12, sizeZ: 10, sizeY: 14, filledWith: 0.3)
    #expect(RingCorrelation(a, flat).rings.allSatisfy { $0.correlation == 0 })
  }
}
