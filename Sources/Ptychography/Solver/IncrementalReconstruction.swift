// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import FourierTransform
public import Imaging

/// The object and probe of one scan, reconstructed while its frames arrive.
///
/// Frames may join at any time and in any order; a frame that is not there weighs nothing, and a
/// new one starts as probe times object at its place. Each iteration transforms every frame forth
/// and back once. The engines are those of `PtychographyEngine`, RAAR by default; as used for soft
/// X-ray ptychography: Marchesini et al., J. Appl. Cryst. 49 (2016), doi 10.1107/S1600576716008074.
/// Departures from it are in Docs/Explanations/Ptychography.md.
///
/// The same frames added in the same order give the same result, to the bit, with the same plan
/// and the same number of parts of `workers`.
public struct IncrementalReconstruction: ~Copyable, Sendable {
  /// The object's grid.
  public let grid: ScanGrid
  /// Which scan it is.
  public let identity: ScanIdentity
  /// How it is reconstructed.
  public let parameters: PtychographyParameters
  /// Iterations run so far.
  public internal(set) var iteration = 0
  /// Frames that could not take part, by reason.
  public internal(set) var rejections = FrameRejections()
  /// sqrt(Σ(|F P O| − √I)² / Σ I) when `measureDataError` last ran; NaN before.
  public internal(set) var dataError = Double.nan
  /// sqrt(Σ|D − P O|² / Σ|D|²) of the last iteration, D the data-projected waves; NaN before.
  ///
  /// Single-precision sums leave a floor of about 0.001.
  public internal(set) var overlapError = Double.nan

  /// The probe's strongest mode at the start.
  let start: ComplexImage
  let plan: FourierPlan2D
  let transform: BlockedTransform2D
  let workers: any WorkSharing
  var illumination: Illumination
  var object: ComplexImage
  /// What the next iteration's waves begin with; see `FrameSweep`.
  var x: AlignedArray<Complex64>
  var y = AlignedArray<Complex64>()
  /// The probe's copies before the latest refinement; empty where no frame needed one.
  var previousCopies: [AlignedArray<Complex64>]
  /// Room for the copies of the next refinement; those that nobody needs any more.
  var spareCopies: [AlignedArray<Complex64>] = []
  /// Whether the probe's copies are others than `previousCopies`.
  var copiesAreNew = false
  var groups: [FrameGroup]
  /// Where each frame is, in the order of joining.
  var places: [(group: Int, k: Int)] = []
  var indices: Set<Int> = []
  /// Σ|P|² over the frames that are there, photons, [row, column].
  var coverage: [Float]
  var coverageIsStale = true
  /// Whether P_Q ψ is another than P_Q D of the iteration before, because the probe or places
  /// have changed since.
  var overlapIsStale = false
  /// Whether the iteration is the one of `refine`.
  var isRefining = false
  /// Iterations of `refine` since it began.
  var refinedIterations = 0
  /// Transforms of the object's shape, once they are needed.
  var objectPlan: FourierPlan2D?
  /// The iteration that is run now.
  var engine: PtychographyEngine { isRefining ? .errorReduction : parameters.engine }
  /// How far it trusts measured moduli.
  var modulusStep: ModulusStep {
    ModulusStep(
      relaxation: isRefining ? parameters.likelihoodRelaxation : parameters.modulusRelaxation
    )
  }
  /// Iterations run since there were enough frames to refine the probe.
  var settledIterations = 0
  var background: BackgroundRetrieval
  /// Photons of the frames that are there, in the order of their joining.
  var photons: [Double] = []
  var incidentPhotonsSoFar: Double?
  /// Whether probe and object are an earlier result's, whose powers fit one another.
  var isResumed = false
  var stagnation: Stagnation

  /// Prepares an empty reconstruction.
  ///
  /// - Parameters:
  ///   - grid: The object's grid; its pattern shape is the plan's and the probe's.
  ///   - identity: Which scan it is.
  ///   - plan: Transforms of the pattern's shape, shared between scans.
  ///   - parameters: How to reconstruct; must be valid.
  ///   - probe: The start, [row, column], centre at [N/2, N/2]; its power is set by the frames.
  ///   - seed: An object to start from, [row, column] on the grid; vacuum where nil.
  ///   - workers: Threads to spread frames over.
  public init(
    grid: ScanGrid,
    identity: ScanIdentity,
    plan: FourierPlan2D,
    parameters: PtychographyParameters,
    probe: ComplexImage,
    seed: ComplexImage? = nil,
    workers: any WorkSharing = SerialWork()
  ) {
    self.init(
      grid: grid,
      identity: identity,
      plan: plan,
      parameters: parameters,
      modes: ProbeStart.modes(of: probe, count: parameters.probeModes),
      seed: seed,
      workers: workers
    )
  }

