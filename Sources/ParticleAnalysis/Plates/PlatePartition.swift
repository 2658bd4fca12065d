// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Solid voxels dealt to regions, what each region looks like, and which touch.
struct PlatePartition: Sendable {
  /// What is known of a region.
  struct Region: Sendable {
    var moments = PlateMoments()
    var levels = LevelHistogram()
    /// How the density's gradients point.
    var gradients = GradientTensor()
    /// The levels on the way to each neighbour.
    var contacts: [Int: LevelHistogram] = [:]

    /// The box of its moments.
    var box: PlateBox { PlateBox(moments) }
    /// How much of that box it fills: 1 for a box, less for anything else.
    var fill: Double { moments.mass / box.volume }
    /// The level of its inside.
    var inside: Double { levels.quantile(0.75) }
  }

  let grid: VoxelGrid
  /// The solid voxels in the order of memory.
  let voxels: [Int]
  /// The region of every voxel, from 1; 0 where nothing is solid.
  var labels: [Int32]
  /// The fraction of every voxel that is solid, somewhat smoothed.
  let levels: [Float]
  /// The regions by label, of which the first is none and those without mass are gone.
  var regions: [Region] = []

  /// Takes labels.
  ///
  /// - Parameters:
  ///   - labels: The regions.
  ///   - levels: The fraction of every voxel that is solid.
  init(_ labels: LabelVolume, levels: [Float]) {
    grid = labels.grid
    voxels = labels.values.indices.filter { labels.values[$0] > 0 }
    self.labels = labels.values
    self.levels = levels
    measure()
  }

  /// The regions that there are.
  var present: [Int] { regions.indices.filter { regions[$0].moments.mass > 0 } }

  /// Measures all regions and contacts anew.
  mutating func measure() {
    let count = Int(voxels.reduce(0) { max($0, labels[$1]) })
    regions = [Region](repeating: Region(), count: count + 1)
    let neighbors = Neighborhood(grid, .faces, backward: true)
    for index in voxels {
      let label = Int(labels[index])
      guard label > 0 else { continue }
      let place = grid.place(index)
      regions[label].moments.add(SIMD3<Double>(place))
      regions[label].levels.add(levels[index])
      if grid.isInside(place) { regions[label].gradients.add(gradient(at: index)) }
      neighbors.forEach(of: index) { other in
        let neighbor = Int(labels[other])
        guard neighbor > 0, neighbor != label else { return }
        let level = min(levels[index], levels[other])
        regions[label].contacts[neighbor, default: LevelHistogram()].add(level)
        regions[neighbor].contacts[label, default: LevelHistogram()].add(level)
      }
    }
  }

  /// The gradient (x, z, y) of the density at a voxel inside of the grid.
  @inline(__always)
  private func gradient(at index: Int) -> SIMD3<Float> {
    let strideX = grid.sizeZ * grid.sizeY
    return SIMD3(
      levels[index + strideX] - levels[index - strideX],
      levels[index + grid.sizeY] - levels[index - grid.sizeY],
      levels[index + 1] - levels[index - 1]
    )
  }

  /// Makes one region of two; `gone` becomes part of `kept`.
  mutating func join(_ gone: Int, into kept: Int) {
    regions[kept].moments = regions[kept].moments + regions[gone].moments
    regions[kept].levels = regions[kept].levels + regions[gone].levels
    regions[kept].gradients = regions[kept].gradients + regions[gone].gradients
    for (neighbor, contact) in regions[gone].contacts {
      regions[neighbor].contacts[gone] = nil
      guard neighbor != kept else { continue }
      let both = (regions[kept].contacts[neighbor] ?? LevelHistogram()) + contact
      regions[kept].contacts[neighbor] = both
      regions[neighbor].contacts[kept] = both
    }
    regions[gone] = Region()
  }

  /// Gives the voxels of joined regions their new label.
  mutating func relabel(_ new: [Int]) {
    for index in voxels { labels[index] = Int32(new[Int(labels[index])]) }
  }
}
