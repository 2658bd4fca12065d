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
  public var subtractsFilm = true
  /// Key `relaxation`: λ of the first sweep.
  public var relaxation = 0.5
  /// Key `relaxation_decay`: λ of sweep n is relaxation / (1 + n · relaxation_decay).
  public var relaxationDecay = 0.1
  /// Key `replays_per_fold`: stored tilts folded again after each new one.
  public var replaysPerFold = 8
  /// Key `final_sweeps`: sweeps over all tilts when the volume is rebuilt at the end.
  public var finalSweeps = 20
  /// Key `averaged_sweeps`: how many of the last final sweeps are averaged into the result.
  public var averagedSweeps = 5
  /// Key `final_alignment_rounds`: joint rounds of registration with re-projections at the end.
  public var finalAlignmentRounds = 2
  /// Key `damping`: added to each ray's squared norm, voxels².
  public var damping = 1.0
  /// Key `variation_weight`: the length of each step down the total variation between sweeps, as
  /// a part of the way that the sweep has gone; 0 for the plain method.
  public var variationWeight = 0.25
  /// Key `variation_steps`: how many such steps follow each sweep.
  public var variationSteps = 5
  /// Key `non_negative`: whether voxels are kept from going below zero.
  public var isNonNegative = true
  /// Key `seed`: of the order of replay.
  public var seed: UInt64 = 1

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
    try ParameterError.require(finalSweeps, in: 1...1000, key: "final_sweeps")
    try ParameterError.require(averagedSweeps, in: 1...finalSweeps, key: "averaged_sweeps")
    try ParameterError.require(finalAlignmentRounds, in: 0...100, key: "final_alignment_rounds")
    try ParameterError.require(variationWeight, in: 0...1, key: "variation_weight")
    try ParameterError.require(variationSteps, in: 0...100, key: "variation_steps")
    try ParameterError.require(damping, in: 0...1000, key: "damping")
  }

  /// The relaxation of a sweep, counted from 0.
  public func relaxation(ofSweep sweep: Int) -> Float {
    Float(relaxation / (1 + Double(sweep) * relaxationDecay))
  }
}
