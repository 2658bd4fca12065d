// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Testing

@Suite struct QuantityTests {
  @Test func photonEnergiesHaveTheirWavelength() {
    // hc/E with hc = 1239.841984 eV nm.
    #expect(abs(PhotonEnergy(electronVolts: 708.2).wavelength.nanometers - 1.750_695) < 1e-5)
    #expect(abs(PhotonEnergy(electronVolts: 1).wavelength.micrometers - 1.239_841_984) < 1e-9)
    #expect(PhotonEnergy(electronVolts: 708.2) < PhotonEnergy(electronVolts: 710.2))
  }

  @Test func joulesAndElectronVoltsAreOneEnergy() {
    let energy = PhotonEnergy(electronVolts: 710.2)
    #expect(abs(energy.joules - 1.137_865_7e-16) < 1e-22)
    #expect(abs(PhotonEnergy(joules: energy.joules).electronVolts - 710.2) < 1e-9)
  }

  @Test func lengthsConvert() {
    let length = Length(nanometers: 6.7)
    #expect(abs(length.meters - 6.7e-9) < 1e-20)
    #expect(abs(length.micrometers - 0.0067) < 1e-14)
    #expect(abs(Length(micrometers: 30).nanometers - 30_000) < 1e-8)
    #expect(Length(nanometers: 6.7) < Length(micrometers: 1))
  }

  @Test func anglesConvert() {
    #expect(TiltAngle(degrees: 180).radians == .pi)
    #expect(TiltAngle(degrees: -80) < TiltAngle(degrees: 77))
  }

  @Test func shiftsAddAndSubtract() {
    let a = PixelShift(rows: 1, columns: 2)
    let b = PixelShift(rows: 0.5, columns: -1)
    #expect(a + b == PixelShift(rows: 1.5, columns: 1))
    #expect(a - b == PixelShift(rows: 0.5, columns: 3))
    #expect(a + .zero == a)
  }
}
