// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A projection as the loops over rays take it: column by column, with the rays traced.
struct PreparedProjection: Sendable {
  let rays: RayTable
  /// The number of slices.
  let height: Int
  /// The measured line integrals, [ray, y].
  let measured: [Float]
  /// The trust in each, 0 to 1, [ray, y].
  let weights: [Float]
  /// Σ weights.
  let weightSum: Double

  init(_ projection: Image, weights: Image, along rays: RayTable) {
    precondition(projection.shape == weights.shape, "weights and projection differ in shape")
    precondition(
      projection.shape.columns == rays.columns,
      "the projection is \(projection.shape), the rays are \(rays.columns)"
    )
    self.rays = rays
    height = projection.shape.rows
    measured = transposed(projection).values
    self.weights = transposed(weights).values
    weightSum = sum(weights.values.span)
  }

  /// Traces the rays of a projection of a volume of these extents.
  init(_ projection: AlignedProjection, sizeX: Int, sizeZ: Int) {
    self.init(
      projection.values,
      weights: projection.weights,
      along: RayTable(
        tilt: projection.tilt,
        sizeX: sizeX,
        sizeZ: sizeZ,
        columns: projection.values.shape.columns
      )
    )
  }

  /// Ends the program where the projection is not one of a volume.
  func requireFit(to volume: Volume) {
    precondition(rays.fits(volume), "the rays were traced for another volume")
    precondition(height == volume.sizeY, "the projection has \(height) rows")
  }
}
