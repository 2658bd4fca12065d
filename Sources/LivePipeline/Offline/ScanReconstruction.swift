// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
public import HDF5Storage
import Imaging
import Ptychography
import Synchronization

/// One scan of a file, reconstructed when all its frames are there.
///
/// The start is the file's own probe or, where it has none, what a search over defocus finds. With
/// the resolution asked for, two more reconstructions are made from the same start, of every other
/// frame each, on two threads.
public final class ScanReconstruction: Sendable {
  /// What is to be done apart from the configuration.
  public struct Options: Sendable, Hashable {
    /// Whether the start is searched although the file proposes one.
    public var searchesDefocus = false
    /// Whether two halves of the frames are compared.
    public var measuresResolution = true

    /// Makes the defaults.
    public init() {}
  }

  /// Where a reconstruction stands.
  public enum Progress: Sendable, Hashable {
    /// Transforms are being planned.
    case planning
    /// So many starts have been tried; the last with this curvature (pixels²) and data error.
    case searching(tried: Int, curvature: Double, dataError: Double)
    /// An iteration is done; the data error is the latest that was measured, NaN before.
    case iterating(iteration: Int, of: Int, overlapError: Double, dataError: Double)
    /// The halves are at this iteration.
    case comparingHalves(iteration: Int, of: Int)
    /// Something that a person should know.
    case remark(String)
  }

  /// The scan.
  public let scan: CXIScan
  /// The file that it was read from.
  public let path: String
  let configuration: PipelineConfiguration
  private let isStopping = Atomic(false)

  /// Reads a scan; raw frames are cleaned.
  ///
  /// - Parameters:
  ///   - path: The file: a scan (CXI), a scan of raw frames (`.stxm`, raw CXI) or a recording.
  ///   - name: Which scan of a recording; nil where it has only one.
  ///   - configuration: How to reconstruct; its sections `ptychography` and `compute` count and,
  ///     for raw frames, `source`, `detector` and `preprocessing`.
  ///   - progress: Told of every step of the reading.
  /// - Throws: `PipelineError` where the file cannot be read or its scan not be reconstructed.
  public convenience init(
    path: String,
    scan name: String? = nil,
    configuration: PipelineConfiguration,
    progress: @escaping (OfflineProgress) -> Void = { _ in }
  ) throws(PipelineError) {
    let scan = try OfflineScan.read(
      path,
      scan: name,
      configuration: configuration,
      progress: progress
    )
    try self.init(scan: scan, path: path, configuration: configuration)
  }

  /// Takes a scan.
  ///
  /// - Parameters:
  ///   - scan: The scan.
  ///   - path: What errors call it.
  ///   - configuration: How to reconstruct; of its sections `ptychography` and `compute` count.
  /// - Throws: `PipelineError` where the scan cannot be reconstructed.
  public init(
    scan: CXIScan,
    path: String,
    configuration: PipelineConfiguration
  ) throws(PipelineError) {
    self.scan = scan
    self.path = path
    self.configuration = configuration
    if let reason = scan.reasonAgainstReconstruction {
      throw PipelineError(.data, "\(path): \(reason)")
    }
  }

