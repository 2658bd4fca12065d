// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Tomography

// The one place where a series meets `TomogramAssembly`.
extension TomogramReconstruction {
  /// Lays all tilts onto one another.
  ///
  /// From the tilt nearest to zero outwards, so that each has a neighbour in the volume already,
  /// whatever the order in the file.
  func align(_ progress: (Progress) -> Void) -> AlignedSeries {
    // The volumes are made by sweeps of our own when the shifts are known.
    var tomography = configuration.tomography
    (tomography.finalSweeps, tomography.averagedSweeps) = (1, 1)
    var assembly = TomogramAssembly(
      name: series.name,
      energies: series.energies,
      tiltTolerance: configuration.source.tiltTolerance,
      energyTolerance: configuration.source.energyTolerance,
      registration: configuration.registration,
      tomography: tomography
    )
    let order = series.tilts.indices.sorted {
      (abs(series.tilts[$0].degrees), series.places[$0])
        < (abs(series.tilts[$1].degrees), series.places[$1])
    }
    var refusal: String?
    for (done, tilt) in order.enumerated() where !shouldFinish {
      for energy in series.energies.indices where series.hasProjection(energy: energy, tilt: tilt) {
        let report = assembly.fold(projection(energy: energy, tilt: tilt))
        if refusal == nil, let reason = report.heldBackReason {
          refusal = reason + (report.remedy.map { ". \($0)" } ?? "")
        }
      }
      progress(.laying(done: done + 1, of: order.count))
    }
    let rounds = tomography.finalAlignmentRounds
    if !shouldFinish, rounds > 0 { progress(.aligning(rounds: rounds)) }
    let reports = shouldFinish ? assembly.tiltReports() : assembly.finish()
    var aligned = standing()
    aligned.accepted = series.tilts.map { _ in false }
    aligned.confidence = series.tilts.map { _ in 0 }
    aligned.energyShifts = series.energies.map { _ in
      series.tilts.map { _ in PixelShift(rows: .nan, columns: .nan) }
    }
    aligned.refusal = refusal
    aligned.volumes = assembly.volumes
    for report in reports where report.tiltIndex < series.tilts.count {
      aligned.accepted[report.tiltIndex] = report.accepted
      aligned.confidence[report.tiltIndex] = report.confidence
      aligned.shifts[report.tiltIndex] = report.shift
      for energy in series.energies.indices {
        guard let offset = report.energyOffsets[energy] else { continue }
        aligned.energyShifts[energy][report.tiltIndex] = offset
      }
    }
    for energy in series.energies.indices {
      for projection in assembly.alignedProjections(energy: energy) {
        aligned.projections[energy][projection.tiltIndex] = projection.opticalDensity
        aligned.coverage[energy][projection.tiltIndex] = projection.weights
      }
    }
    return aligned
  }

  /// The series as it stands, cut or padded to the volume's projection.
  func standing() -> AlignedSeries {
    let tomography = configuration.tomography
    let shape = Shape2D(rows: tomography.volumeHeight, columns: tomography.volumeSide)
    var projections: [ImageStack] = []
    var coverage: [ImageStack] = []
    for energy in series.energies.indices {
      var values = ImageStack(count: series.tilts.count, shape: shape)
      var trust = values
      for tilt in series.tilts.indices {
        values[tilt] = resampled(series.projections[energy][tilt], to: shape)
        trust[tilt] = resampled(
          series.coverage(energy: energy, tilt: tilt),
          to: shape,
          interpolation: .minimum
        )
      }
      projections.append(values)
      coverage.append(trust)
    }
    let side = tomography.volumeSide
    let empty = Volume(sizeX: side, sizeZ: side, sizeY: tomography.volumeHeight)
    return AlignedSeries(
      projections: projections,
      coverage: coverage,
      shifts: series.tilts.map { _ in .zero },
      accepted: series.tilts.map { _ in true },
      volumes: series.energies.map { _ in empty }
    )
  }

  private func projection(energy: Int, tilt: Int) -> Projection {
    Projection(
      identity: ScanIdentity(
        scan: "\(tilt)",
        tilt: series.tilts[tilt],
        tiltIndex: tilt,
        energy: series.energies[energy],
        energyIndex: energy
      ),
      opticalDensity: series.projections[energy][tilt],
      coverage: series.coverage(energy: energy, tilt: tilt),
      pixelSize: series.pixelSize
    )
  }
}
