// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// A sample of nano-plates, known exactly.
///
/// Plates are solids with closed-form chords, so that projections and voxel averages come from
/// geometry and not from the voxel projectors that they are later compared with.
public struct Phantom: Hashable, Sendable {
  /// The plates.
  public var plates: [NanoPlate]

  /// Takes known plates.
  public init(plates: [NanoPlate]) {
    self.plates = plates
  }

  /// The fraction of LiFePO₄ in the lithium-rich end member, Li₀.₉₃FePO₄ (Yu, Nat Commun 2018).
  public static let lithiatedEnd = 0.93
  /// The fraction of LiFePO₄ in the lithium-poor end member, Li₀.₀₂FePO₄ (Yu, Nat Commun 2018).
  public static let delithiatedEnd = 0.02

  /// Scatters plates of about 100 x 80 x 20 nm at random, none touching another, in a cylinder
  /// about the rotation axis as tall as wide; fewer than asked for where no more fit.
  ///
  /// Random sequential placement. Of twenty plates, seven are whole LiFePO₄, six whole FePO₄,
  /// three mixed throughout (30 to 70 %), four have a core of one phase and an edge of the other.
  public init(plateCount: Int, diameter: Length, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var plates: [NanoPlate] = []
    for index in 0..<plateCount {
      let lithiation = Self.lithiation(index: index, &generator)
      for _ in 0..<4000 {
        let box = Self.randomBox(within: diameter.meters / 2, &generator)
        guard box.corners.allSatisfy({ Self.isInside($0, radius: diameter.meters / 2) }),
          !plates.contains(where: { $0.box.overlaps(box, gap: 2e-9) })
        else { continue }
        plates.append(NanoPlate(box: box, lithiation: lithiation))
        break
      }
    }
    self.plates = plates
  }

  /// The volume of all plates, m³.
  public var volume: Double { plates.reduce(0) { $0 + $1.box.volume } }

  /// The same sample moved by (x, y, z) metres.
  public func moved(by offset: SIMD3<Double>) -> Phantom {
    var copy = self
    for index in copy.plates.indices { copy.plates[index].box.center += offset }
    return copy
  }

  private static func isInside(_ point: SIMD3<Double>, radius: Double) -> Bool {
    point.x * point.x + point.z * point.z <= radius * radius && abs(point.y) <= radius
  }

  private static func lithiation(
    index: Int,
    _ generator: inout SeededGenerator
  ) -> NanoPlate.Lithiation {
    let draw = generator.uniform()
    // 7, 6, 3 and 4 of twenty, spread evenly: 9 is coprime to 20.
    switch index * 9 % 20 {
    case 0..<7: return .uniform(lithiatedEnd)
    case 7..<13: return .uniform(delithiatedEnd)
    case 13..<16: return .uniform(0.3 + 0.4 * draw)
    case 16..<18: return .coreEdge(core: delithiatedEnd, edge: lithiatedEnd, size: 0.6)
    default: return .coreEdge(core: lithiatedEnd, edge: delithiatedEnd, size: 0.6)
    }
  }

  private static func randomBox(
    within radius: Double,
    _ generator: inout SeededGenerator
  ) -> OrientedBox {
    func size(_ mean: Double, _ spread: Double) -> Double {
      let deviation = min(max(generator.normal(), -2), 2)
      return (mean + spread * deviation) / 2
    }
    let halfLengths = SIMD3(size(100e-9, 10e-9), size(80e-9, 8e-9), size(20e-9, 2e-9))
    let distance = radius * generator.uniform().squareRoot()
    let angle = 2 * Double.pi * generator.uniform()
    let height = radius * (2 * generator.uniform() - 1)
    return OrientedBox(
      center: SIMD3(distance * cosine(angle), height, distance * sine(angle)),
      axes: OrientedBox.randomRotation(&generator),
      halfLengths: halfLengths
    )
  }
}

extension OrientedBox {
  /// The columns of a rotation drawn uniformly (Shoemake, Graphics Gems III, 1992).
  static func randomRotation(_ generator: inout SeededGenerator) -> [SIMD3<Double>] {
    let u = generator.uniform()
    let a = 2 * Double.pi * generator.uniform()
    let b = 2 * Double.pi * generator.uniform()
    let (low, high) = ((1 - u).squareRoot(), u.squareRoot())
    let (x, y, z, w) = (low * sine(a), low * cosine(a), high * sine(b), high * cosine(b))
    return [
      SIMD3(1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)),
      SIMD3(2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)),
      SIMD3(2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)),
    ]
  }
}
