// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How particles are told from their surroundings and from one another.
public struct ParticleParameters: Sendable, Hashable {
  /// Key `threshold_od`: the mean optical density of both energies above which a voxel is solid;
  /// nil lets Otsu's criterion find it in the data.
  public var threshold: Double?
  /// Key `minimum_voxels`: the solid voxels of the smallest particle.
  public var minimumVoxels = 30
  /// Key `fill_tunnels`: whether also what is enclosed in a slice only counts as solid.
  public var fillsTunnels = false
  /// Key `smoothing_voxels`: the standard deviation of the Gaussian that the density is smoothed by
  /// before maxima are looked for.
  public var smoothing = 0.3
  /// Key `marker_height`: how far a maximum stands above the pass to a higher one to be a particle's
  /// marker, as a part of the density of solid material.
  public var markerHeight = 0.06
  /// Key `plate_fill`: the part of the box of its principal axes that a plate fills at least.
  public var plateFill = 0.7
  /// Key `gap_dip`: how far the profile across the facets dips where it shows a gap between two
  /// plates, as a part of the density beside it.
  public var gapDip = 0.025
  /// Key `active_percent`: the share of FePO₄ from which a particle counts as active.
  public var activePercent = 15.0
  /// Key `strict_active_percent`: a second, stricter share.
  public var strictActivePercent = 25.0
  /// Key `volume_bin_voxels`: the width of the bins of volume that activity is counted in.
  public var volumeBin = 200

  /// Makes the defaults.
  public init() {}

  /// Checks every value against its bounds.
  ///
  /// - Throws: `ParameterError` for the first value out of bounds.
  public func validate() throws(ParameterError) {
    if let threshold { try ParameterError.require(threshold, in: 0...1e3, key: "threshold_od") }
    try ParameterError.require(minimumVoxels, in: 8...1_000_000, key: "minimum_voxels")
    try ParameterError.require(smoothing, in: 0...3, key: "smoothing_voxels")
    try ParameterError.require(markerHeight, in: 0.001...1, key: "marker_height")
    try ParameterError.require(plateFill, in: 0.1...1, key: "plate_fill")
    try ParameterError.require(gapDip, in: 0.005...1, key: "gap_dip")
    try ParameterError.require(activePercent, in: 0...100, key: "active_percent")
    try ParameterError.require(strictActivePercent, in: 0...100, key: "strict_active_percent")
    try ParameterError.require(volumeBin, in: 1...1_000_000, key: "volume_bin_voxels")
  }
}
