// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import TestSupport
import Testing

@Suite struct ReferenceSpectraTests {
  func spectra(_ names: [String], _ energies: [Double] = [700, 710]) throws -> ReferenceSpectra {
    try ReferenceSpectra(
      energies: energies.map { PhotonEnergy(electronVolts: $0) },
      names: names,
      absorption: names.indices.map { place in energies.map { $0 + Double(place) } }
    )
  }

  @Test(arguments: SpectralInterpolation.allCases)
  func interpolationIsThatOfIndependentPrograms(interpolation: SpectralInterpolation) throws {
    let numbers = try ReferenceNumbers("spectra.txt")
    let spectra = try ReferenceSpectra(
      energies: numbers["grid"][0].map { PhotonEnergy(electronVolts: $0) },
      names: ["LFP"],
      absorption: [numbers["ref"][0]]
    )
    let found = try spectra.absorption(
      at: numbers["energy"][0].map { PhotonEnergy(electronVolts: $0) },
      by: interpolation
    )
    #expect(maximumDifference(found[0], numbers[interpolation.rawValue][0]) < 1e-9)
  }

  @Test func energiesComeInAnyOrderAndAreNotExtrapolated() throws {
    let spectra = try spectra(["a"], [712, 700, 708])
    #expect(spectra.energies.map(\.electronVolts) == [700, 708, 712])
    #expect(spectra.absorption == [[700, 708, 712]])
    let at = try spectra.absorption(at: [PhotonEnergy(electronVolts: 706)])
    #expect(abs(at[0][0] - 706) < 1e-9)
    // A monochromator's last digit is no extrapolation.
    #expect(try spectra.absorption(at: [PhotonEnergy(electronVolts: 712.04)]) == [[712]])
    #expect(throws: SpectraError.self) {
      try spectra.absorption(at: [PhotonEnergy(electronVolts: 712.2)])
    }
    #expect(throws: SpectraError.self) { try self.spectra(["a"], [700, 700]) }
    #expect(throws: SpectraError.self) { try self.spectra(["a"], [700]) }
    #expect(throws: SpectraError.self) { try self.spectra(["a"], [700, .nan]) }
  }

  @Test(arguments: [
    (["LiFePO4", "FePO4"], 0, 1, true), (["FP", "LFP"], 1, 0, true),
    (["oxidized_t", "reduced_t"], 1, 0, true), (["Fe3+", "Fe2+"], 1, 0, true),
    (["delithiated", "lithiated"], 1, 0, true), (["one", "two"], 0, 1, false),
    (["Fe(III)", "Fe(II)"], 1, 0, true), (["LiFePO₄", "FePO₄"], 0, 1, true),
    (["charged 4.2 V", "discharged 2.5 V"], 1, 0, true),
    (["FePO4, lithiated", "FePO4"], 0, 1, true), (["Li FePO4", "FePO4 literature"], 0, 1, true),
    // The state counts before the compound.
    (["LFP oxidized", "LFP reduced"], 1, 0, true),
    (["LFP_delithiated", "LFP_lithiated"], 1, 0, true),
    (["delithiated LFP", "pristine LFP"], 1, 0, true), (["Fe 3+", "Fe 2+"], 1, 0, true),
    (["Fe(3+)", "Fe(2+)"], 1, 0, true), (["LiFePO4 charged", "LiFePO4 discharged"], 1, 0, true),
    (["charged, discharged", "FP", "LFP"], 2, 1, true),
    // Parts of words are no names, and a name that is known keeps its part.
    (["Fe2O3", "Fe3O4"], 0, 1, false), (["Fe3O4", "Fe2O3"], 0, 1, false),
    (["FePO4", "Fe2O3"], 1, 0, false), (["Fe2O3", "a", "LFP"], 2, 0, false),
  ])
  func phasesAreKnownByTheirNames(
    names: [String],
    lithiated: Int,
    delithiated: Int,
    areNamed: Bool
  ) throws {
    let phases = try #require(try spectra(names).phases)
    #expect(
      phases == PhaseRoles(lithiated: lithiated, delithiated: delithiated, areNamed: areNamed)
    )
  }

  @Test func someAreChosenByName() throws {
    let chosen = try spectra(["a", "b", "c"]).selecting(["C", "a"])
    #expect(chosen.names == ["c", "a"])
    #expect(chosen.absorption[0] == [702, 712])
    #expect(throws: SpectraError.self) { try self.spectra(["a"]).selecting(["d"]) }
  }
}
