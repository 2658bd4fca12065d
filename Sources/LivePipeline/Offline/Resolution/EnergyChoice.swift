// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// Which of a tomogram's energies a person means: by electron volts, or by its place from 0.
enum EnergyChoice {
  /// Finds the energy that a number names.
  ///
  /// - Parameters:
  ///   - number: Electron volts, to half of one, or a place.
  ///   - energies: The energies there are.
  /// - Returns: Its place; nil where it names none.
  static func place(_ number: Double, in energies: [PhotonEnergy]) -> Int? {
    let nearest = energies.indices.min {
      abs(energies[$0].electronVolts - number) < abs(energies[$1].electronVolts - number)
    }
    if let nearest, number > 1, abs(energies[nearest].electronVolts - number) <= 0.5 {
      return nearest
    }
    return Int(exactly: number).flatMap { energies.indices.contains($0) ? $0 : nil }
  }

  /// The energies there are, in words.
  static func inWords(_ energies: [PhotonEnergy]) -> String {
    energies.enumerated().map { place, energy in
      energy.electronVolts > 0 ? "\(place) (\(energy.electronVolts) eV)" : "\(place)"
    }.joined(separator: ", ")
  }
}
