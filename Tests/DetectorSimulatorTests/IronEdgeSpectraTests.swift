// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import Imaging
import TestSupport
import Testing

@Suite struct IronEdgeSpectraTests {
  let matrix = SimulationParameters().absorption
  let spectra = IronEdgeSpectra(through: SimulationParameters().absorption)

  func absorption(_ volts: Double) -> PhaseAbsorption {
    spectra.absorption(at: PhotonEnergy(electronVolts: volts))
  }

  @Test func theCurvesPassThroughTheMatrix() {
    let first = absorption(708.2)
    let second = absorption(710.2)
    #expect(abs(first.lithiated - 11.80) < 1e-9 && abs(first.delithiated - 5.33) < 1e-9)
    #expect(abs(second.lithiated - 5.45) < 1e-9 && abs(second.delithiated - 11.86) < 1e-9)
    let other = AbsorptionMatrix(rows: [[10, 4], [5, 12]])
    let through = IronEdgeSpectra(through: other)
    #expect(abs(through.absorption(at: PhotonEnergy(electronVolts: 710.2)).lithiated - 5) < 1e-9)
  }

  @Test func belowTheEdgeLittleIsLeftAndTheSameOfBothPhases() {
    let below = [700, 702.7, 705.2].map(absorption)
    let mean = PhaseAbsorption(
      lithiated: below.reduce(0) { $0 + $1.lithiated } / 3,
      delithiated: below.reduce(0) { $0 + $1.delithiated } / 3
    )
    for share in [
      mean.lithiated / (0.5 * (11.80 + 5.45)), mean.delithiated / (0.5 * (5.33 + 11.86)),
    ] {
      #expect((0.03...0.05).contains(share), "\(share)")
    }
    for step in 0...200 {
      let value = absorption(698 + Double(step) / 10)
      #expect(value.lithiated > 0 && value.delithiated > 0)
      #expect(value.lithiated < 12.2 && value.delithiated < 12.2)
    }
    // Peaks where Fe²⁺ and Fe³⁺ have them.
    func peak(_ phase: (PhaseAbsorption) -> Double) -> Double {
      (0...200).map { 698 + Double($0) / 10 }.max { phase(absorption($0)) < phase(absorption($1)) }
        ?? 0
    }
    #expect(abs(peak(\.lithiated) - 708.1) < 0.2 && abs(peak(\.delithiated) - 710.2) < 0.2)
  }

  @Test func theReferenceFileIsTheModel() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Config/references/lifepo4-fe-l3.csv")
    if ProcessInfo.processInfo.environment["UPDATE_REFERENCE"] == "1" {
      try spectra.table.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == spectra.table)
  }

  @Test func manyEnergiesAtOneTiltAreSimulated() throws {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    parameters.tiltCount = 1
    parameters.firstAngle = TiltAngle(degrees: 0)
    parameters.energies = [700, 702.7, 708.2, 709, 710.2].map(PhotonEnergy.init(electronVolts:))
    parameters.plateCount = 3
    parameters.sampleDiameter = Length(nanometers: 200)
    var detector = try SimulatedDetector(parameters)
    #expect(detector.plan.scans.count == 5)
    let transmissions = detector.transmissions(tiltIndex: 0)
    let paths = detector.phantom.paths(
      tilt: parameters.tilts[0],
      side: 160,
      pixelSize: Length(nanometers: 3.35)
    )
    for (energy, transmission) in transmissions.enumerated() {
      let value = absorption(parameters.energies[energy].electronVolts)
      let i = paths.lithiated.values.indices.max {
        paths.lithiated.values[$0] < paths.lithiated.values[$1]
      }
      let place = try #require(i)
      let density =
        1e6
        * (value.lithiated * Double(paths.lithiated.values[place])
          + value.delithiated * Double(paths.delithiated.values[place]))
      #expect(abs(-2 * log(Double(transmission.values[place].modulus)) - density) < 1e-4)
    }
    // The attenuator's two transmissions belong to 708.2 and 710.2 eV.
    #expect(abs(parameters.attenuatorTransmission(energyIndex: 2) - 0.015) < 1e-9)
    #expect(abs(parameters.attenuatorTransmission(energyIndex: 3) - 0.01536) < 1e-9)
    #expect(detector.expectedPhotons(detector.plan.scans[0], point: 0).values.contains { $0 > 0 })
    parameters.energies.append(PhotonEnergy(electronVolts: 700))
    #expect(throws: ParameterError.self) { try parameters.validate() }
  }
}
