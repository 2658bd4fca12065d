// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Plates of two phases in a sphere, with projections and voxels worked out from their planes.
///
/// Lengths in voxels about the volume's centre. It shares nothing with the projector under test.
struct PlatePhantom {
  /// One plate: a box with an orthonormal frame, split across its long edge into two phases.
  struct Plate {
    var center: SIMD3<Double>
    var axes: [SIMD3<Double>]
    var halfSizes: SIMD3<Double>
    /// The part of LiFePO₄ on either side of the middle of the long edge.
    var lithiated: (Double, Double)

    func lithiated(at point: SIMD3<Double>) -> Double? {
      let offset = point - center
      for axis in 0..<3 where abs((offset * axes[axis]).sum()) > halfSizes[axis] { return nil }
      return (offset * axes[0]).sum() > 0 ? lithiated.0 : lithiated.1
    }
  }

  /// OD per voxel of the pure phases, [energy][LFP, FP]: the absorption per µm times 6.7 nm.
  static let absorption = [[11.80, 5.33], [5.45, 11.86]].map { $0.map { $0 * 6.7e-3 } }

  var plates: [Plate] = []

  /// Random plates that do not touch, all inside a sphere.
  init(count: Int, radius: Double, seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var attempts = 0
    while plates.count < count && attempts < 20_000 {
      attempts += 1
      let plate = Self.plate(within: radius, random: &random)
      guard !plates.contains(where: { Self.meet($0, plate) }) else { continue }
      plates.append(plate)
    }
  }

  private static func plate(within radius: Double, random: inout SeededGenerator) -> Plate {
    func direction(_ random: inout SeededGenerator) -> SIMD3<Double> {
      let v = SIMD3(random.normal(), random.normal(), random.normal())
      return v / (v * v).sum().squareRoot()
    }
    let first = direction(&random)
    var second = direction(&random)
    second -= first * (first * second).sum()
    second /= (second * second).sum().squareRoot()
    let third = SIMD3(
      first.y * second.z - first.z * second.y,
      first.z * second.x - first.x * second.z,
      first.x * second.y - first.y * second.x
    )
    let halfSizes = SIMD3(7.5, 6, 1.5) * (0.85 + 0.3 * random.uniform())
    let reach = radius - (halfSizes * halfSizes).sum().squareRoot()
    let center = direction(&random) * reach * exponential(naturalLogarithm(random.uniform()) / 3)
    let kind = Int(random.uniform() * 4)
    let part = random.uniform()
    return Plate(
      center: center,
      axes: [first, second, third],
      halfSizes: halfSizes,
      lithiated: [(0.98, 0.98), (0.02, 0.02), (part, part), (0.95, 0.05)][kind]
    )
  }

  /// Whether sample points of one plate, a little enlarged, lie in the other.
  private static func meet(_ a: Plate, _ b: Plate) -> Bool {
    func reaches(_ a: Plate, _ b: Plate) -> Bool {
      for i in -4...4 {
        for j in -4...4 {
          for k in -1...1 {
            var point = a.center
            let part = SIMD3(Double(i) / 4, Double(j) / 4, Double(k))
            for axis in 0..<3 { point += a.axes[axis] * (a.halfSizes[axis] + 1) * part[axis] }
            if b.lithiated(at: point) != nil { return true }
          }
        }
      }
      return false
    }
    return reaches(a, b) || reaches(b, a)
  }

  /// Iron per voxel and LiFePO₄ part of it, [x, z, y], by 3³ samples in each voxel.
  func volumes(side: Int) -> (iron: Volume, lithiated: Volume) {
    var iron = Volume(sizeX: side, sizeZ: side, sizeY: side)
    var lithiated = iron
    let middle = Double(side - 1) / 2
    for plate in plates {
      let reach = (plate.halfSizes * plate.halfSizes).sum().squareRoot() + 1
      func range(_ axis: Int) -> ClosedRange<Int> {
        let low = Int((plate.center[axis] + middle - reach).rounded(.down))
        let high = Int((plate.center[axis] + middle + reach).rounded(.up))
        return max(0, low)...min(side - 1, high)
      }
      for x in range(0) {
        for z in range(2) {
          for y in range(1) {
            let corner = SIMD3(Double(x), Double(y), Double(z)) - middle
            for sample in 0..<27 {
              let part = SIMD3(sample % 3, sample / 3 % 3, sample / 9)
              let point = corner + (SIMD3<Double>(part) - 1) / 3
              guard let value = plate.lithiated(at: point) else { continue }
              iron[x: x, z: z, y: y] += 1 / 27
              lithiated[x: x, z: z, y: y] += Float(value / 27)
            }
          }
        }
      }
    }
    return (iron, lithiated)
  }

