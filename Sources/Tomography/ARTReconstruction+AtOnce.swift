// SPDX-License-Identifier: BSD-3-Clause

import Imaging

// SART and SIRT: the rays of a projection, or of all, correct the volume at once.
extension ARTReconstruction {
  /// One step of SART: v ← max(low, v + λ V⁻¹ Aᵀ w W⁻¹ (b − A v)).
  mutating func foldAtOnce(
    _ projection: PreparedProjection,
    relaxation: Float,
    sharing work: any WorkSharing,
    beside other: (@Sendable () -> Void)?
  ) -> Double {
    let rays = projection.rays
    var columnSums = [Double](repeating: 0, count: rays.sizeX * rays.sizeZ)
    rays.addColumnSums(to: &columnSums)
    var (corrections, squares) = weightedResiduals(of: projection, sharing: work, beside: other)
    scale(&corrections, by: relaxation)
    // V⁻¹ goes with the lengths, so that nothing but the volume is passed through.
    let sums = columnSums
    let scaled = rays.withLengths { $1 / Float(sums[$0]) }
    let (height, values) = (volume.sizeY, corrections)
    volume.values.shareElements { voxels in
      shareSlices(of: height, over: work) { slices in
        scaled.spread(values, slices: slices, of: height, to: voxels)
      }
    }
    clamp()
    pathFolds += 1
    squaredPath += zip(0..., scaled.squaredLengths).reduce(0.0) { total, ray in
      let row = values.span.extracting(ray.0 * height..<(ray.0 + 1) * height)
      return total + ray.1 * innerProduct(row, row)
    }
    return projection.weightSum > 0 ? (squares / projection.weightSum).squareRoot() : 0
  }

  /// One step of SIRT over a whole series.
  ///
  /// - Returns: The root-mean-square residual of all projections, each weighted alike.
  mutating func stepAtOnce(
    over series: TiltSeries,
    relaxation: Float,
    sharing work: any WorkSharing
  ) -> Double {
    var correction = Volume(sizeX: volume.sizeX, sizeZ: volume.sizeZ, sizeY: volume.sizeY)
    var columnSums = [Double](repeating: 0, count: volume.sizeX * volume.sizeZ)
    var total = 0.0
    let height = volume.sizeY
    for place in series.tilts.indices {
      let projection = PreparedProjection(
        series.projection(place),
        sizeX: volume.sizeX,
        sizeZ: volume.sizeZ
      )
      projection.requireFit(to: volume)
      projection.rays.addColumnSums(to: &columnSums)
      let (values, squares) = weightedResiduals(of: projection, sharing: work)
      total += projection.weightSum > 0 ? squares / projection.weightSum : 0
      correction.values.shareElements { voxels in
        shareSlices(of: height, over: work) { slices in
          projection.rays.spread(values, slices: slices, of: height, to: voxels)
        }
      }
    }
    var path = 0.0
    for column in columnSums.indices where columnSums[column] > 0 {
      let factor = relaxation / Float(columnSums[column])
      for i in column * height..<(column + 1) * height {
        let step = factor * correction.values[i]
        path += Double(step * step)
        volume.values[i] = max(volume.values[i] + step, low)
      }
    }
    pathFolds += series.tilts.count
    squaredPath += path
    support?.apply(to: &volume, sharing: work)
    return (total / Double(max(1, series.tilts.count))).squareRoot()
  }

  /// w W⁻¹ (b − A v), [ray, y], and Σ w (b − A v)².
  private func weightedResiduals(
    of projection: PreparedProjection,
    sharing work: any WorkSharing,
    beside other: (@Sendable () -> Void)? = nil
  ) -> (values: [Float], squares: Double) {
    let (height, rays, voxels) = (volume.sizeY, projection.rays, volume.values)
    var values = [Float](repeating: 0, count: rays.columns * height)
    values.shareElements { sums in
      shareRays(rays.columns, slices: height, over: work, beside: other) { _, some, slices in
        rays.integrate(voxels.span, rays: some, slices: slices, of: height, to: sums)
      }
    }
    var squares = 0.0
    for (ray, length) in rays.rowSums.enumerated() {
      let inverse = length > 0 ? 1 / (length + damping) : 0
      for i in ray * height..<(ray + 1) * height {
        let residual = length > 0 ? projection.measured[i] - values[i] : 0
        let weighted = projection.weights[i] * residual
        squares += Double(weighted * residual)
        values[i] = inverse * weighted
      }
    }
    return (values, squares)
  }

  private mutating func clamp() {
    guard isNonNegative else { return }
    var voxels = volume.values.mutableSpan
    for i in voxels.indices { voxels[i] = max(voxels[i], 0) }
  }
}

private func scale(_ values: inout [Float], by factor: Float) {
  var span = values.mutableSpan
  scale(&span, by: factor)
}
