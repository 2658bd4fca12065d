// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Tomography

// The volumes, from projections whose places are known.
extension TomogramReconstruction {
  /// Reconstructs one energy's volume.
  ///
  /// - Returns: The volume, nil where not one sweep was done, and the residual of each sweep.
  func sweep(
    _ aligned: AlignedSeries,
    energy: Int,
    _ progress: (Progress) -> Void
  ) -> (volume: Volume?, residuals: [Double]) {
    let tomography = configuration.tomography
    let part = taking(aligned, energy: energy)
    let order = ReplayOrder.decorrelated(part.map { series.tilts[$0] }).map { part[$0] }
    let rays = order.map { tilt in
      RayTable(
        tilt: series.tilts[tilt],
        sizeX: tomography.volumeSide,
        sizeZ: tomography.volumeSide
      )
    }
    var running = ARTReconstruction(parameters: tomography)
    let sweeps = tomography.finalSweeps
    let averaged = max(1, min(tomography.averagedSweeps, sweeps / 2))
    var mean = Volume(
      sizeX: tomography.volumeSide,
      sizeZ: tomography.volumeSide,
      sizeY: tomography.volumeHeight
    )
    var residuals: [Double] = []
    for sweep in 0..<sweeps {
      let relaxation = tomography.relaxation(ofSweep: sweep)
      let before = running.volume
      var squares = 0.0
      for (place, tilt) in order.enumerated() {
        guard !shouldFinish else { return (residuals.isEmpty ? nil : running.volume, residuals) }
        let met = running.fold(
          aligned.projections[energy][tilt],
          weights: aligned.coverage[energy][tilt],
          along: rays[place],
          relaxation: relaxation
        )
        squares += met * met
      }
      running.lowerVariation(since: before, parameters: tomography)
      residuals.append((squares / Double(order.count)).squareRoot())
      progress(
        .sweeping(
          energy: energy,
          of: series.energies.count,
          sweep: sweep + 1,
          sweeps: sweeps,
          residual: residuals[sweep]
        )
      )
      guard sweep >= sweeps - averaged else { continue }
      var target = mean.values.mutableSpan
      addScaled(running.volume.values.span, by: 1 / Float(averaged), to: &target)
    }
    return (mean, residuals)
  }

  /// The RMS of projection minus re-projection of each tilt, [tilt]; NaN where it takes no part.
  func residualsOfTilts(_ aligned: AlignedSeries, energy: Int) -> [Double] {
    let part = Set(taking(aligned, energy: energy))
    return series.tilts.indices.map { tilt in
      guard part.contains(tilt) else { return .nan }
      let projection = AlignedProjection(
        values: aligned.projections[energy][tilt],
        weights: aligned.coverage[energy][tilt],
        rays: RayTable(
          tilt: series.tilts[tilt],
          sizeX: configuration.tomography.volumeSide,
          sizeZ: configuration.tomography.volumeSide
        )
      )
      return projection.residual(against: aligned.volumes[energy])
    }
  }

  /// The chemistry of two energies' optical densities, the lower one first.
  func chemistry(of volumes: [Volume]) -> TomogramChemistry? {
    let order = series.energies.indices.sorted { series.energies[$0] < series.energies[$1] }
    guard order.count > 1, series.quantity == "optical density",
      let inversion = try? TwoEnergyInversion(parameters: configuration.chemistry)
    else { return nil }
    let solved = inversion.solve(
      first: volumes[order[0]],
      second: volumes[order[1]],
      voxelSize: configuration.tomography.voxelSize
    )
    return TomogramChemistry(
      lithiated: solved.lithiated,
      delithiated: solved.delithiated,
      composition: solved.composition,
      polarAngle: solved.polarAngle,
      phaseLabel: solved.phaseLabel
    )
  }

  /// The tilts that take part in one energy's volume.
  private func taking(_ aligned: AlignedSeries, energy: Int) -> [Int] {
    series.tilts.indices.filter {
      aligned.accepted[$0] && series.hasProjection(energy: energy, tilt: $0)
    }
  }
}
