// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// Means and variances of the words, and what defects do to them.
@Suite struct WordStatisticsTests {
  private static let energy = PhotonEnergy(electronVolts: 708)

  private static func words(
    _ model: FastCCDModel,
    _ photons: Image? = nil,
    time: Double = 0,
    seed: UInt64 = 1
  ) -> [UInt16] {
    var model = model
    var words = [UInt16](repeating: 0, count: 1040 * 1152)
    var span = words.mutableSpan
    model.read(photons, exposureTime: time, energy: energy, seed: seed, into: &span)
    return words
  }

  private static func parameters(noise: Double = 0) -> FastCCDParameters {
    var parameters = FastCCDParameters()
    parameters.readNoise = noise
    return parameters
  }

  @Test func darkWordsHaveAPedestalForEachChannelAndTheReadNoise() {
    let model = FastCCDModel(seed: 3, Self.parameters(noise: 5))
    let first = Self.words(model, seed: 1)
    let second = Self.words(model, seed: 2)
    // Within one super-column of one row all but the noise is the same in both frames.
    var squares = 0.0
    var levels: [Double] = []
    for start in stride(from: 0, to: first.count, by: 12) {
      let differences = (0..<12).map { Double(first[start + $0]) - Double(second[start + $0]) }
      squares += RawWords.variance(differences)
    }
    // Two frames' noise, each rounded to whole ADU: 2 (σ² + 1/12).
    let variance = squares / Double(first.count / 12)
    #expect(abs(variance - 2 * (25 + 1.0 / 12)) < 0.5)
    for half in 0..<2 {
      for tile in 0..<96 {
        let place = (half == 0 ? 200 : 800) * 1152 + 12 * tile
        levels.append(RawWords.mean((0..<12).map { Double(first[place + $0] & 0x1FFF) }))
      }
    }
    #expect(levels.allSatisfy { (260...740).contains($0) })
    // Uniform over 400 ADU: a spread of 115.
    #expect(abs(RawWords.variance(levels).squareRoot() - 115) < 20)
  }

  @Test func photonsAddTheirMeanAndTheirPoissonVariance() {
    let model = FastCCDModel(seed: 3, Self.parameters())
    let photons = Image(shape: Shape2D(square: 960), filledWith: 20)
    let signal = RawWords.signal(Self.words(model, photons), dark: Self.words(model))
    let count = Double(signal.count)
    // 25 ADU each: mean 500, variance 25² · 20 = 12 500.
    #expect(abs(RawWords.mean(signal) - 500) < 5 * (12_500 / count).squareRoot())
    #expect(abs(RawWords.variance(signal) - 12_500) < 5 * 12_500 * (2.05 / count).squareRoot())
  }

  @Test func driftDiffersBetweenHalvesAndChannels() {
    let model = FastCCDModel(seed: 3, Self.parameters())
    let first = Self.words(model, seed: 1)
    let second = Self.words(model, seed: 2)
    func change(_ row: Int, _ tile: Int) -> Double {
      Double(first[row * 1152 + 12 * tile]) - Double(second[row * 1152 + 12 * tile])
    }
    let between = (0..<520).map { row in
      RawWords.mean((0..<96).map { change(row, $0) })
        - RawWords.mean((0..<96).map { change(1039 - row, $0) })
    }
    #expect(RawWords.variance(between).squareRoot() > 1)
    // Offsets of 1.5 ADU and slopes of 1.5 ADU over a half, in each of two frames.
    let offsets = (0..<96).map { change(260, $0) }
    #expect(abs(RawWords.variance(offsets).squareRoot() - 1.5 * 2.0.squareRoot()) < 0.6)
    let slopes = (0..<96).map { change(519, $0) - change(0, $0) }
    #expect(abs(RawWords.variance(slopes).squareRoot() - 1.5 * 2.0.squareRoot()) < 0.6)
  }

  @Test func rowStripesAreDrawnForEachRowOfEachHalf() {
    var parameters = Self.parameters()
    parameters.rowStripes = 10
    let model = FastCCDModel(seed: 3, parameters)
    let first = Self.words(model, seed: 1)
    let second = Self.words(model, seed: 2)
    let lines = (0..<1040).map { Double(first[1152 * $0]) - Double(second[1152 * $0]) }
    for half in [0..<520, 520..<1040] {
      let steps = half.dropLast().map { lines[$0 + 1] - lines[$0] }
      // Two rows of two frames: a spread of 2 · 10 ADU.
      #expect(abs(RawWords.variance(steps).squareRoot() - 20) < 3)
    }
  }

