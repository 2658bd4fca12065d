// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// One particle, or one bunch that could not be separated into plates.
///
/// Places and directions are (x, y, z) with the origin at the middle of the volume
/// (Docs/Explanations/Coordinates.md).
public struct Particle: Sendable, Hashable {
  /// The label of its voxels; particles count from 1, the one with the most voxels first.
  public var id: Int
  /// The voxels above the threshold.
  public var voxels: Int
  /// The volume from the sums of the concentrations over the particle and two voxels around it, in
  /// voxels: what surface voxels hold in part counts in part.
  public var volumeVoxels: Double
  /// The same, nm³.
  public var volume: Double
  /// The centre of its voxels, nm.
  public var centroid: SIMD3<Double>
  /// The directions of the principal axes: long, wide, thin.
  public var axes: [SIMD3<Double>]
  /// The edges of the box that has the moments of its voxels: long, wide, thin.
  public var momentLengths: [Length]
  /// The extent along the long axis, full width at half maximum of the mean density.
  public var long: Length
  /// The extent along the wide axis, full width at half maximum of the mean density.
  public var wide: Length
  /// The extent along the thin axis, full width at half maximum of the mean density over the facet.
  public var thickness: Length
  /// The part of the box of its moments that its voxels fill.
  public var boxFill: Double
  /// The share of FePO₄ in its iron, Σ C_FP / Σ (C_LFP + C_FP) of the free solution.
  public var delithiated: Double
  /// The standard uncertainty of `delithiated` from the noise of the voxels; NaN where that is not known.
  public var delithiatedError: Double
  /// The mean optical density of both energies over its voxels.
  public var meanDensity: Double
  /// The particles whose voxels share faces with its own.
  public var neighbors: [Int]
  /// Whether it is no plate: a bunch, listed and not counted.
  public var isBunch: Bool
  /// Whether it reaches the border of the volume and may go on beyond.
  public var isCut: Bool

  /// Makes a particle of what was measured.
  public init(
    id: Int,
    voxels: Int,
    volumeVoxels: Double,
    volume: Double,
    centroid: SIMD3<Double>,
    axes: [SIMD3<Double>],
    momentLengths: [Length],
    long: Length,
    wide: Length,
    thickness: Length,
    boxFill: Double,
    delithiated: Double,
    delithiatedError: Double,
    meanDensity: Double,
    neighbors: [Int],
    isBunch: Bool,
    isCut: Bool
  ) {
    self.id = id
    self.voxels = voxels
    self.volumeVoxels = volumeVoxels
    self.volume = volume
    self.centroid = centroid
    self.axes = axes
    self.momentLengths = momentLengths
    self.long = long
    self.wide = wide
    self.thickness = thickness
    self.boxFill = boxFill
    self.delithiated = delithiated
    self.delithiatedError = delithiatedError
    self.meanDensity = meanDensity
    self.neighbors = neighbors
    self.isBunch = isBunch
    self.isCut = isCut
  }

  /// The area of the facet, long times wide, nm².
  public var facetArea: Double { long.nanometers * wide.nanometers }

  /// Whether it counts as active: more FePO₄ than a share in percent.
  public func isActive(from percent: Double) -> Bool { 100 * delithiated >= percent }
}
