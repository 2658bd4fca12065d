// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The solid voxels of a volume dealt to particles.
///
/// The way of Yu et al. (Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x, Supplementary
/// Text, "Segmentation of individual particles"): mean density of both energies, threshold, filling
/// and removal of small features, markers, watershed in three dimensions, and a criterion of shape
/// that joins and separates. Markers are maxima of the density rather than of the distance to the
/// surface: plates are a few voxels thick, their distances are 1 or 2 voxels everywhere, and a gap
/// that is narrower than the resolution leaves no surface but a dip (Docs/Explanations/Particles.md
/// has the figures).
public struct ParticleSegmentation: Sendable {
  /// Where the segmentation stands.
  public enum Step: Int, Sendable, Hashable, CaseIterable {
    /// Threshold, holes and small objects.
    case solid
    /// Maxima of the density.
    case markers
    /// The watershed from the markers.
    case watershed
    /// Joining, borders and splitting by shape.
    case plates
    /// Sums and profiles of every particle.
    case measurement
  }

  /// Which particle each voxel belongs to, by the place of the particle in the order of volume.
  public internal(set) var labels: LabelVolume
  /// The threshold, mean optical density of both energies, also where nothing lies above it; nil where none
  /// was given and all voxels are alike.
  public internal(set) var threshold: Double?
  /// The markers that the watershed started from.
  public internal(set) var markerCount: Int
  /// The regions by label; the first is none.
  var regions: [PlatePartition.Region]

  /// Finds the particles.
  ///
  /// - Parameters:
  ///   - density: The mean optical density of both energies, [x, z, y].
  ///   - parameters: What a particle is.
  ///   - progress: Told of every step before it begins; ends the work by `false`.
  /// - Returns: The particles; nil where `progress` ended the work.
  public static func segment(
    _ density: Volume,
    parameters: ParticleParameters,
    progress: (Step) -> Bool = { _ in true }
  ) -> ParticleSegmentation? {
    let grid = VoxelGrid(of: density)
    guard progress(.solid) else { return nil }
    let level = parameters.threshold ?? otsuThreshold(of: density.values)
    guard let level else { return ParticleSegmentation(empty: grid, threshold: nil) }
    let mask = VoxelMask(of: density, above: Float(level))
      .fillingHoles(parameters.fillsTunnels ? .enclosedInSlices : .enclosed)
      .removingParts(smallerThan: parameters.minimumVoxels)
    let inside = insideDensity(of: density.values, in: mask)
    guard inside > 0 else { return ParticleSegmentation(empty: grid, threshold: level) }

    guard progress(.markers) else { return nil }
    var levels = density.smoothed(by: parameters.smoothing)
    let scale = Float(1 / inside)
    // Upside down, so that maxima are where water starts from.
    var landscape = levels
    for i in levels.values.indices {
      let value = levels.values[i] * scale
      levels.values[i] = value.isFinite ? value : 0
      landscape.values[i] = -levels.values[i]
    }
    let maxima = HMaxima(of: levels, in: mask, height: Float(parameters.markerHeight))
    let markers = maxima.markers(of: levels, in: mask)

    guard progress(.watershed) else { return nil }
    let basins = Watershed().flood(landscape, from: markers, in: mask)

    guard progress(.plates) else { return nil }
    var partition = PlatePartition(basins, levels: levels.values)
    let merging = PlateMerging(leastFill: parameters.plateFill)
    let competition = PlateCompetition()
    // Once more with better borders, by which more fragments are told.
    for _ in 0..<2 {
      merging.merge(&partition)
      competition.settle(&partition)
    }
    let splitting = PlateSplitting(
      leastDip: parameters.gapDip,
      leastFill: parameters.plateFill,
      fewest: parameters.minimumVoxels
    )
    // What is no plate is cut, and pieces of it find the plates that they belong to; then gaps
    // between facets, which nothing may join again.
    for _ in 0..<4 {
      guard progress(.plates) else { return nil }
      guard splitting.split(&partition, atGaps: false) > 0 else { break }
      competition.settle(&partition)
      merging.merge(&partition)
      competition.settle(&partition)
    }
    for _ in 0..<4 {
      guard progress(.plates) else { return nil }
      guard splitting.split(&partition, atGaps: true) > 0 else { break }
      competition.settle(&partition)
    }
    partition.dissolve(smallerThan: parameters.minimumVoxels)
    partition.sortByMass()
    return ParticleSegmentation(
      labels: LabelVolume(grid: grid, values: partition.labels),
      threshold: level,
      markerCount: maxima.maxima.count,
      regions: partition.regions
    )
  }

  private init(empty grid: VoxelGrid, threshold: Double?) {
    self.init(
      labels: LabelVolume(grid: grid),
      threshold: threshold,
      markerCount: 0,
      regions: [PlatePartition.Region()]
    )
  }

  private init(
    labels: LabelVolume,
    threshold: Double?,
    markerCount: Int,
    regions: [PlatePartition.Region]
  ) {
    self.labels = labels
    self.threshold = threshold
    self.markerCount = markerCount
    self.regions = regions
  }

  /// The 90th percentile of the density of solid voxels; 0 where there are none.
  private static func insideDensity(of density: [Float], in mask: VoxelMask) -> Double {
    var solid = mask.values.indices.filter { mask.values[$0] && density[$0].isFinite }
      .map { density[$0] }
    guard !solid.isEmpty else { return 0 }
    solid.sort()
    return Double(solid[min(solid.count * 9 / 10, solid.count - 1)])
  }
}

extension PlatePartition {
  /// Gives the voxels of small regions to the neighbours that they touch most, or to none.
  mutating func dissolve(smallerThan fewest: Int) {
    var new = Array(regions.indices)
    for label in present where regions[label].moments.mass < Double(fewest) {
      let neighbor = regions[label].contacts.max {
        ($0.value.total, $1.key) < ($1.value.total, $0.key)
      }
      new[label] = neighbor.map { regions[$0.key].moments.mass >= Double(fewest) ? $0.key : 0 } ?? 0
    }
    relabel(new)
    measure()
  }

  /// Numbers the regions from the largest on, without gaps.
  mutating func sortByMass() {
    let order = present.sorted {
      (regions[$0].moments.mass, $1) > (regions[$1].moments.mass, $0)
    }
    var new = [Int](repeating: 0, count: regions.count)
    for (place, label) in order.enumerated() { new[label] = place + 1 }
    relabel(new)
    measure()
  }
}
