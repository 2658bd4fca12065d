// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct AttenuatorTests {
  static func shaded(_ transmission: Double, _ level: Double) -> RawFrame {
    var raw = RawFrame()
    raw.add { row, column in
      let y = Double(row) - 479.5 - 4
      let x = Double(column) - 479.5 + 7
      let isShaded = x * x + y * y < 61 * 61
      return Int((level * (isShaded ? transmission : 1)).rounded())
    }
    return raw
  }

  static func attenuator(_ transmission: Double, _ energy: Double) -> AttenuatorParameters {
    var attenuator = AttenuatorParameters()
    attenuator.offset = PixelShift(rows: 4, columns: -7)
    attenuator.transmissions = [
      EnergyTransmission(
        energy: PhotonEnergy(electronVolts: energy),
        transmission: transmission
      )
    ]
    return attenuator
  }

  /// The edge may not show: counts behind the disc and beside it give one intensity.
  @Test(arguments: [0.02, 0.25])
  func aFlatFieldIsFlatAcrossTheEdge(transmission: Double) throws {
    var open = try makeChain()
    var chain = try makeChain { $0.attenuator = Self.attenuator(transmission, 708.2) }
    let raw = Self.shaded(transmission, 400)
    var flat = RawFrame()
    flat.add { _, _ in 400 }
    let found = try chain.process(raw.frame(), position: middle).amplitudes
    let expected = try open.process(flat.frame(), position: middle).amplitudes
    #expect(maximumRatioError(found, expected) < 2e-3)
    let sensitivity = chain.sensitivity
    #expect(abs(Double(sensitivity[64, 64]) - transmission) < 1e-5)
    #expect(abs(sensitivity[20, 20] - 1) < 1e-5)
  }

  private func maximumRatioError(_ a: Image, _ b: Image) -> Double {
    zip(a.values, b.values).map { abs(Double($0 / $1) - 1) }.max() ?? .infinity
  }

  @Test func anEnergyWithoutATransmissionIsRefused() {
    var parameters = PreprocessingParameters()
    parameters.attenuator = Self.attenuator(0.015, 708.2)
    #expect(throws: ParameterError.self) {
      try PreprocessingChain(
        parameters: parameters,
        energy: PhotonEnergy(electronVolts: 720)
      )
    }
  }

  @Test func betweenTwoEntriesTheTransmissionLiesOnTheLineAndNeverBeyond() throws {
    var attenuator = Self.attenuator(0.3, 704.2)
    attenuator.transmissions.append(
      EnergyTransmission(energy: PhotonEnergy(electronVolts: 714.2), transmission: 0.2)
    )
    let chain = try makeChain(energy: 708.2) { $0.attenuator = attenuator }
    #expect(abs(Double(chain.sensitivity[64, 64]) - 0.26) < 1e-5)
    // Within half an electron volt of an entry its own value counts.
    let near = try makeChain(energy: 714) { $0.attenuator = attenuator }
    #expect(abs(Double(near.sensitivity[64, 64]) - 0.2) < 1e-5)
    #expect(throws: ParameterError.self) {
      try makeChain(energy: 715) { $0.attenuator = attenuator }
    }
  }

  @Test func eachEnergyHasItsOwnTransmission() throws {
    let photons = try [708.2, 710.2].map { energy in
      var chain = try makeChain(energy: energy) { $0.attenuator = AttenuatorParameters() }
      var raw = RawFrame()
      raw.add { _, _ in 1500 }
      let value = try chain.process(raw.frame(), position: middle).amplitudes[64, 64]
      return Double(value * value)
    }
    // The pattern pixel's area goes with λ².
    let area = (710.2 / 708.2) * (710.2 / 708.2)
    #expect(abs(photons[0] / photons[1] / area - 0.0159 / 0.015) < 1e-3)
  }
}
