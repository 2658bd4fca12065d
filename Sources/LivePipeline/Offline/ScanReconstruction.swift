// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
public import HDF5Storage
import Imaging
import Ptychography
import Synchronization

/// One scan of a file, reconstructed when all its frames are there.
///
/// The start is the file's own probe or, where it has none, what a search over defocus finds; or
/// what `Options` name. With the resolution asked for, two more reconstructions are made from the
/// same probe, of every other frame each. All share the frames among the threads of the
/// configuration, dealt in a fixed way: a result depends on their number and not on the timing.
public final class ScanReconstruction: Sendable {
  /// The scan without its frames, of which each is held once, as amplitudes.
  public let scan: CXIScan
  /// The file that it was read from.
  public let path: String
  let configuration: PipelineConfiguration
  /// The frames that take part, as the solver takes them; given away where they are used once.
  private let patterns: Mutex<[DiffractionPattern]>
  private let isStopping = Atomic(false)

  /// Reads a scan; raw frames are cleaned.
  ///
  /// - Parameters:
  ///   - path: The file: a scan (CXI), a scan of raw frames (`.stxm`, raw CXI) or a recording.
  ///   - name: Which scan of a recording; nil where it has only one.
  ///   - region: Where frames have to lie to take part; nil for all.
  ///   - configuration: How to reconstruct; its sections `ptychography` and `compute` count and,
  ///     for raw frames, `source`, `detector` and `preprocessing`.
  ///   - progress: Told of every step of the reading.
  /// - Throws: `PipelineError` where the file cannot be read or its scan not be reconstructed.
  public convenience init(
    path: String,
    scan name: String? = nil,
    region: ScanRegion? = nil,
    configuration: PipelineConfiguration,
    progress: @escaping (OfflineProgress) -> Void = { _ in }
  ) throws(PipelineError) {
    try self.init(
      scan: OfflineScan.read(path, scan: name, configuration: configuration, progress: progress),
      path: path,
      region: region,
      configuration: configuration
    )
  }

  /// Takes a scan.
  ///
  /// - Parameters:
  ///   - scan: The scan.
  ///   - path: What errors call it.
  ///   - region: Where frames have to lie to take part; nil for all.
  ///   - configuration: How to reconstruct; of its sections `ptychography` and `compute` count.
  /// - Throws: `PipelineError` where the scan cannot be reconstructed.
  public init(
    scan: consuming CXIScan,
    path: String,
    region: ScanRegion? = nil,
    configuration: PipelineConfiguration
  ) throws(PipelineError) {
    var scan = scan
    if let reason = scan.reasonAgainstReconstruction {
      throw PipelineError(.data, "\(path): \(reason)")
    }
    let positions = scan.positions
    let frames = positions.indices.filter { region?.contains(positions[$0]) ?? true }
    let least = configuration.ptychography.minimumFrames
    if let region, frames.count < least {
      let all = ScanRegion(around: positions)?.inWords ?? "nothing"
      throw PipelineError(
        .data,
        "\(path): \(frames.count) of \(positions.count) frames lie within \(region.inWords), "
          + "and at least \(least) are needed; all lie within \(all)"
      )
    }
    var patterns: [DiffractionPattern] = []
    patterns.reserveCapacity(frames.count)
    for frame in frames { patterns.append(scan.pattern(frame)) }
    self.patterns = Mutex(patterns)
    scan.frames = ImageStack(count: 0, shape: scan.frames.shape)
    scan.frameMasks = nil
    self.scan = scan
    self.path = path
    self.configuration = configuration
  }

  /// Asks the run to iterate no more and return what it has; returns at once.
  public func requestFinish() {
    isStopping.store(true, ordering: .sequentiallyConsistent)
  }

  var shouldFinish: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

