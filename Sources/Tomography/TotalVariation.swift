// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// The total variation of a volume, Σ sqrt(|∇v|² + ε²), and descent along it.
///
/// Forward differences between neighbouring voxels, none across the volume's faces (Rudin, Osher
/// and Fatemi, Physica D 60, 259 (1992), doi 10.1016/0167-2789(92)90242-F). Noise has much
/// variation for little mass, a body of one density has only its surface; so a little descent
/// between sweeps keeps noise from building up without rounding edges as smoothing would.
public enum TotalVariation {
  /// The total variation of a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - rounding: ε, the difference below which variation counts less, the volume's unit.
  /// - Returns: The sum over all voxels, the volume's unit.
  public static func value(of volume: Volume, rounding: Float) -> Double {
    let inverses = inverseGradients(of: volume, rounding: rounding)
    return inverses.reduce(0) { $0 + 1 / Double($1) }
  }

  /// The derivative of the total variation with respect to each voxel.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - rounding: ε, larger than zero, the volume's unit.
  /// - Returns: The gradient, [x, z, y], dimensionless.
  public static func gradient(of volume: Volume, rounding: Float) -> Volume {
    let inverses = inverseGradients(of: volume, rounding: rounding)
    var gradient = Volume(sizeX: volume.sizeX, sizeZ: volume.sizeZ, sizeY: volume.sizeY)
    let neighbours = RowNeighbours(volume)
    let (values, weights) = (volume.values.span, inverses.span)
    var result = gradient.values.mutableSpan
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        var row = result._mutatingExtracting(neighbours.range(x, z))
        addRowGradient(
          row: values.extracting(neighbours.range(x, z)),
          nextX: values.extracting(neighbours.range(x + 1, z)),
          nextZ: values.extracting(neighbours.range(x, z + 1)),
          lastX: values.extracting(neighbours.range(x - 1, z)),
          lastZ: values.extracting(neighbours.range(x, z - 1)),
          weights: weights.extracting(neighbours.range(x, z)),
          weightsLastX: weights.extracting(neighbours.range(x - 1, z)),
          weightsLastZ: weights.extracting(neighbours.range(x, z - 1)),
          to: &row
        )
      }
    }
    return gradient
  }

  /// Lowers the total variation by steps of a given length along its normalised gradient.
  ///
  /// Adaptive steepest descent as in ASD-POCS (Sidky and Pan, Phys. Med. Biol. 53, 4777 (2008),
  /// doi 10.1088/0031-9155/53/17/021): tied to what the sweep before has changed, it needs no
  /// scale of its own. Voxels stay at or above `low`.
  ///
  /// - Parameters:
  ///   - volume: The volume to change, [x, z, y].
  ///   - length: The Euclidean length of each step, the volume's unit.
  ///   - steps: How many steps.
  ///   - low: The lowest value that a voxel may take.
  public static func descend(
    _ volume: inout Volume,
    by length: Double,
    steps: Int,
    notBelow low: Float = 0
  ) {
    let largest = volume.values.reduce(0) { max($0, abs($1)) }
    guard largest > 0, length > 0 else { return }
    for _ in 0..<steps {
      let gradient = gradient(of: volume, rounding: 0.01 * largest)
      let norm = innerProduct(gradient.values.span, gradient.values.span).squareRoot()
      guard norm > 0 else { return }
      let step = Float(length / norm)
      let slopes = gradient.values.span
      var voxels = volume.values.mutableSpan
      for i in voxels.indices {
        let value = voxels[i] - step * slopes[i]
        voxels[i] = value < low ? low : value
      }
    }
  }

  /// 1 / sqrt(|∇v|² + ε²) at every voxel.
  private static func inverseGradients(of volume: Volume, rounding: Float) -> [Float] {
    precondition(rounding > 0, "the rounding must be larger than zero")
    var inverses = [Float](repeating: 0, count: volume.count)
    let neighbours = RowNeighbours(volume)
    let values = volume.values.span
    var result = inverses.mutableSpan
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        var row = result._mutatingExtracting(neighbours.range(x, z))
        invertRowGradients(
          row: values.extracting(neighbours.range(x, z)),
          nextX: values.extracting(neighbours.range(x + 1, z)),
          nextZ: values.extracting(neighbours.range(x, z + 1)),
          floor: rounding * rounding,
          to: &row
        )
      }
    }
    return inverses
  }
}

/// Where the rows along y stand; a row beyond a face is the row on it, so that nothing differs.
private struct RowNeighbours {
  let sizeX: Int
  let sizeZ: Int
  let sizeY: Int

  init(_ volume: Volume) {
    sizeX = volume.sizeX
    sizeZ = volume.sizeZ
    sizeY = volume.sizeY
  }

  func range(_ x: Int, _ z: Int) -> Range<Int> {
    let column = min(max(x, 0), sizeX - 1) * sizeZ + min(max(z, 0), sizeZ - 1)
    return column * sizeY..<(column + 1) * sizeY
  }
}

private func invertRowGradients(
  row: Span<Float>,
  nextX: Span<Float>,
  nextZ: Span<Float>,
  floor: Float,
  to inverses: inout MutableSpan<Float>
) {
  let count = row.count
  precondition(
    count > 0 && nextX.count == count && nextZ.count == count && inverses.count == count,
    "rows differ in length"
  )
  for y in 0..<count - 1 {
    let (a, b, c) = (row[y + 1] - row[y], nextX[y] - row[y], nextZ[y] - row[y])
    inverses[y] = 1 / (a * a + b * b + c * c + floor).squareRoot()
  }
  let last = count - 1
  let (b, c) = (nextX[last] - row[last], nextZ[last] - row[last])
  inverses[last] = 1 / (b * b + c * c + floor).squareRoot()
}

private func addRowGradient(
  row: Span<Float>,
  nextX: Span<Float>,
  nextZ: Span<Float>,
  lastX: Span<Float>,
  lastZ: Span<Float>,
  weights: Span<Float>,
  weightsLastX: Span<Float>,
  weightsLastZ: Span<Float>,
  to gradient: inout MutableSpan<Float>
) {
  let count = row.count
  precondition(
    nextX.count == count && nextZ.count == count && lastX.count == count && lastZ.count == count
      && weights.count == count && weightsLastX.count == count && weightsLastZ.count == count
      && gradient.count == count,
    "rows differ in length"
  )
  for y in 0..<count {
    let value = row[y]
    let ahead = nextX[y] + nextZ[y] - 2 * value
    let behind =
      (value - lastX[y]) * weightsLastX[y] + (value - lastZ[y]) * weightsLastZ[y]
    gradient[y] += behind - ahead * weights[y]
  }
  for y in 0..<count - 1 {
    let flux = (row[y + 1] - row[y]) * weights[y]
    gradient[y] -= flux
    gradient[y + 1] += flux
  }
}