  @Test func darkCurrentGrowsWithTimeWhereLightFalls() {
    var parameters = Self.parameters()
    parameters.darkCurrent = 20
    let model = FastCCDModel(seed: 3, parameters)
    let short = Self.words(model, time: 0.2)
    let long = Self.words(model, time: 2)
    let added = zip(long, short).map { Double($0) - Double($1) }
    // 20 ADU/s over 1.8 s, spread evenly over 10 to 30.
    let lit = RawWords.lit.map { added[$0] }
    #expect(abs(RawWords.mean(lit) - 36) < 0.1)
    #expect(abs(RawWords.variance(lit).squareRoot() - 36 / 12.0.squareRoot()) < 0.2)
    let overscan = added.indices.filter { [0, 11].contains($0 % 12) && $0 / 1152 >= 520 }
    #expect(overscan.allSatisfy { added[$0] == 0 })
    let gap = (486 * 1152)..<(554 * 1152)
    #expect(gap.allSatisfy { added[$0] == 0 })
  }

  @Test func hotPixelsGlowAndDeadOnesSeeNothing() {
    var parameters = Self.parameters()
    parameters.hotPixelCount = 40
    parameters.deadPixelCount = 50
    let model = FastCCDModel(seed: 3, parameters)
    #expect(model.hotPixels.count == 40 && model.deadPixels.count == 50)
    let empty = Self.words(FastCCDModel(seed: 3, Self.parameters()), time: 0.05)
    let dark = Self.words(model, time: 0.05)
    let glowing = Dictionary(
      uniqueKeysWithValues: model.hotPixels.map {
        (FastCCDLayout.rawIndex(row: $0.row, column: $0.column), $0.darkCurrent * 0.05)
      }
    )
    for place in dark.indices where dark[place] != empty[place] {
      let level = glowing[place] ?? 0
      #expect(level >= 250 && level <= 2500, "\(place) glows")
      let found = Double(dark[place]) - Double(empty[place])
      #expect(abs(found - level) < 5 * (level / 8).squareRoot() + 1)
    }
    #expect(zip(dark, empty).count { $0 != $1 } == 40)
    let bright = Self.words(model, Image(shape: Shape2D(square: 960), filledWith: 60), time: 0.05)
    let dead = Set(
      model.deadPixels.map { FastCCDLayout.rawIndex(row: $0.row, column: $0.column) }
    )
    let unlit = RawWords.lit.filter { bright[$0] == dark[$0] }
    #expect(Set(unlit).isSubset(of: dead))
    #expect(unlit.count >= 45)
  }

  /// 8191 ADU hold no more; a part of the rest comes out with the channel's next words.
  @Test(arguments: [(100, 500), (300, 1151), (700, 500), (1000, 0), (60, 703)])
  func saturationBloomsAlongItsChannel(row: Int, column: Int) {
    var parameters = Self.parameters()
    parameters.blooming = 0.5
    let model = FastCCDModel(seed: 3, parameters)
    let dark = Self.words(model)
    var photons = Image(shape: Shape2D(square: 960))
    // A pixel of the picture that stands next to the place that was asked for.
    let tile = column / 12
    let b = 10 * tile + min(max(column % 12 - 1, 0), 9)
    let a = row < 520 ? row - 6 : row - 554 + 480
    photons[959 - b, 959 - a] = 4000
    let lit = Self.words(model, photons)
    let changed = lit.indices.filter { lit[$0] != dark[$0] }
    let places = changed.map { RawWords.clock(row: $0 / 1152, column: $0 % 1152) }
    #expect(Set(places.map(\.channel)).count == 1)
    let inOrder = zip(places.map(\.clock), changed).sorted { $0.0 < $1.0 }
    let clocks = inOrder.map(\.0)
    let values = inOrder.map { Double(lit[$0.1]) - Double(dark[$0.1]) }
    #expect(clocks.count > 8)
    #expect(clocks == Array(clocks[0]..<clocks[0] + clocks.count))
    #expect(lit[inOrder[0].1] == 57343)
    // Halves of 4000 · 25 − 8191 + pedestal: all full at first, then each half of the one before.
    let tail = values.suffix(6)
    for (before, after) in zip(tail, tail.dropFirst()) {
      #expect(abs(after - before / 2) <= 1)
    }
  }
}