  /// Reconstructs.
  ///
  /// Without `Options.measuresResolution` the frames are gone afterwards, and a
  /// second run is a mistake.
  ///
  /// - Parameters:
  ///   - options: What is to be done.
  ///   - progress: Told of every step, on the caller's thread.
  /// - Returns: The object, the probe and all figures.
  /// - Throws: `PipelineError` where a file to start from cannot be read or does not fit the scan.
  public func run(
    _ options: Options = Options(),
    progress: (Progress) -> Void = { _ in }
  ) throws(PipelineError) -> ScanResult {
    let began = ContinuousClock.now
    let given = try GivenStart(options, for: self)
    progress(.planning)
    let plan = configuration.compute.makePlan(shape: scan.frames.shape) { progress(.remark($0)) }
    var patterns = patterns.withLock { patterns in
      defer { if !options.measuresResolution { patterns = [] } }
      return patterns
    }
    precondition(!patterns.isEmpty, "the frames were given away in an earlier run")
    let crew = WorkerCrew(threads: threadCount(frames: patterns.count))
    defer { crew.end() }
    let start = findStart(given, patterns, plan, crew, progress)
    let stage = Stage(plan: plan, grid: grid(patterns), crew: crew)
    var result = reconstruct(&patterns, stage, given, start, options, progress)
    if options.measuresResolution, !shouldFinish {
      result.halves = compareHalves(patterns, stage, start, result, progress)
      result.object.halves = result.halves?.record(iterations: result.object.iteration)
    }
    result.wasCutShort = shouldFinish
    result.elapsed = (ContinuousClock.now - began).inSeconds
    return result
  }

  /// What a scan's reconstructions share.
  struct Stage {
    let plan: FourierPlan2D
    let grid: ScanGrid
    let crew: WorkerCrew
  }

  /// The reconstruction of all frames.
  ///
  /// A pattern that is not needed any more makes room at once.
  private func reconstruct(
    _ patterns: inout [DiffractionPattern],
    _ stage: Stage,
    _ given: GivenStart,
    _ start: ScanResult.Start,
    _ options: Options,
    _ progress: (Progress) -> Void
  ) -> ScanResult {
    let parameters = configuration.ptychography
    var whole = solver(stage, given, start)
    for k in patterns.indices {
      whole.add(patterns[k], refinedTo: given.positions[patterns[k].index])
      if !options.measuresResolution {
        patterns[k].amplitudes = Image(shape: Shape2D(rows: 0, columns: 0))
      }
    }
    var convergence = ConvergenceRecord(after: whole.iteration)
    var all = whole.iteration + parameters.iterations
    var done = 0
    var isStagnant = false
    while whole.iteration < all {
      done += 1
      if all - whole.iteration <= parameters.likelihoodIterations {
        whole.refine(1)
      } else {
        whole.iterate(1)
      }
      convergence.note(whole.overlapError)
      if done.isMultiple(of: 10) {
        whole.measureDataError()
        convergence.note(dataError: whole.dataError)
      }
      progress(
        .iterating(
          iteration: whole.iteration,
          of: all,
          overlapError: whole.overlapError,
          dataError: convergence.lastDataError
        )
      )
      if shouldFinish { break }
      if whole.hasStagnated, all - whole.iteration > parameters.likelihoodIterations {
        isStagnant = true
        all = whole.iteration + parameters.likelihoodIterations
      }
    }
    var object = whole.finishedResult()
    object.end =
      object.iteration < all ? .request : isStagnant ? .stagnation : .iterations
    convergence.note(dataError: object.dataError)
    let frames = whole.frameIndices
    return ScanResult(
      object: object,
      start: start,
      convergence: convergence,
      frames: frames,
      positions: whole.positions,
      toldPositions: frames.map { scan.positions[$0] },
      rejectedFrames: whole.rejections.total
    )
  }

  /// A reconstruction without frames, from the start that was found or from an earlier result.
  private func solver(
    _ stage: Stage,
    _ given: GivenStart,
    _ start: ScanResult.Start
  ) -> IncrementalReconstruction {
    if let resumed = given.resumed {
      return IncrementalReconstruction(
        resuming: resumed,
        grid: stage.grid,
        plan: stage.plan,
        parameters: configuration.ptychography,
        workers: stage.crew
      )
    }
    return IncrementalReconstruction(
      grid: stage.grid,
      identity: scan.identity,
      plan: stage.plan,
      parameters: configuration.ptychography,
      modes: start.modes,
      seed: given.object.map { stage.grid.seed(from: $0) },
      workers: stage.crew
    )
  }

  /// The object's grid, with room for positions that are refined.
  private func grid(_ patterns: [DiffractionPattern]) -> ScanGrid {
    let refines = configuration.ptychography.positionUpdatePeriod > 0
    let bound = refines ? Int(configuration.ptychography.positionBound.rounded(.up)) : 0
    return ScanGrid(
      patternShape: scan.frames.shape,
      pixelSize: scan.objectPixelWidth,
      positions: patterns.map(\.position),
      margin: 8 + min(bound, 64)
    )
  }

  /// Each thread has sums of its own, which a handful of frames is not worth.
  private func threadCount(frames: Int) -> Int {
    min(configuration.compute.threadCount, max(1, frames / 8))
  }
}
