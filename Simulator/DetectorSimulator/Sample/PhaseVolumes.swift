// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// What fills each voxel of the sample, as exact volume averages.
public struct PhaseVolumes: Sendable {
  /// The part of the voxel that is LiFePO₄, [x, z, y], 0...1.
  public var lithiated: Volume
  /// The part of the voxel that is FePO₄, [x, z, y], 0...1.
  public var delithiated: Volume
  /// The plate that fills most of the voxel, counted from 1; 0 where none, [x, z, y].
  public var plate: [Int32]
  /// The size of a voxel.
  public var voxelSize: Length

  /// The part of the voxel that any plate fills, [x, z, y].
  public var iron: Volume {
    var volume = lithiated
    for i in volume.values.indices { volume.values[i] += delithiated.values[i] }
    return volume
  }

  /// LiFePO₄ among all iron phosphate, [x, z, y]; NaN where a voxel holds (almost) none.
  public var composition: Volume {
    var volume = lithiated
    for i in volume.values.indices {
      let iron = lithiated.values[i] + delithiated.values[i]
      volume.values[i] = iron > 1e-3 ? lithiated.values[i] / iron : .nan
    }
    return volume
  }

  /// 0 empty, 1 LiFePO₄-rich, 2 mixed, 3 FePO₄-rich, [x, z, y].
  ///
  /// - Parameter threshold: A phase is rich where the other one has less than this part.
  /// - Returns: The labels; 0 also where less than half of a voxel is filled.
  public func phaseLabel(threshold: Float = 0.3) -> [UInt8] {
    zip(iron.values, composition.values).map { iron, composition in
      guard iron >= 0.5 else { return 0 }
      if composition > 1 - threshold { return 1 }
      return composition < threshold ? 3 : 2
    }
  }

  /// Optical density per voxel at one energy, [x, z, y].
  public func opticalDensity(energyIndex: Int, matrix: AbsorptionMatrix) -> Volume {
    let row = matrix.rows[energyIndex]
    return opticalDensity(PhaseAbsorption(lithiated: row[0], delithiated: row[1]))
  }

  /// Optical density per voxel for an absorption of the pure phases, [x, z, y].
  public func opticalDensity(_ absorption: PhaseAbsorption) -> Volume {
    let row = [absorption.lithiated, absorption.delithiated].map {
      Float($0 * voxelSize.micrometers)
    }
    var volume = lithiated
    for i in volume.values.indices {
      volume.values[i] = row[0] * lithiated.values[i] + row[1] * delithiated.values[i]
    }
    return volume
  }
}

extension Phantom {
  /// Averages the sample over voxels; the rotation axis and middle are at (N − 1) / 2.
  ///
  /// Each voxel holds `samples` x `samples` lines along y, whose stretch inside a box is exact.
  ///
  /// - Parameters:
  ///   - side: Voxels along x and z.
  ///   - height: Voxels along y.
  ///   - voxelSize: The size of a voxel.
  ///   - samples: Lines along each side of a voxel.
  /// - Returns: The phases, and which plate is where.
  public func volumes(side: Int, height: Int, voxelSize: Length, samples: Int = 4) -> PhaseVolumes {
    var lithiated = Volume(sizeX: side, sizeZ: side, sizeY: height)
    var delithiated = lithiated
    var most = [Float](repeating: 0, count: lithiated.count)
    var label = [Int32](repeating: 0, count: lithiated.count)
    for (number, plate) in plates.enumerated() {
      for (part, solid) in plate.solids.enumerated() {
        let raster = BoxRaster(
          solid.box,
          side: side,
          height: height,
          voxelSize: voxelSize,
          samples: samples
        )
        raster.forEach { index, fraction in
          lithiated.values[index] += Float(solid.lithiated) * fraction
          delithiated.values[index] += Float(solid.delithiated) * fraction
          if part == 0, fraction > most[index] {
            most[index] = fraction
            label[index] = Int32(number + 1)
          }
        }
      }
    }
    return PhaseVolumes(
      lithiated: lithiated,
      delithiated: delithiated,
      plate: label,
      voxelSize: voxelSize
    )
  }
}

/// The part of each voxel that one box fills.
private struct BoxRaster {
  private var ranges: [Range<Int>] = []
  private var sizes: (x: Int, z: Int, y: Int)
  private var fractions: [Double] = []

  init(_ box: OrientedBox, side: Int, height: Int, voxelSize: Length, samples: Int) {
    sizes = (side, side, height)
    let voxel = voxelSize.meters
    func range(_ middle: Double, _ axis: SIMD3<Double>, _ count: Int) -> Range<Int> {
      let center = Double(count - 1) / 2
      let reach = box.reach(along: axis)
      let low = Int(((middle - reach) / voxel + center + 0.5).rounded(.down))
      let high = Int(((middle + reach) / voxel + center + 0.5).rounded(.down))
      let first = min(max(low, 0), count)
      return first..<max(first, min(high + 1, count))
    }
    ranges = [
      range(box.center.x, SIMD3(1, 0, 0), side),
      range(box.center.z, SIMD3(0, 0, 1), side),
      range(box.center.y, SIMD3(0, 1, 0), height),
    ]
    fractions = [Double](
      repeating: 0,
      count: ranges[0].count * ranges[1].count * ranges[2].count
    )
    let weight = 1 / Double(samples * samples)
    for x in ranges[0] {
      for z in ranges[1] {
        let start =
          ((x - ranges[0].lowerBound) * ranges[1].count + z - ranges[1].lowerBound)
          * ranges[2].count
        for sample in 0..<samples * samples {
          let offsetX = (Double(sample % samples) + 0.5) / Double(samples) - 0.5
          let offsetZ = (Double(sample / samples) + 0.5) / Double(samples) - 0.5
          let origin = SIMD3(
            (Double(x) - Double(side - 1) / 2 + offsetX) * voxel,
            0,
            (Double(z) - Double(side - 1) / 2 + offsetZ) * voxel
          )
          guard let inside = box.intersection(origin: origin, direction: SIMD3(0, 1, 0))
          else { continue }
          // In voxels, with voxel k spanning k to k + 1.
          let first = inside.first / voxel + Double(height) / 2
          let last = inside.last / voxel + Double(height) / 2
          for y in ranges[2] {
            let length = min(last, Double(y + 1)) - max(first, Double(y))
            if length > 0 { fractions[start + y - ranges[2].lowerBound] += weight * length }
          }
        }
      }
    }
  }

  /// Calls `body` with the place in a volume [x, z, y] and the part filled.
  func forEach(_ body: (Int, Float) -> Void) {
    var i = 0
    for x in ranges[0] {
      for z in ranges[1] {
        for y in ranges[2] {
          if fractions[i] > 0 { body((x * sizes.z + z) * sizes.y + y, Float(fractions[i])) }
          i += 1
        }
      }
    }
  }
}
