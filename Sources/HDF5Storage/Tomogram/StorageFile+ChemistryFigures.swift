// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

extension StorageFile {
  /// Writes what a chemistry comes to as a whole.
  func write(_ figures: ChemistryFigures) throws(StorageError) {
    let group = TomogramPaths.chemistryFigures
    try makeGroup(group, nexusClass: "NXcollection")
    let lists: [(String, [Double], String)] = [
      ("energies", figures.energies.map(\.electronVolts), "eV"),
      ("noise", figures.noise, "1"),
      ("state_of_charge_uncertainties", figures.stateOfChargeUncertainties, "1"),
      ("peak_angle", figures.peaks.map(\.angle), "degree"),
      ("peak_angle_error", figures.peaks.map(\.angleError), "degree"),
      ("peak_angle_width", figures.peaks.map(\.angleWidth), "degree"),
      ("peak_composition", figures.peaks.map(\.composition), "1"),
      ("peak_composition_width", figures.peaks.map(\.compositionWidth), "percent"),
    ]
    for (name, list, unit) in lists {
      try write(list: list, at: "\(group)/\(name)", unit: unit)
    }
    let values: [(String, Double, String)] = [
      ("noise_correlation_length", figures.noiseCorrelationLength, "voxel"),
      ("minimum_iron_od", figures.minimumIron, "1"),
      ("state_of_charge", figures.stateOfCharge, "1"),
    ]
    for (name, value, unit) in values {
      try write(value: value, at: "\(group)/\(name)", unit: unit)
    }
  }

  /// Reads what a chemistry comes to as a whole; nil in files of earlier versions.
  func readChemistryFigures() throws(StorageError) -> ChemistryFigures? {
    let group = TomogramPaths.chemistryFigures
    guard exists(group) else { return nil }
    func list(_ name: String) throws(StorageError) -> [Double] {
      try read(Double.self, at: "\(group)/\(name)").values
    }
    let parts = [
      try list("peak_angle"), try list("peak_angle_error"), try list("peak_angle_width"),
      try list("peak_composition"), try list("peak_composition_width"),
    ]
    guard parts.allSatisfy({ $0.count == parts[0].count }) else {
      throw StorageError("the numbers of the peaks differ in length", file: path, path: group)
    }
    return ChemistryFigures(
      energies: try list("energies").map { PhotonEnergy(electronVolts: $0) },
      noise: try list("noise"),
      noiseCorrelationLength: try readValue(at: "\(group)/noise_correlation_length"),
      minimumIron: try readValue(at: "\(group)/minimum_iron_od"),
      stateOfCharge: try readValue(at: "\(group)/state_of_charge"),
      stateOfChargeUncertainties: try list("state_of_charge_uncertainties"),
      peaks: parts[0].indices.map { place in
        ChemistryFigures.Peak(
          angle: parts[0][place],
          angleError: parts[1][place],
          angleWidth: parts[2][place],
          composition: parts[3][place],
          compositionWidth: parts[4][place]
        )
      }
    )
  }
}