  /// Prepares an empty reconstruction from several modes of the probe.
  ///
  /// - Parameters:
  ///   - grid: The object's grid; its pattern shape is the plan's and the probe's.
  ///   - identity: Which scan it is.
  ///   - plan: Transforms of the pattern's shape, shared between scans.
  ///   - parameters: How to reconstruct; must be valid; `modes` decides on their number.
  ///   - modes: The start, at least one, [row, column], centre at [N/2, N/2].
  ///   - seed: An object to start from, [row, column] on the grid; vacuum where nil.
  ///   - workers: Threads to spread frames over.
  public init(
    grid: ScanGrid,
    identity: ScanIdentity,
    plan: FourierPlan2D,
    parameters: PtychographyParameters,
    modes: [ComplexImage],
    seed: ComplexImage? = nil,
    workers: any WorkSharing = SerialWork()
  ) {
    precondition(plan.shape == grid.patternShape, "the plan is \(plan.shape), not the pattern's")
    precondition(!modes.isEmpty, "a probe has at least one mode")
    for mode in modes {
      precondition(mode.shape == grid.patternShape, "the probe is \(mode.shape), not the pattern's")
    }
    let object = seed ?? ComplexImage(shape: grid.objectShape, filledWith: .one)
    precondition(object.shape == grid.objectShape, "the seed is \(object.shape), not the grid's")
    self.grid = grid
    self.identity = identity
    start = modes[0]
    self.plan = plan
    self.parameters = parameters
    self.workers = workers
    transform = plan.blocked
    illumination = Illumination(
      modes: modes,
      steps: parameters.subpixelSteps,
      transform: transform
    )
    self.object = object
    x = AlignedArray(object.values)
    previousCopies = illumination.copies
    coverage = [Float](repeating: 0, count: grid.objectShape.count)
    // ePIE goes through all frames one after the other.
    let parts = parameters.engine == .epie ? 1 : workers.parts
    let (shifts, transform) = (illumination.shifts, transform)
    groups = (0..<parts).map {
      FrameGroup(
        number: $0,
        sums: ScanSums(grid: grid, slots: parameters.subpixelSteps * parameters.subpixelSteps),
        scratch: SweepScratch(transform: transform, modes: modes.count),
        shifts: shifts
      )
    }
    background = BackgroundRetrieval(count: grid.patternShape.count)
    stagnation = Self.stagnation(of: parameters)
  }

  /// The object's transmission as it is now, [row, column].
  public var transmission: ComplexImage { object }

  /// The probe's strongest mode as it is now, [row, column], √photon, centre at [N/2, N/2].
  public var probe: ComplexImage { illumination.modes[0] }

  /// Frames that take part.
  public var frameCount: Int { places.count }

  /// Whether there are enough frames to start iterating with.
  public var hasEnoughFrames: Bool { frameCount >= parameters.minimumFrames }

  /// Whether the overlap error has stopped falling, as `PtychographyParameters.stagnationTolerance`
  /// says; never before everything that is to be refined is, nor soon after frames have joined or
  /// the background has begun anew.
  public var hasStagnated: Bool { stagnation.isReached }

  /// Whether a scan point takes part already.
  public func contains(_ index: Int) -> Bool { indices.contains(index) }

  /// Calls `body` with each group, on as many threads as there are.
  mutating func inGroups(_ body: @escaping @Sendable (inout FrameGroup) -> Void) {
    let workers = workers
    unsafe groups.withUnsafeMutableBufferPointer { buffer in
      // Each call has a group of its own.
      nonisolated(unsafe) let groups = unsafe buffer
      let count = unsafe groups.count
      workers.perform(count) { unsafe body(&groups[$0]) }
    }
  }
}

/// Frames that could not take part in a reconstruction, counted by reason.
public struct FrameRejections: Sendable, Hashable {
  /// Frames whose scan point took part already.
  public var duplicates = 0
  /// Frames whose position lies off the object's grid.
  public var outOfRange = 0
  /// Frames of another shape than the probe's.
  public var wrongShape = 0

  /// Makes a count of nothing.
  public init() {}

  /// All of them.
  public var total: Int { duplicates + outOfRange + wrongShape }
}
