// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How a scan is reconstructed.
public struct PtychographyParameters: Sendable, Hashable {
  /// The iteration; `engine`.
  public var engine = PtychographyEngine.raar
  /// β of RAAR: 1 explores most, 0.5 settles fastest; `beta`, 0.5 to 1.
  public var beta = 0.75
  /// Iterations over all frames after the last one has come; `iterations`.
  public var iterations = 300
  /// Iterations after each batch of new frames; `iterations_per_batch`.
  public var iterationsPerBatch = 3
  /// The relaxation c of the modulus projection (`ModulusStep`): 0 sets the measured moduli, above 0 they
  /// are followed by a part 2/(2 + c) of the way, as photons allow; `modulus_relaxation`.
  public var modulusRelaxation = 0.0
  /// So many of the last iterations look for the likeliest object, see
  /// `IncrementalReconstruction.refine`; `likelihood_iterations`.
  public var likelihoodIterations = 0
  /// The relaxation of their modulus projection; `likelihood_relaxation`.
  public var likelihoodRelaxation = 3.0
  /// Iterations from one correction of the counts for the area of the pixels that catch them to the
  /// next, see `IncrementalReconstruction.correctForPixelAreaIfDue`, 0 for none; `pixel_area_period`.
  public var pixelAreaPeriod = 0
  /// Frames that must be there before the probe is refined; `minimum_frames`.
  public var minimumFrames = 9
  /// Iterations with enough frames before the probe is refined; `probe_update_start`.
  public var probeUpdateStart = 2
  /// Iterations from one probe refinement to the next, 0 for a fixed probe;
  /// `probe_update_period`.
  public var probeUpdatePeriod = 1
  /// Modes of a partially coherent probe; `probe_modes`.
  public var probeModes = 1
  /// The circle that the probe stays in, as a fraction of half the frame, 0 for no limit;
  /// `probe_support`.
  public var probeSupport = 0.0
  /// The circle that the probe's far field stays in, as a fraction of half the pattern, 0 for no
  /// limit; `probe_fourier_support`.
  public var probeFourierSupport = 0.0
  /// Whether what has the period of a regular raster is taken off a finished object;
  /// `remove_raster_period`.
  public var removesRasterPeriod = true
  /// Iterations from one refinement of the positions to the next, 0 for positions as told, as the
  /// difference map must have them; `position_update_period`.
  public var positionUpdatePeriod = 0
  /// Iterations with enough frames before positions are refined; `position_update_start`.
  public var positionUpdateStart = 100
  /// How far a frame may be moved along each axis, object pixels; `position_bound_px`.
  public var positionBound = 4.0
  /// 1 for ePIE, smaller for its regularised form, which corrects dim places faster;
  /// `pie_regularization`.
  public var pieRegularization = 1.0
  /// Sub-pixel places of the probe along each axis: 1 rounds positions to pixels, 4 to quarters of
  /// a pixel; `subpixel_steps`.
  public var subpixelSteps = 4
  /// Coverage below this fraction of the best covered pixel's counts as unlit; `lit_fraction`.
  public var litFraction = 1e-4
  /// Photons of one exposure without sample, where known, else taken from the brightest frames;
  /// `incident_photons`.
  public var incidentPhotons: Double?
  /// Whether a static background of the patterns is retrieved; `background`.
  public var retrievesBackground = false
  /// Iterations before the background is retrieved; `background_start`.
  public var backgroundStart = 20
  /// Iterations from one update of the background to the next; `background_period`.
  public var backgroundPeriod = 5
  /// The part of an exposure's photons that the background is, nil to find it; `background_fraction`.
  ///
  /// What a zone plate throws beyond the window is known (Docs/Explanations/Ptychography.md).
  public var backgroundFraction: Double?
  /// The part by which the lowest overlap error must fall from one window of iterations to the
  /// next, 0 to run all iterations; `stagnation_tolerance`.
  public var stagnationTolerance = 0.0
  /// Iterations in such a window; `stagnation_window`.
  public var stagnationWindow = 20

  /// Makes the defaults.
  public init() {}

  /// Checks every value against its bounds.
  ///
  /// - Throws: `ParameterError` for the first value out of bounds.
  public func validate() throws(ParameterError) {
    try ParameterError.require(beta, in: 0.5...1, key: "beta")
    try ParameterError.require(iterations, in: 1...100_000, key: "iterations")
    try ParameterError.require(iterationsPerBatch, in: 0...1000, key: "iterations_per_batch")
    try ParameterError.require(modulusRelaxation, in: 0...100, key: "modulus_relaxation")
    // The first iterations find the object near which the others look.
    try ParameterError.require(
      likelihoodIterations,
      in: 0...max(0, iterations - 1),
      key: "likelihood_iterations"
    )
    try ParameterError.require(likelihoodRelaxation, in: 0...100, key: "likelihood_relaxation")
    try ParameterError.require(pixelAreaPeriod, in: 0...1000, key: "pixel_area_period")
    try ParameterError.require(minimumFrames, in: 1...100_000, key: "minimum_frames")
    try ParameterError.require(probeUpdateStart, in: 0...100_000, key: "probe_update_start")
    try ParameterError.require(probeUpdatePeriod, in: 0...1000, key: "probe_update_period")
    try ParameterError.require(probeModes, in: 1...16, key: "probe_modes")
    try ParameterError.require(probeSupport, in: 0...2, key: "probe_support")
    try ParameterError.require(probeFourierSupport, in: 0...2, key: "probe_fourier_support")
    // The difference map's waves hold what lies at the edge of the lit area; they cannot move.
    try ParameterError.require(
      positionUpdatePeriod,
      in: engine == .differenceMap ? 0...0 : 0...1000,
      key: "position_update_period"
    )
    try ParameterError.require(positionUpdateStart, in: 0...100_000, key: "position_update_start")
    try ParameterError.require(positionBound, in: 0.01...1000, key: "position_bound_px")
    try ParameterError.require(pieRegularization, in: 1e-3...1, key: "pie_regularization")
    try ParameterError.require(subpixelSteps, in: 1...16, key: "subpixel_steps")
    try ParameterError.require(litFraction, in: 1e-9...0.5, key: "lit_fraction")
    if let incidentPhotons {
      try ParameterError.require(incidentPhotons, in: 1e-3...1e15, key: "incident_photons")
    }
    try ParameterError.require(backgroundStart, in: 0...100_000, key: "background_start")
    try ParameterError.require(backgroundPeriod, in: 1...1000, key: "background_period")
    if let backgroundFraction {
      try ParameterError.require(backgroundFraction, in: 0...0.5, key: "background_fraction")
    }
    try ParameterError.require(stagnationTolerance, in: 0...1, key: "stagnation_tolerance")
    try ParameterError.require(stagnationWindow, in: 1...10_000, key: "stagnation_window")
  }
}
