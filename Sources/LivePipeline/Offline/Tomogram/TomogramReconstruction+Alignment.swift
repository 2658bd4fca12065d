// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Registration
import Tomography

// The one place where a series meets `TomogramAssembly`.
extension TomogramReconstruction {
  /// What became of a series.
  struct Outcome {
    var assembly: TomogramAssembly
    var reports: [TiltReport]
    /// Why the first tilt that was held back was, in words.
    var refusal: String?
    /// What a person should know of the alignment.
    var remarks: [String] = []
  }

  /// Lays all tilts onto one another and reconstructs every energy.
  func assemble(_ progress: (Progress) -> Void) -> Outcome {
    var tomography = configuration.tomography
    if !options.aligns { tomography.finalAlignmentRounds = 0 }
    var assembly = TomogramAssembly(
      name: series.name,
      energies: series.energies,
      tiltTolerance: configuration.source.tiltTolerance,
      energyTolerance: configuration.source.energyTolerance,
      registration: configuration.registration,
      tomography: tomography
    )
    let projections = series.tilts.indices.flatMap { tilt in
      series.energies.indices.filter { series.hasProjection(energy: $0, tilt: tilt) }
        .map { projection(energy: $0, tilt: tilt) }
    }
    let crew = WorkerCrew(threads: configuration.compute.threadCount)
    defer { crew.end() }
    progress(.laying(done: 0, of: projections.count))
    let standing: SeriesStanding =
      !options.aligns ? .final : series.isAligned ? .checked : .unknown
    let placement = assembly.take(
      projections,
      standing: standing,
      heldBack: Set(series.tilts.indices.filter { series.isHeldBack[$0] }),
      sharing: crew
    ) { done in
      progress(.laying(done: done, of: projections.count))
      return !shouldFinish
    }
    let reports = assembly.finish(sharing: crew) { step in
      tell(step, rounds: tomography.finalAlignmentRounds, progress)
      return !shouldFinish
    }
    var outcome = Outcome(assembly: assembly, reports: reports)
    outcome.refusal = placement.refused.first.map { report in
      (report.heldBackReason ?? "no reason is known") + (report.remedy.map { ". \($0)" } ?? "")
    }
    if options.aligns, !shouldFinish, let moved = assembly.selfConsistency,
      moved >= configuration.registration.selfConsistency
    {
      outcome.remarks.append(
        "the joint rounds did not come to rest: the last one moved the tilts by "
          + "\(Words.number(moved, 3)) pixels (--align-rounds, registration.final_transform)"
      )
    }
    if let slices = placement.sliceCount {
      outcome.remarks.append("first places by the mass of \(slices) slices")
    } else if standing == .unknown {
      outcome.remarks.append("first places on the growing volume, tilt by tilt")
    }
    return outcome
  }

  /// Makes a record say what its projections went through in all, in this run and before.
  func addEarlierTransforms(to record: inout TomogramRecord, _ tilts: [Int]) {
    for (place, tilt) in tilts.enumerated() {
      let whole = series.transforms[tilt].followed(by: record.transform(ofTilt: place))
      record.shifts[place] = whole.shift
      record.imageRotations[place] = whole.rotationDegrees
      record.imageScales[place] = whole.scale
    }
    record.acquisition = tilts.map { series.acquisition[$0] }
    record.axis = record.measuredAxis
  }

  private func tell(_ step: FinishStep, rounds: Int, _ progress: (Progress) -> Void) {
    switch step {
    case .round(let round, let part, let parts):
      progress(.aligning(round: round, of: rounds, part: part + 1, parts: parts))
    case .moved(let round, let pixels, let confidence):
      progress(.moved(round: round, pixels: pixels, confidence: confidence))
    case .sweep(let sweep, let sweeps, let energy, let residual):
      progress(
        .sweeping(
          energy: series.energies.firstIndex(of: energy) ?? 0,
          of: series.energies.count,
          sweep: sweep + 1,
          sweeps: sweeps,
          residual: residual
        )
      )
    }
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

  /// The chemistry of two energies' optical densities, and why there is none where two would do.
  func chemistry(of record: TomogramRecord) -> (chemistry: TomogramChemistry?, remark: String?) {
    guard record.energies.count > 1, series.quantity == "optical density" else {
      return (nil, nil)
    }
    let inversion: TwoEnergyInversion
    do throws(ParameterError) {
      inversion = try TwoEnergyInversion(parameters: configuration.chemistry)
    } catch {
      return (nil, "no chemistry is solved: chemistry.\(error)")
    }
    let crew = WorkerCrew(threads: configuration.compute.threadCount)
    defer { crew.end() }
    let solved = SolvedChemistry.record(
      of: record.volumes,
      energies: record.energies,
      voxelSize: record.voxelSize,
      inversion,
      sharing: crew
    )
    return (
      solved,
      solved == nil
        ? ChemicalEnergies.refusal(of: record.energies, by: configuration.chemistry) : nil
    )
  }
}
