// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How projections become a volume.
public struct TomographyParameters: Sendable, Hashable {
  /// Key `volume_side`: the volume's extent along x and z, voxels.
  public var volumeSide = 80
  /// Key `volume_height`: the volume's extent along y, the rotation axis, voxels.
  public var volumeHeight = 80
  /// Key `voxel_size_m`: the size of a voxel, equal to that of the projections' pixels.
  public var voxelSize = Length(nanometers: 6.7)
  /// Key `subtract_film`: whether the density of a support film is taken off every projection.
  public var subtractsFilm = false
  /// Key `method`: how projections correct the volume.
  public var method = ReconstructionMethod.art
  /// Key `relaxation`: λ of the first sweep.
  public var relaxation = 0.5
  /// Key `relaxation_decay`: λ of sweep n is relaxation / (1 + n · relaxation_decay).
  public var relaxationDecay = 0.1
  /// Key `replays_per_fold`: stored tilts folded again after each new one, at most.
  public var replaysPerFold = 8
  /// Key `replay_budget_s`: how long such replays may take; none begins later.
  ///
  /// No clock is read here: who folds keeps to it.
  public var replayBudget = 1.0
  /// Key `final_sweeps`: sweeps over all tilts when the volume is rebuilt at the end.
  public var finalSweeps = 20
  /// Key `settling_sweeps`: over how many of the last final sweeps λ falls to a tenth besides.
  public var settlingSweeps = 5
  /// Key `final_alignment_rounds`: the most joint rounds of registration with
  /// re-projections at the end; fewer where they come to rest (`registration.self_consistency_px`).
  public var finalAlignmentRounds = 6
  /// Key `damping`: added to each ray's squared norm, voxels².
  public var damping = 1.0
  /// Key `variation_weight`: the length of each step down the total variation between sweeps, as
  /// a part of what one fold corrects on the mean; 0 for the plain method.
  public var variationWeight = 0.5
  /// Key `variation_steps`: how many such steps follow each sweep.
  public var variationSteps = 5
  /// Key `support_threshold`: after half of the final sweeps, voxels whose surroundings hold less
  /// than this part of the object's density stay empty; 0 for none.
  public var supportThreshold = 0.0
  /// Key `non_negative`: whether voxels are kept from going below zero.
  public var isNonNegative = true

  /// Makes the defaults.
  public init() {}

  /// Checks every value against its bounds.
  ///
  /// - Throws: `ParameterError` for the first value out of bounds.
  public func validate() throws(ParameterError) {
    try ParameterError.require(volumeSide, in: 8...2048, key: "volume_side")
    try ParameterError.require(volumeHeight, in: 1...2048, key: "volume_height")
    try ParameterError.require(voxelSize.meters, in: 1e-10...1e-5, key: "voxel_size_m")
    try ParameterError.require(relaxation, in: 0.01...1.9, key: "relaxation")
    try ParameterError.require(relaxationDecay, in: 0...10, key: "relaxation_decay")
    try ParameterError.require(replaysPerFold, in: 0...1000, key: "replays_per_fold")
    try ParameterError.require(replayBudget, in: 0...3600, key: "replay_budget_s")
    try ParameterError.require(finalSweeps, in: 1...1000, key: "final_sweeps")
    try ParameterError.require(settlingSweeps, in: 0...finalSweeps, key: "settling_sweeps")
    try ParameterError.require(finalAlignmentRounds, in: 0...100, key: "final_alignment_rounds")
    try ParameterError.require(variationWeight, in: 0...10, key: "variation_weight")
    try ParameterError.require(variationSteps, in: 0...100, key: "variation_steps")
    try ParameterError.require(supportThreshold, in: 0...1, key: "support_threshold")
    try ParameterError.require(damping, in: 0...1000, key: "damping")
  }

  /// The relaxation of a sweep, counted from 0, without settling.
  public func relaxation(ofSweep sweep: Int) -> Float {
    Float(relaxation / (1 + Double(sweep) * relaxationDecay))
  }

  /// The relaxation of a sweep, counted from 0, of several of which the last ones settle.
  ///
  /// At most half of the sweeps settle, over which λ falls in equal steps to a tenth besides.
  public func relaxation(ofSweep sweep: Int, of count: Int) -> Float {
    let settling = min(settlingSweeps, count / 2)
    let settled = sweep - (count - settling) + 1
    guard settled > 0 else { return relaxation(ofSweep: sweep) }
    return relaxation(ofSweep: sweep) * (1 - 0.9 * Float(settled) / Float(settling))
  }

  /// The relaxation of a tilt that is folded for the first time while the series comes in.
  ///
  /// Twice that of replays, but at most 1: nothing else is known of its part of the object yet.
  public var relaxationOfNewTilt: Float { max(Float(relaxation), min(1, 2 * Float(relaxation))) }

  /// The relaxation of a tilt that is folded again while the series comes in.
  public var relaxationOfReplay: Float { Float(relaxation) }
}