  /// Optical density along z′ at a tilt and energy, by 2 × 2 rays a pixel; displaced in the image, and
  /// then turned with the rotation axis, +x towards +y, radians.
  func projection(
    tilt: TiltAngle,
    energy: Int,
    shape: Shape2D,
    displacedBy shift: PixelShift,
    turnedBy lean: Double = 0
  ) -> Image {
    var image = Image(shape: shape)
    let (c, s) = (cosine(tilt.radians), sine(tilt.radians))
    let along = SIMD3(-s, 0, c)
    let (cl, sl) = (cosine(lean), sine(lean))
    let (lfp, fp) = (Self.absorption[energy][0], Self.absorption[energy][1])
    for plate in plates {
      let across = plate.center.x * c + plate.center.z * s + shift.columns
      let down = plate.center.y + shift.rows
      let (u, v) = (cl * across - sl * down, sl * across + cl * down)
      let reach = (plate.halfSizes * plate.halfSizes).sum().squareRoot() + 1
      let column = u + Double(shape.columns - 1) / 2
      let row = v + Double(shape.rows - 1) / 2
      for r in max(0, Int(row - reach))...min(shape.rows - 1, Int(row + reach)) {
        for q in max(0, Int(column - reach))...min(shape.columns - 1, Int(column + reach)) {
          for sample in 0..<4 {
            let right = Double(q) + (Double(sample % 2) - 0.5) / 2 - Double(shape.columns - 1) / 2
            let below = Double(r) + (Double(sample / 2) - 0.5) / 2 - Double(shape.rows - 1) / 2
            let (du, dv) = (cl * right + sl * below, cl * below - sl * right)
            let origin = SIMD3((du - shift.columns) * c, dv - shift.rows, (du - shift.columns) * s)
            let chords = plate.chords(from: origin, along: along)
            let absorbed = zip(chords, [plate.lithiated.0, plate.lithiated.1]).reduce(0.0) {
              $0 + $1.0 * ($1.1 * lfp + (1 - $1.1) * fp)
            }
            image[r, q] += Float(absorbed / 4)
          }
        }
      }
    }
    return image
  }
}

extension PlatePhantom {
  /// What two volumes of OD per voxel make of the plates.
  ///
  /// - Returns: The RMS error of the LiFePO₄ part over voxels more than half inside plates, and the
  ///   relative RMS error of the first volume.
  func error(of volumes: [Volume]) -> (composition: Double, density: Double) {
    let truth = self.volumes(side: volumes[0].sizeX)
    let a = Self.absorption
    let determinant = a[0][0] * a[1][1] - a[0][1] * a[1][0]
    var (squares, count, difference, power) = (0.0, 0.0, 0.0, 0.0)
    for i in volumes[0].values.indices {
      let (first, second) = (Double(volumes[0].values[i]), Double(volumes[1].values[i]))
      let iron = Double(truth.iron.values[i])
      let lithiated = Double(truth.lithiated.values[i])
      let density = a[0][0] * lithiated + a[0][1] * (iron - lithiated)
      difference += (first - density) * (first - density)
      power += density * density
      guard iron > 0.5 else { continue }
      let lfp = max(0, (first * a[1][1] - second * a[0][1]) / determinant)
      let fp = max(0, (second * a[0][0] - first * a[1][0]) / determinant)
      let error = (lfp + fp > 1e-6 ? lfp / (lfp + fp) : 0.5) - lithiated / iron
      squares += error * error
      count += 1
    }
    return ((squares / count).squareRoot(), (difference / power).squareRoot())
  }
}

extension PlatePhantom.Plate {
  /// The lengths of a line inside either half of the plate.
  func chords(from origin: SIMD3<Double>, along direction: SIMD3<Double>) -> [Double] {
    [(0, halfSizes[0]), (-halfSizes[0], 0)].map { half in
      var (entry, exit) = (-Double.infinity, Double.infinity)
      for axis in 0..<3 {
        let position = ((origin - center) * axes[axis]).sum()
        let slope = (direction * axes[axis]).sum()
        let low = axis == 0 ? half.0 : -halfSizes[axis]
        let high = axis == 0 ? half.1 : halfSizes[axis]
        guard abs(slope) > 1e-12 else {
          if position < low || position > high { return 0 }
          continue
        }
        let (a, b) = ((low - position) / slope, (high - position) / slope)
        entry = max(entry, min(a, b))
        exit = min(exit, max(a, b))
      }
      return max(0, exit - entry)
    }
  }
}
