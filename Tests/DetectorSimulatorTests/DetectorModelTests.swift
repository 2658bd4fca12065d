// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// Photon statistics, and where the FastCCD puts them.
@Suite struct DetectorModelTests {
  private static let energy = PhotonEnergy(electronVolts: 708)

  @Test(arguments: [0.003, 0.4, 3, 17, 29.5, 31, 250, 4000] as [Float])
  func photonsFollowPoisson(mean: Float) {
    var counter = PhotonCounter(seed: UInt64(mean * 1000))
    let draws = 200_000
    var total = 0.0
    var squares = 0.0
    var empty = 0
    for _ in 0..<draws {
      let count = Double(counter.photons(mean: mean))
      total += count
      squares += count * count
      if count == 0 { empty += 1 }
    }
    let m = Double(mean)
    let n = Double(draws)
    let found = total / n
    let variance = squares / n - found * found
    #expect(abs(found - m) < 5 * (m / n).squareRoot())
    // The variance of a sample variance: (m + 2 m²) / n.
    #expect(abs(variance - m) < 5 * ((m + 2 * m * m) / n).squareRoot())
    let probability = exponential(-m)
    let spread = 5 * (probability / n).squareRoot() + 1 / n
    #expect(abs(Double(empty) / n - probability) < spread)
  }

  private static func words(
    _ photons: Image?,
    noise: Double = 0,
    seed: UInt64 = 1,
    energy: PhotonEnergy = energy
  ) -> [UInt16] {
    var model = FastCCDModel(seed: 5, readNoise: noise)
    var words = [UInt16](repeating: 0, count: 1040 * 1152)
    var span = words.mutableSpan
    model.read(photons, energy: energy, seed: seed, into: &span)
    return words
  }

  /// The picture as the beamline assembles it, from the closed form in its documentation.
  private static func assembled(_ words: [UInt16]) -> [[Int]] {
    func raw(_ r: Int, _ c: Int) -> Int {
      // The upper half's super-column 59 is rolled back by one before anything else.
      guard r < 520, c / 12 == 59 else { return Int(words[r * 1152 + c]) }
      return Int(words[r * 1152 + 59 * 12 + (c % 12 + 1) % 12])
    }
    return (0..<960).map { i in
      (0..<960).map { j in
        let a = 959 - j
        let b = 959 - i
        return raw(a < 480 ? 6 + a : 554 + (a - 480), 12 * (b / 10) + 1 + b % 10)
      }
    }
  }

  @Test func everyPixelLandsWhereTheBeamlineLooksForIt() {
    var photons = Image(shape: Shape2D(square: 960))
    let marks = [
      (0, 0), (0, 959), (959, 0), (959, 959), (369, 700), (362, 600), (100, 480), (7, 3),
    ]
    for (row, column) in marks { photons[row, column] = 60 }
    let dark = Self.assembled(Self.words(nil))
    let bright = Self.assembled(Self.words(photons))
    var lit: Set<Int> = []
    for row in 0..<960 {
      for column in 0..<960 where bright[row][column] != dark[row][column] {
        lit.insert(row * 960 + column)
      }
    }
    #expect(lit == Set(marks.map { $0.0 * 960 + $0.1 }))
  }

  @Test func onlyPixelsSeeLight() {
    let lit = Self.words(Image(shape: Shape2D(square: 960), filledWith: 40))
    let dark = Self.words(nil)
    var touched = 0
    for (place, pair) in zip(lit, dark).enumerated() where pair.0 != pair.1 {
      touched += 1
      let row = place / 1152
      #expect((6...485).contains(row) || (554...1033).contains(row))
    }
    #expect(touched == 960 * 960)
  }

  @Test func wordsCarryThirteenBitsAndTheSign() {
    let bright = Self.words(Image(shape: Shape2D(square: 960), filledWith: 2000), noise: 5)
    #expect(bright.allSatisfy { $0 & 0xE000 == 0xC000 })
    #expect(bright.contains(57343))
    #expect(Self.words(nil, noise: 5).allSatisfy { $0 > 0xC000 && $0 < 0xC000 + 1000 })
  }

  @Test(arguments: [708.0, 1416])
  func gainScalesWithThePhotonsEnergy(electronVolts: Double) {
    let photons = Image(shape: Shape2D(square: 960), filledWith: 20)
    let energy = PhotonEnergy(electronVolts: electronVolts)
    let lit = Self.words(photons, energy: energy)
    let dark = Self.words(nil, energy: energy)
    let total = zip(lit, dark).reduce(0.0) { $0 + Double($1.0) - Double($1.1) }
    let gain = total / (960 * 960 * 20)
    #expect(abs(gain - 25 * electronVolts / 708) < 0.002 * gain)
  }

  @Test func readNoiseIsFiveADU() {
    let first = Self.words(nil, noise: 5, seed: 1)
    let quiet = Self.words(nil, noise: 0, seed: 1)
    var squares = 0.0
    for (a, b) in zip(first, quiet) {
      let difference = Double(a) - Double(b)
      squares += difference * difference
    }
    let noise = (squares / Double(first.count)).squareRoot()
    #expect(abs(noise - 5) < 0.03)
    #expect(first != Self.words(nil, noise: 5, seed: 2))
  }

  @Test func overscanFollowsTheDriftOfItsRow() {
    // Without noise and light, a row differs from another frame's by one number per channel,
    // the same in overscan and data columns.
    let first = Self.words(nil, seed: 1)
    let second = Self.words(nil, seed: 2)
    for row in stride(from: 0, to: 1040, by: 13) {
      for tile in 0..<96 {
        let start = row * 1152 + tile * 12
        let differences = (0..<12).map { Int(first[start + $0]) - Int(second[start + $0]) }
        #expect(Set(differences).count == 1)
      }
    }
    #expect(first != second)
  }

  @Test func attenuatorCoversItsDisc() {
    let disc = Attenuator(transmissions: [0.015, 2e-4])
    let pixel = Length(micrometers: 30)
    let map = disc.map(transmission: disc.transmissions[1], side: 960, pixelSize: pixel)
    #expect(map[480, 480] == 2e-4)
    #expect(map[480, 480 + 62] == 1)
    let missing = map.values.reduce(0.0) { $0 + 1 - Double($1) }
    #expect(abs(missing - Double.pi * 61 * 61 * (1 - 2e-4)) < 3)
  }
}
