// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import FourierTransform
public import Imaging

/// The object and probe of one scan, reconstructed by RAAR while its frames arrive.
///
/// Frames may join at any time and in any order; a frame that is not there weighs nothing, and a
/// new one starts as probe times object at its place. Each iteration transforms every frame forth
/// and back once. RAAR: Luke, Inverse Problems 21 (2005), doi 10.1088/0266-5611/21/1/004; as used
/// for soft X-ray ptychography: Marchesini et al., J. Appl. Cryst. 49 (2016), doi
/// 10.1107/S1600576716008074. Departures from it are in Docs/Explanations/Ptychography.md.
///
/// The same frames added in the same order give the same result, to the bit, with the same plan.
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

  let plan: FourierPlan2D
  var illumination: Illumination
  var object: ComplexImage
  /// What the next iteration's waves begin with.
  var overlap: OverlapProjections
  var frames: [ScanFrame] = []
  /// Each frame's R between iterations, the exit wave beside its overlap projections,
  /// [frame][row, column].
  var waves: [[Complex64]] = []
  var indices: Set<Int> = []
  var sums: ScanSums
  var scratch: [Complex64]
  var coverageIsStale = true
  /// Iterations run since there were enough frames to refine the probe.
  var settledIterations = 0
  var background: BackgroundRetrieval?

  /// Prepares an empty reconstruction.
  ///
  /// - Parameters:
  ///   - grid: The object's grid; its pattern shape is the plan's and the probe's.
  ///   - identity: Which scan it is.
  ///   - plan: Transforms of the pattern's shape, shared between scans.
  ///   - parameters: How to reconstruct; must be valid.
  ///   - probe: The start, [row, column], centre at [N/2, N/2]; its power is set by the frames.
  public init(
    grid: ScanGrid,
    identity: ScanIdentity,
    plan: FourierPlan2D,
    parameters: PtychographyParameters,
    probe: ComplexImage
  ) {
    precondition(plan.shape == grid.patternShape, "the plan is \(plan.shape), not the pattern's")
    precondition(probe.shape == grid.patternShape, "the probe is \(probe.shape), not the pattern's")
    self.grid = grid
    self.identity = identity
    self.plan = plan
    self.parameters = parameters
    illumination = Illumination(probe: probe, steps: parameters.subpixelSteps)
    object = ComplexImage(shape: grid.objectShape, filledWith: .one)
    overlap = OverlapProjections(object: object, probes: illumination.copies)
    sums = ScanSums(grid: grid, slots: parameters.subpixelSteps * parameters.subpixelSteps)
    scratch = [Complex64](repeating: .zero, count: grid.patternShape.count)
    if parameters.retrievesBackground {
      background = BackgroundRetrieval(count: grid.patternShape.count)
    }
  }

  /// The object's transmission as it is now, [row, column].
  public var transmission: ComplexImage { object }

  /// The probe as it is now, [row, column], √photon, centre at [N/2, N/2].
  public var probe: ComplexImage { illumination.probe }

  /// Frames that take part.
  public var frameCount: Int { frames.count }

  /// Whether there are enough frames to start iterating with.
  public var hasEnoughFrames: Bool { frames.count >= parameters.minimumFrames }

  /// Whether a scan point takes part already.
  public func contains(_ index: Int) -> Bool { indices.contains(index) }
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
