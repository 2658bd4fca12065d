// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Testing

@Suite struct ChemicalEnergiesTests {
  func energies(_ volts: [Double]) -> [PhotonEnergy] {
    volts.map { PhotonEnergy(electronVolts: $0) }
  }

  @Test func theTwoConfiguredEnergiesAreTakenOfAnyNumber() throws {
    let parameters = ChemistryParameters()
    let two = try #require(ChemicalEnergies(of: energies([710.2, 708.2]), by: parameters))
    #expect(two.first == 1 && two.second == 0 && two.preEdge.isEmpty)
    let many = try #require(
      ChemicalEnergies(of: energies([700, 705, 708.3, 709.2, 710.1, 715]), by: parameters)
    )
    #expect(many.first == 2 && many.second == 4 && many.preEdge.isEmpty)
  }

  @Test func otherEnergiesAreRefusedInWords() {
    let parameters = ChemistryParameters()
    #expect(ChemicalEnergies(of: energies([708.2, 720]), by: parameters) == nil)
    #expect(ChemicalEnergies(of: energies([708.2]), by: parameters) == nil)
    #expect(ChemicalEnergies(of: [], by: parameters) == nil)
    let words = ChemicalEnergies.refusal(of: energies([720, 708.2]), by: parameters)
    #expect(words.contains("708.2 and 710.2 eV") && words.contains("708.2 and 720.0 eV"))
  }

  @Test func energiesBelowTheEdgeAreThoseTwoElectronVoltsBelowBoth() throws {
    var parameters = ChemistryParameters()
    parameters.subtractsPreEdge = true
    let choice = try #require(
      ChemicalEnergies(of: energies([700, 703, 706.5, 708.2, 710.2]), by: parameters)
    )
    #expect(choice.preEdge == [0, 1])
    parameters.preEdgeAbsorption = PhaseAbsorption(lithiated: 6, delithiated: 0.3)
    #expect(throws: ParameterError.self) { try parameters.validate() }
    // Where it is not subtracted it does not count.
    parameters.subtractsPreEdge = false
    try parameters.validate()
    parameters = ChemistryParameters()
    parameters.energies = energies([708.2, 708.2])
    #expect(throws: ParameterError.self) { try parameters.validate() }
  }
}
