// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A slice through the middle of a particle, resampled along two of its axes.
public struct ParticleSection: Sendable {
  /// How a particle is cut.
  public enum Plane: String, Sendable, Hashable, CaseIterable {
    /// Across the facets: rows along the thin axis, columns along the long one.
    case thickness
    /// Along the facets: rows along the wide axis, columns along the long one.
    case facet
  }

  /// How it is cut.
  public var plane: Plane
  /// The mean optical density of both energies, [row, column].
  public var density: Image
  /// LiFePO₄, a fraction of solid material, [row, column]; never negative.
  public var lithiated: Image
  /// FePO₄, a fraction of solid material, [row, column]; never negative.
  public var delithiated: Image
  /// C_LFP / (C_LFP + C_FP), 0 to 1; NaN where there is no iron or another particle, [row, column].
  public var composition: Image
  /// 0 empty or another particle, 1 LFP-rich, 2 mixed, 3 FP-rich, [row, column].
  public var phaseLabel: Image
  /// The size of a pixel.
  public var pixelSize: Length

  /// Cuts a particle.
  ///
  /// - Parameters:
  ///   - particle: The particle.
  ///   - catalog: The particles that it belongs to.
  ///   - densities: The optical densities that these were found in.
  ///   - plane: How it is cut.
  ///   - segmentationThreshold: X, percent; a phase is rich where the other one has less.
  ///   - samplesPerVoxel: How finely it is resampled, trilinear.
  public init(
    of particle: Particle,
    in catalog: ParticleCatalog,
    _ densities: DensityPair,
    plane: Plane,
    segmentationThreshold: Double = 30,
    samplesPerVoxel: Int = 2
  ) {
    let size = densities.voxelSize
    let grid = catalog.labels.grid
    let middle = 0.5 * SIMD3<Double>(SIMD3(grid.sizeX, grid.sizeZ, grid.sizeY) &- 1)
    func stored(_ v: SIMD3<Double>) -> SIMD3<Double> { SIMD3(v.x, v.z, v.y) }
    let center = middle + stored(particle.centroid) / size.nanometers
    let rowAxis = plane == .thickness ? 2 : 1
    let (down, right) = (stored(particle.axes[rowAxis]), stored(particle.axes[0]))
    let step = 1 / Double(samplesPerVoxel)
    // Two voxels of surroundings.
    func half(_ axis: Int) -> Int {
      Int((particle.momentLengths[axis].meters / size.meters / 2 + 2) / step)
    }
    let (rows, columns) = (half(rowAxis), half(0))
    let shape = Shape2D(rows: 2 * rows + 1, columns: 2 * columns + 1)
    self.plane = plane
    pixelSize = Length(meters: size.meters * step)
    density = Image(shape: shape)
    lithiated = density
    delithiated = density
    composition = Image(shape: shape, filledWith: .nan)
    phaseLabel = density
    let rich = Float(1 - segmentationThreshold / 100)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let place =
          center + Double(row - rows) * step * down + Double(column - columns) * step * right
        guard let first = densities.first.interpolated(at: place),
          let second = densities.second.interpolated(at: place)
        else { continue }
        density[row, column] = Float(0.5 * (first + second))
        let free = densities.concentrations(first, second)
        let iron = free.clamped(lowerBound: .zero, upperBound: SIMD2(repeating: .infinity))
        lithiated[row, column] = Float(iron.x)
        delithiated[row, column] = Float(iron.y)
        let voxel = SIMD3<Int>(place.rounded(.toNearestOrEven))
        let owner = catalog.labels.values[grid.index(x: voxel.x, z: voxel.y, y: voxel.z)]
        guard owner == particle.id, iron.sum() > 0 else { continue }
        let share = Float(iron.x / iron.sum())
        composition[row, column] = share
        phaseLabel[row, column] = share > rich ? 1 : share < 1 - rich ? 3 : 2
      }
    }
  }
}
