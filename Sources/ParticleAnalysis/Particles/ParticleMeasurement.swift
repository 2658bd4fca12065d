// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Measures the particles of a segmentation.
struct ParticleMeasurement {
  let densities: DensityPair
  let segmentation: ParticleSegmentation
  let mean: Volume
  let parameters: ParticleParameters

  /// How many neighbouring voxels share their noise: a reconstruction of 11 nm in voxels of 6.7 nm
  /// has some 4 voxels to a resolved volume.
  static let correlatedVoxels = 4.0

  /// All particles in the order of their labels.
  func measure() -> [Particle] {
    let labels = segmentation.labels
    let count = segmentation.regions.count
    let grown = grownLabels()
    let background = background(of: grown.distances)
    var cores = [RegionSums](repeating: RegionSums(), count: count)
    var wholes = cores
    let (first, second) = (densities.first.values.span, densities.second.values.span)
    for index in grown.labels.values.indices where grown.labels.values[index] > 0 {
      let label = Int(grown.labels.values[index])
      let values = SIMD2(Double(first[index]), Double(second[index]))
      guard values.x.isFinite, values.y.isFinite else { continue }
      wholes[label].add(values)
      guard labels.values[index] > 0 else { continue }
      cores[label].add(values)
      if !labels.grid.isInside(labels.grid.place(index)) { cores[label].isCut = true }
    }
    let noise = VoxelNoise(of: densities, in: labels)
    return (1..<max(count, 1)).map { label in
      particle(label, cores[label], wholes[label], background: background, noise: noise)
    }
  }

  private func particle(
    _ label: Int,
    _ core: RegionSums,
    _ whole: RegionSums,
    background: SIMD2<Double>,
    noise: VoxelNoise
  ) -> Particle {
    let region = segmentation.regions[label]
    let box = region.box
    let iron = densities.concentrations(core.sum.x, core.sum.y)
    let clean = whole.sum - Double(whole.count) * background
    let volume = densities.concentrations(clean.x, clean.y).sum()
    let profiles = FacetProfiles(
      box,
      of: label,
      labels: segmentation.labels,
      density: mean,
      background: 0.5 * background.sum()
    )
    let size = densities.voxelSize
    let nanometers = size.nanometers
    func length(_ voxels: Double) -> Length { Length(meters: voxels * size.meters) }
    let grid = segmentation.labels.grid
    let middle = 0.5 * SIMD3<Double>(SIMD3(grid.sizeX, grid.sizeZ, grid.sizeY) &- 1)
    let center = nanometers * (box.center - middle)
    return Particle(
      id: label,
      voxels: Int(region.moments.mass),
      volumeVoxels: volume,
      volume: volume * nanometers * nanometers * nanometers,
      centroid: Self.physical(center),
      axes: box.axes.map { Self.physical($0) },
      momentLengths: (0..<3).map { length(box.lengths[$0]) },
      long: length(profiles.widths[0]),
      wide: length(profiles.widths[1]),
      thickness: length(profiles.widths[2]),
      boxFill: region.fill,
      delithiated: iron.sum() > 0 ? iron.y / iron.sum() : .nan,
      delithiatedError: densities.shareError(
        of: iron,
        noise: noise.ofSum(Double(core.count) * Self.correlatedVoxels)
      ),
      meanDensity: 0.5 * core.sum.sum() / Double(max(core.count, 1)),
      neighbors: region.contacts.keys.sorted(),
      isBunch: region.fill < parameters.plateFill,
      isCut: core.isCut
    )
  }

  /// (x, z, y), as voxels are stored, to (x, y, z).
  private static func physical(_ place: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(place.x, place.z, place.y)
  }

  /// The labels with the two voxels around each particle, and the distances from all particles.
  private func grownLabels() -> (labels: LabelVolume, distances: DistanceTransform) {
    let labels = segmentation.labels
    let outside = VoxelMask(grid: labels.grid, values: labels.values.map { $0 == 0 })
    let distances = DistanceTransform(of: outside)
    let near = VoxelMask(grid: labels.grid, values: distances.squares.map { $0 <= 4 })
    var landscape = mean
    for i in landscape.values.indices { landscape.values[i] = -landscape.values[i] }
    return (Watershed(.faces).flood(landscape, from: labels, in: near), distances)
  }

  /// What the reconstruction shows where nothing is: the mean from four to six voxels away.
  private func background(of distances: DistanceTransform) -> SIMD2<Double> {
    var sums = RegionSums()
    let (first, second) = (densities.first.values.span, densities.second.values.span)
    for index in distances.squares.indices
    where distances.squares[index] > 9 && distances.squares[index] <= 36 {
      let values = SIMD2(Double(first[index]), Double(second[index]))
      if values.x.isFinite, values.y.isFinite { sums.add(values) }
    }
    return sums.count > 0 ? sums.sum / Double(sums.count) : .zero
  }
}

/// What the voxels of a region add up to.
private struct RegionSums {
  var count = 0
  /// Σ OD at either energy.
  var sum = SIMD2<Double>.zero
  var isCut = false

  mutating func add(_ values: SIMD2<Double>) {
    count += 1
    sum += values
  }
}
