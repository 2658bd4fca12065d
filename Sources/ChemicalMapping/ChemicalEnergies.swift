// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Which of a tomogram's (or a stack's) energies the chemistry is solved from.
public struct ChemicalEnergies: Sendable, Hashable {
  /// The place of the energy of the matrix's first row.
  public var first: Int
  /// The place of the energy of its second row.
  public var second: Int
  /// The places of the energies below the edge that are subtracted; empty for none.
  public var preEdge: [Int]

  /// Chooses the energies nearest to those of the absorption matrix; nil where one of the two is not
  /// there within 1 eV.
  ///
  /// - Parameters:
  ///   - energies: The energies that there are, in any order.
  ///   - parameters: Which ones are wanted.
  public init?(of energies: [PhotonEnergy], by parameters: ChemistryParameters) {
    func place(of wanted: PhotonEnergy) -> Int? {
      let nearest = energies.indices.min {
        abs(energies[$0].electronVolts - wanted.electronVolts)
          < abs(energies[$1].electronVolts - wanted.electronVolts)
      }
      return nearest.flatMap {
        abs(energies[$0].electronVolts - wanted.electronVolts) <= Self.tolerance ? $0 : nil
      }
    }
    guard let first = place(of: parameters.energies[0]),
      let second = place(of: parameters.energies[1]), first != second
    else { return nil }
    self.first = first
    self.second = second
    let edge = min(energies[first].electronVolts, energies[second].electronVolts)
    preEdge =
      parameters.subtractsPreEdge
      ? energies.indices.filter { energies[$0].electronVolts <= edge - Self.distanceBelowEdge } : []
  }

  /// Why there is no chemistry of some energies, in words.
  public static func refusal(
    of energies: [PhotonEnergy],
    by parameters: ChemistryParameters
  ) -> String {
    func list(_ energies: [PhotonEnergy]) -> String {
      energies.map { "\($0.electronVolts)" }.joined(separator: " and ")
    }
    return
      "no chemistry is solved: chemistry.energies_eV wants \(list(parameters.energies)) eV, and "
      + "there are \(list(energies.sorted())) eV; absorption_per_um must belong to the energies"
  }

  /// How far an energy may lie from the one that the absorption belongs to, eV.
  private static let tolerance = 1.0
  /// How far below both peaks nothing of them is left, eV.
  private static let distanceBelowEdge = 2.0
}
