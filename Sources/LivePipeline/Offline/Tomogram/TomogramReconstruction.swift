// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Synchronization
import Tomography

/// A tomogram from files of projections, to convergence (`tiltfold tomogram`).
///
/// The series is read and turned into line integrals, its tilts are laid onto one another, beginning
/// with the one nearest to zero, and each energy's volume is reconstructed by sweeps over all of them.
/// The order of the tilts in the file does not matter.
public final class TomogramReconstruction: Sendable {
  /// Where a reconstruction stands.
  public enum Progress: Sendable {
    /// So many tilts are laid onto the running volume.
    case laying(done: Int, of: Int)
    /// A part of a joint round of alignment is done, rounds counted from 0; fewer may be enough.
    case aligning(round: Int, of: Int, part: Int, parts: Int)
    /// A joint round moved the tilts so far, RMS, pixels, whose mean correlation was this before.
    case moved(round: Int, pixels: Double, confidence: Double)
    /// A sweep is done, with the RMS residual that its rays met.
    case sweeping(energy: Int, of: Int, sweep: Int, sweeps: Int, residual: Double)
  }

  /// The projections, ready to be aligned.
  public let series: ProjectionSeries
  /// How it is done, in full.
  public let configuration: PipelineConfiguration
  /// The files that the projections are from.
  public let paths: [String]
  let options: TomogramOptions
  private let isStopping = Atomic(false)

  /// Reads a series and settles how it is reconstructed.
  ///
  /// - Parameters:
  ///   - paths: The parts of the series.
  ///   - configuration: How it is done; nil for what a tomogram of ours says of itself, else the
  ///     defaults.
  ///   - overrides: Keys on top of that, "KEY=VALUE" each.
  ///   - options: What else a person decides.
  /// - Throws: `PipelineError` where a file cannot be read or used, `ConfigurationErrors` for what
  ///   is wrong in an override.
  public init(
    paths: [String],
    configuration: PipelineConfiguration? = nil,
    overrides: [String] = [],
    options: TomogramOptions = TomogramOptions()
  ) throws {
    let tolerance = (configuration ?? PipelineConfiguration()).source.tiltTolerance
    var series = try ProjectionSeries.prepared(paths, options, tolerance: tolerance)
    self.configuration = try Self.configuration(
      for: &series,
      configuration,
      overrides: overrides,
      options
    )
    self.series = series
    self.paths = paths
    self.options = options
    try checkMemory()
  }

  /// Asks the run to end with what there is; returns at once.
  public func requestFinish() { isStopping.store(true, ordering: .sequentiallyConsistent) }

  var shouldFinish: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

  /// Aligns and reconstructs.
  ///
  /// - Parameter progress: Told of every step, on the caller's thread.
  /// - Returns: The tomogram and what it came to.
  /// - Throws: `PipelineError` where not one projection could be laid.
  public func run(
    progress: (Progress) -> Void = { _ in }
  ) throws(PipelineError) -> TomogramResult {
    let began = ContinuousClock.now
    let outcome = assemble(progress)
    guard outcome.assembly.acceptedTiltCount > 0 else {
      throw PipelineError(
        .data,
        "not one of the projections could be laid: \(outcome.refusal ?? "no reason is known")"
      )
    }
    var record = outcome.assembly.record(
      outcome.reports,
      parameters: configuration.describedInFull
    )
    let tilts = outcome.reports.map(\.tiltIndex)
    addEarlierTransforms(to: &record, tilts)
    let (chemistry, remark) = chemistry(of: record)
    record.chemistry = chemistry
    record.quantity = series.quantity
    return TomogramResult(
      record: record,
      places: tilts.map { series.places[$0] },
      remarks: series.remarks + outcome.remarks + [remark].compactMap { $0 },
      paths: paths,
      wasAligned: options.aligns,
      sweeps: configuration.tomography.finalSweeps,
      wasCutShort: shouldFinish,
      elapsed: (ContinuousClock.now - began).inSeconds
    )
  }

  /// Refuses what this machine cannot hold, before it tries.
  private func checkMemory() throws(PipelineError) {
    let shape = series.projections[0].shape
    let tomography = configuration.tomography
    let voxels = tomography.volumeSide * tomography.volumeSide * tomography.volumeHeight
    let (tilts, energies) = (series.tilts.count, series.energies.count)
    // Projections as read, with their surroundings, and as aligned, each with its weights; a volume
    // for each energy, and three more while one is reconstructed.
    let pixels = shape.count + 4 * max(shape.count, tomography.volumeSide * tomography.volumeHeight)
    let rays = 2 * tomography.volumeSide * tomography.volumeSide * tilts * 2
    let needed = 4.0 * Double(pixels * tilts * energies + voxels * (energies + 3) + rays)
    guard let free = AvailableMemory.bytes, needed > free else { return }
    throw PipelineError(
      .data,
      String(
        format: "%.1f GB of memory are needed and %.1f GB are free: reconstruct less with --bin 2, "
          + "--volume-side, --volume-height or --energy",
        needed * 1e-9,
        free * 1e-9
      )
    )
  }
}
