// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import DetectorSimulator
import HDF5Storage
import LivePipeline
import Preprocessing
import Registration
import Testing

/// A run with an energy below the edge, which is subtracted.
@Suite struct PreEdgeRunTests {
  @Test func summaryAndFileSayTheSameStateOfCharge() throws {
    var run = SimulatedRun()
    // The faintest last, so that each tilt is placed by what absorbs.
    run.parameters.energies = [708.2, 710.2, 700].map { PhotonEnergy(electronVolts: $0) }
    // The simulator's attenuator, on either side of the energies.
    run.configuration.preprocessing.attenuator?.transmissions = [(700, 0.01131), (720, 0.02031)].map
    {
      EnergyTransmission(energy: PhotonEnergy(electronVolts: $0), transmission: $1)
    }
    run.configuration.chemistry.subtractsPreEdge = true
    // So little absorbs below the edge that nothing is alike there; its sums alone matter here.
    run.configuration.registration.minimumConfidence = 0.01
    let outcome = try run.run()
    let told = try #require(outcome.summary.tomograms.first)
    try #require(told.energies.count == 3, "\(outcome.events.map(\.message))")
    let record = try outcome.tomogram()
    let figures = try #require(record.chemistry?.figures)
    let charge = try #require(told.stateOfCharge)
    #expect(abs(charge - figures.stateOfCharge) < 1e-9, "\(charge), \(figures.stateOfCharge)")
    // That of the densities with the pre-edge in them is another one.
    let plain = try TwoEnergyInversion(parameters: ChemistryParameters())
      .summary(first: record.volumes[1], second: record.volumes[2])
    let other = try #require(plain.stateOfCharge)
    #expect(abs(charge - other.fraction) > 1e-5, "\(charge)")
    let densities = try #require(
      ChemicalDensities(
        of: record.volumes,
        energies: record.energies,
        by: TwoEnergyInversion(parameters: run.configuration.chemistry)
      )
    )
    #expect(densities.preEdge == record.volumes[0])
    let again = try #require(densities.summary().stateOfCharge)
    #expect(abs(charge - again.fraction) < 1e-6, "\(charge), \(again)")
  }
}
