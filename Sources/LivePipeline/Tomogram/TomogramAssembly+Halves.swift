// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// Measures the resolution of every energy from even and odd tilts, at the shifts as they stand.
  ///
  /// Costs two reconstructions of half the tilts for each energy, and the memory of three volumes.
  ///
  /// - Parameters:
  ///   - diameter: The object's diameter across the rotation axis; as the volumes show it if nil.
  ///   - work: Threads that share the slices.
  /// - Returns: One correlation for each energy that has tilts enough, the lowest energy first,
  ///   their `energyIndex` counted in that order.
  public func shellCorrelations(
    diameter: Length? = nil,
    sharing work: any WorkSharing = SerialWork()
  ) -> [ShellCorrelation] {
    halves(diameter: diameter).map { $0.correlation(sharing: work) }
  }

  /// The halves of every energy that has tilts enough, the lowest energy first.
  ///
  /// They keep what they need: the tomogram may go on growing meanwhile.
  func halves(diameter: Length? = nil) -> [HalfTomograms] {
    let order = energies.indices.sorted { energies[$0] < energies[$1] }
    return order.enumerated().compactMap { rank, energy in
      let series = series(energy: energy)
      guard series.tilts.count >= HalfTomograms.fewestTilts else { return nil }
      let lit =
        diameter
        ?? diameterAcrossAxis(of: reconstructions[energy].volume).map {
          Length(meters: $0 * tomography.voxelSize.meters)
        }
      return HalfTomograms(
        series,
        energyIndex: rank,
        energy: energies[energy],
        diameter: lit,
        parameters: tomography
      )
    }
  }
}
