// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// How well found particles agree with the true plates, plate by plate.
///
/// A plate's region is the one that holds most of its iron. The plate is separated where that is the
/// region of no other plate, where it counts as one plate and not as a bunch, and where its volume is
/// right to 15 %.
public struct ParticleComparison: Sendable, Hashable {
  /// The plates of eight voxels and more.
  public private(set) var plateCount = 0
  /// The plates that are separated.
  public private(set) var separatedCount = 0
  /// The plates that no particle holds.
  public private(set) var lostCount = 0
  /// The plates whose particle is also that of another one.
  public private(set) var sharedCount = 0
  /// The plates with a region of their own that is listed as a bunch.
  public private(set) var bunchedCount = 0
  /// The plates with a particle of their own whose volume is wrong by more than 15 %.
  public private(set) var wrongVolumeCount = 0
  /// The particles that hold no plate.
  public private(set) var inventedCount = 0
  /// The RMS error of the volume over plates with a particle of their own, %.
  public private(set) var volumeError = 0.0
  /// The RMS error of the facet area over separated plates, %.
  public private(set) var facetError = 0.0
  /// The mean error of the facet area over separated plates, %.
  public private(set) var facetBias = 0.0
  /// The RMS error of the thickness over separated plates, nm.
  public private(set) var thicknessError = 0.0
  /// The mean error of the thickness over separated plates, nm.
  public private(set) var thicknessBias = 0.0
  /// The RMS error of the share of FePO₄ over separated plates, percentage points.
  public private(set) var shareError = 0.0
  /// The part of all plates that is active.
  public private(set) var trueActiveFraction = 0.0
  /// The part of the particles that are plates and active.
  public private(set) var foundActiveFraction = 0.0

  /// The greatest error of a separated plate's volume.
  public static let volumeTolerance = 0.15

  /// The part of the plates that is separated, %.
  public var separatedPercent: Double {
    plateCount > 0 ? 100 * Double(separatedCount) / Double(plateCount) : 100
  }

  /// √(p (1 − p) / n) of the true active part: within it counting says nothing.
  public var activeSigma: Double {
    let p = trueActiveFraction
    return plateCount > 0 ? (p * (1 - p) / Double(plateCount)).squareRoot() : .nan
  }

  /// Compares particles with plates.
  ///
  /// - Parameters:
  ///   - labels: The particle of each voxel, counted from 1; 0 for none, [x, z, y].
  ///   - volumes: The volume of each particle, voxels.
  ///   - facetAreas: The facet area of each particle, nm².
  ///   - thicknesses: The thickness of each particle, nm.
  ///   - delithiated: The share of FePO₄ of each particle.
  ///   - isPlate: Whether each particle counts as a plate.
  ///   - truth: The true phases and plates, aligned.
  ///   - plates: The true plates, in the order of their numbers.
  ///   - activePercent: The share of FePO₄ from which a particle is active.
  public init(
    labels: [Int32],
    volumes: [Double],
    facetAreas: [Double],
    thicknesses: [Double],
    delithiated: [Double],
    isPlate: [Bool],
    truth: PhaseVolumes,
    plates: [NanoPlate],
    activePercent: Double = 15
  ) {
    precondition(labels.count == truth.plate.count, "labels and truth differ in extent")
    precondition(
      [facetAreas.count, thicknesses.count, delithiated.count, isPlate.count]
        .allSatisfy { $0 == volumes.count },
      "columns of particles differ in length"
    )
    let voxel = truth.voxelSize.meters
    let sizes = plates.map { $0.box.volume / (voxel * voxel * voxel) }
    let counted = sizes.indices.filter { sizes[$0] >= 8 }
    let owners = Self.owners(of: plates.count, labels, truth)
    var shares = [Int](repeating: 0, count: volumes.count + 1)
    for plate in plates.indices { shares[owners[plate]] += 1 }
    inventedCount = shares.dropFirst().count { $0 == 0 }
    plateCount = counted.count
    var sums = Sums()
    for plate in counted {
      let owner = owners[plate]
      guard owner > 0 else {
        lostCount += 1
        continue
      }
      guard shares[owner] == 1 else {
        sharedCount += 1
        continue
      }
      guard isPlate[owner - 1] else {
        bunchedCount += 1
        continue
      }
      let error = volumes[owner - 1] / sizes[plate] - 1
      sums.volume.add(100 * error)
      guard abs(error) <= Self.volumeTolerance else {
        wrongVolumeCount += 1
        continue
      }
      separatedCount += 1
      let half = plates[plate].box.halfLengths
      sums.facet.add(100 * (facetAreas[owner - 1] / (4e18 * half.x * half.y) - 1))
      sums.thickness.add(thicknesses[owner - 1] - 2e9 * half.z)
      sums.share.add(100 * (delithiated[owner - 1] - 1 + plates[plate].meanComposition))
    }
    volumeError = sums.volume.rms
    (facetError, facetBias) = (sums.facet.rms, sums.facet.mean)
    (thicknessError, thicknessBias) = (sums.thickness.rms, sums.thickness.mean)
    shareError = sums.share.rms
    let active = counted.count { 100 * (1 - plates[$0].meanComposition) >= activePercent }
    trueActiveFraction = Double(active) / Double(max(counted.count, 1))
    let found = isPlate.indices.filter { isPlate[$0] }
    let foundActive = found.count { 100 * delithiated[$0] >= activePercent }
    foundActiveFraction = Double(foundActive) / Double(max(found.count, 1))
  }

  /// The particle that holds most of each plate's iron; 0 where none holds any.
  private static func owners(of count: Int, _ labels: [Int32], _ truth: PhaseVolumes) -> [Int] {
    var overlaps = [[Int32: Double]](repeating: [:], count: count + 1)
    for index in labels.indices where labels[index] > 0 && truth.plate[index] > 0 {
      let iron = truth.lithiated.values[index] + truth.delithiated.values[index]
      overlaps[Int(truth.plate[index])][labels[index], default: 0] += Double(iron)
    }
    return overlaps.dropFirst().map { overlap in
      let best = overlap.max { ($0.value, $1.key) < ($1.value, $0.key) }
      return Int(best?.key ?? 0)
    }
  }
}

/// Sums of errors.
private struct Sums {
  struct Errors {
    var count = 0.0
    var sum = 0.0
    var squares = 0.0

    mutating func add(_ error: Double) {
      count += 1
      sum += error
      squares += error * error
    }

    var mean: Double { count > 0 ? sum / count : 0 }
    var rms: Double { count > 0 ? (squares / count).squareRoot() : 0 }
  }

  var volume = Errors()
  var facet = Errors()
  var thickness = Errors()
  var share = Errors()
}
