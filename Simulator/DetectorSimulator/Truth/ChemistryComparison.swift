// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// How well reconstructed phases agree with the true ones, voxel by voxel and plate by plate.
public struct ChemistryComparison: Sendable, Hashable {
  /// Voxels more than half filled by plates.
  public var voxelCount = 0
  /// Of these, voxels in which no iron was found; each counts as wrong by half.
  public var emptyCount = 0
  /// The RMS error of the part of LiFePO₄ over these voxels, percentage points.
  public var voxelError = 0.0
  /// Plates of twenty and more such voxels.
  public var plateCount = 0
  /// The RMS error of the part of LiFePO₄ over these plates, percentage points.
  public var plateError = 0.0
  /// Voxels inside plates, one voxel away from surfaces, with a majority phase (not 40 to 60 %).
  public var interiorCount = 0
  /// The part of these with the right majority phase, %.
  public var majorityRight = 100.0

  /// Compares phases.
  ///
  /// - Parameters:
  ///   - lithiated: Reconstructed LiFePO₄, any common scale, [x, z, y].
  ///   - delithiated: Reconstructed FePO₄, the same scale, [x, z, y].
  ///   - truth: The true phases, aligned.
  public init(lithiated: Volume, delithiated: Volume, truth: PhaseVolumes) {
    precondition(
      lithiated.hasShape(of: truth.lithiated) && delithiated.hasShape(of: truth.lithiated),
      "volumes differ in shape"
    )
    let iron = truth.iron
    var plates: [Int32: Plate] = [:]
    var squares = 0.0
    var right = 0
    for i in iron.values.indices where iron.values[i] > 0.5 {
      let found = Self.composition(lithiated.values[i], delithiated.values[i])
      let actual = Double(truth.lithiated.values[i] / iron.values[i])
      let error = found.map { $0 - actual } ?? 0.5
      voxelCount += 1
      if found == nil { emptyCount += 1 }
      squares += error * error
      plates[truth.plate[i], default: Plate()].add(
        found: (lithiated.values[i], delithiated.values[i]),
        actual: (truth.lithiated.values[i], truth.delithiated.values[i])
      )
      if abs(actual - 0.5) > 0.1, Self.isInterior(i, iron, truth.plate) {
        interiorCount += 1
        if let found, (found > 0.5) == (actual > 0.5) { right += 1 }
      }
    }
    voxelError = 100 * (squares / Double(max(voxelCount, 1))).squareRoot()
    let large = plates.values.filter { $0.voxels >= 20 }
    plateCount = large.count
    let plateSquares = large.reduce(0) { $0 + $1.error * $1.error }
    plateError = 100 * (plateSquares / Double(max(plateCount, 1))).squareRoot()
    if interiorCount > 0 { majorityRight = 100 * Double(right) / Double(interiorCount) }
  }

  /// The sums over one plate.
  private struct Plate {
    var voxels = 0
    var found = SIMD2<Double>.zero
    var actual = SIMD2<Double>.zero

    mutating func add(found: (Float, Float), actual: (Float, Float)) {
      voxels += 1
      self.found += SIMD2(Double(found.0), Double(found.1))
      self.actual += SIMD2(Double(actual.0), Double(actual.1))
    }

    var error: Double {
      guard found.sum() > 0 else { return 0.5 }
      return min(max(found.x / found.sum(), 0), 1) - actual.x / actual.sum()
    }
  }

  /// The part of LiFePO₄, cut to 0...1; nil where no iron was found.
  private static func composition(_ lithiated: Float, _ delithiated: Float) -> Double? {
    let iron = Double(lithiated) + Double(delithiated)
    guard iron > 1e-6, iron.isFinite else { return nil }
    return min(max(Double(lithiated) / iron, 0), 1)
  }

  /// Whether all six neighbours lie in the same plate.
  private static func isInterior(_ i: Int, _ iron: Volume, _ plate: [Int32]) -> Bool {
    let strides = [iron.sizeZ * iron.sizeY, iron.sizeY, 1]
    return strides.allSatisfy { stride in
      [i - stride, i + stride].allSatisfy { neighbor in
        plate.indices.contains(neighbor) && iron.values[neighbor] > 0.5
          && plate[neighbor] == plate[i]
      }
    }
  }
}