  /// Asks the run to iterate no more and return what it has; returns at once.
  public func requestFinish() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
  }

  var shouldFinish: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

  /// Reconstructs.
  ///
  /// - Parameters:
  ///   - options: What is to be done.
  ///   - progress: Told of every step, on the caller's thread.
  /// - Returns: The object, the probe and all figures.
  public func run(
    _ options: Options = Options(),
    progress: (Progress) -> Void = { _ in }
  ) -> ScanResult {
    let began = ContinuousClock.now
    progress(.planning)
    let plan = configuration.compute.makePlan(shape: scan.frames.shape) { progress(.remark($0)) }
    let patterns = scan.patterns
    let start = findStart(options, patterns, plan: plan, progress)
    let grid = ScanGrid(
      patternShape: scan.frames.shape,
      pixelSize: scan.objectPixelWidth,
      positions: scan.positions
    )
    var convergence = ConvergenceRecord()
    var whole = reconstruction(of: patterns, grid: grid, plan: plan, start: start.probe)
    let iterations = configuration.ptychography.iterations
    for done in 1...iterations {
      whole.iterate(1)
      convergence.note(whole.overlapError)
      if done.isMultiple(of: 10) {
        whole.measureDataError()
        convergence.note(dataError: whole.dataError)
      }
      progress(
        .iterating(
          iteration: done,
          of: iterations,
          overlapError: whole.overlapError,
          dataError: convergence.lastDataError
        )
      )
      if shouldFinish || convergence.isSettled(configuration.ptychography.stagnationTolerance) {
        break
      }
    }
    let object = whole.finishedResult()
    convergence.note(dataError: object.dataError)
    var result = ScanResult(
      object: object,
      start: start,
      convergence: convergence,
      rejectedFrames: whole.rejections.total
    )
    if options.measuresResolution, !shouldFinish {
      result.halves = compareHalves(patterns, grid, plan, start: start.probe, object, progress)
      result.object.halves = result.halves?.record(iterations: object.iteration)
    }
    result.wasCutShort = shouldFinish
    result.elapsed = (ContinuousClock.now - began).inSeconds
    return result
  }

  /// A reconstruction that has all its frames and no iteration.
  func reconstruction(
    of patterns: [DiffractionPattern],
    grid: ScanGrid,
    plan: FourierPlan2D,
    start: ComplexImage
  ) -> IncrementalReconstruction {
    var reconstruction = IncrementalReconstruction(
      grid: grid,
      identity: scan.identity,
      plan: plan,
      parameters: configuration.ptychography,
      probe: start
    )
    for pattern in patterns { reconstruction.add(pattern) }
    return reconstruction
  }

  private func findStart(
    _ options: Options,
    _ patterns: [DiffractionPattern],
    plan: FourierPlan2D,
    _ progress: (Progress) -> Void
  ) -> ScanResult.Start {
    if let probe = scan.probe, !options.searchesDefocus {
      return ScanResult.Start(probe: probe)
    }
    let search = DefocusSearch(
      patterns: patterns,
      pixelSize: scan.objectPixelWidth,
      identity: scan.identity,
      plan: plan,
      parameters: configuration.ptychography
    )
    var tried = 0
    let best = search.run { candidate in
      tried += 1
      progress(
        .searching(
          tried: tried,
          curvature: candidate.curvature,
          dataError: candidate.dataError
        )
      )
    }
    let defocus = ProbeStart.defocus(
      curvature: best.curvature,
      energy: scan.energy,
      pixelSize: scan.objectPixelWidth
    )
    return ScanResult.Start(probe: best.probe, defocus: defocus, curvature: best.curvature)
  }
}

extension CXIScan {
  /// Why the scan cannot be reconstructed and what to do; nil where it can.
  var reasonAgainstReconstruction: String? {
    if nearField {
      return "these are near-field patterns: neighbouring positions lie further apart than half "
        + "the far-field window, or the file says so. Only far-field scans can be reconstructed"
    }
    let (width, height) = (objectPixelWidth.meters, objectPixelHeight.meters)
    if abs(width - height) > 1e-3 * width {
      return "the object's pixels would not be square: \(nanometers(width)) wide, "
        + "\(nanometers(height)) high. Crop or bin the frames so that rows times pixel height "
        + "equal columns times pixel width"
    }
    if sum(frames.values.span) <= 0 { return "there are no photons in the frames" }
    let extent = positions.map(\.x) + positions.map(\.y)
    let pixels = ((extent.max() ?? 0) - (extent.min() ?? 0)) / width
    if pixels > 30_000 {
      return "the positions span \(Int(pixels)) object pixels, which cannot be right; look at the "
        + "units of positions, distance and pixel size"
    }
    return nil
  }

  private func nanometers(_ meters: Double) -> String { "\((meters * 1e11).rounded() / 100) nm" }
}
