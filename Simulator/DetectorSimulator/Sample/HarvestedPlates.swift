// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Plates as harvested from a half-charged electrode, most of them hardly charged.
///
/// After Yu et al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x.
///
/// Facets are log-normal about 72 nm (square root of the area, σ 0.28), 1.25 times longer than wide;
/// thickness 19 ± 3 nm. Three of ten plates are active, drawn with a weight that grows as the square
/// of the facet area; the others are Li₀.₉₃ throughout. Active ones are Li₀.₉₃ with a part of Li₀.₀₂:
/// around the edges, or beyond a sharp division across the long axis; one is all Li₀.₀₂. One of eight
/// plates comes as close to others as 1 nm, the rest keep 9 nm.
struct HarvestedPlates {
  private var generator: SeededGenerator
  private let radius: Double
  private let plateCount: Int

  init(plateCount: Int, diameter: Length, seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    radius = diameter.meters / 2
    self.plateCount = plateCount
  }

  /// The plates; fewer than asked for where no more fit.
  mutating func plates() -> [NanoPlate] {
    let boxes = placedBoxes()
    let lithiations = lithiations(of: boxes)
    return zip(boxes, lithiations).map { NanoPlate(box: $0, lithiation: $1) }
  }

  /// Random sequential placement, the largest first, so that all find room.
  private mutating func placedBoxes() -> [OrientedBox] {
    let sizes = (0..<plateCount).map { _ in halfLengths() }
      .sorted { $0.x * $0.y > $1.x * $1.y }
    var placed: [(box: OrientedBox, clearance: Double)] = []
    for (number, size) in sizes.enumerated() {
      let clearance = number % 8 == 5 ? 1e-9 : 9e-9
      for _ in 0..<40_000 {
        let box = randomBox(size)
        guard box.corners.allSatisfy(isInside),
          !placed.contains(where: { $0.box.overlaps(box, gap: min($0.clearance, clearance)) })
        else { continue }
        placed.append((box, clearance))
        break
      }
    }
    return placed.map(\.box)
  }

  private mutating func halfLengths() -> SIMD3<Double> {
    let facet = 72e-9 * exponential(0.28 * clipped(generator.normal()))
    let ratio = (1.25 * (1 + 0.1 * clipped(generator.normal()))).squareRoot()
    let thickness = min(max(19e-9 + 3e-9 * clipped(generator.normal()), 10e-9), 30e-9)
    return SIMD3(facet * ratio, facet / ratio, thickness) / 2
  }

  private func clipped(_ deviation: Double) -> Double { min(max(deviation, -2), 2) }

  private func isInside(_ point: SIMD3<Double>) -> Bool {
    point.x * point.x + point.z * point.z <= radius * radius && abs(point.y) <= radius
  }

  private mutating func randomBox(_ halfLengths: SIMD3<Double>) -> OrientedBox {
    let distance = radius * generator.uniform().squareRoot()
    let angle = 2 * Double.pi * generator.uniform()
    let height = radius * (2 * generator.uniform() - 1)
    return OrientedBox(
      center: SIMD3(distance * cosine(angle), height, distance * sine(angle)),
      axes: OrientedBox.randomRotation(&generator),
      halfLengths: halfLengths
    )
  }

  /// How lithium is spread in each plate.
  private mutating func lithiations(of boxes: [OrientedBox]) -> [NanoPlate.Lithiation] {
    let areas = boxes.map { 4 * $0.halfLengths.x * $0.halfLengths.y }
    var active: [Int] = []
    let wanted = Int((0.3 * Double(boxes.count)).rounded())
    while active.count < wanted {
      let left = boxes.indices.filter { !active.contains($0) }
      var place = generator.uniform() * left.reduce(0) { $0 + areas[$1] * areas[$1] }
      let chosen = left.first {
        place -= areas[$0] * areas[$0]
        return place <= 0
      }
      active.append(chosen ?? left[left.count - 1])
    }
    var result = [NanoPlate.Lithiation](
      repeating: .uniform(Phantom.lithiatedEnd),
      count: boxes.count
    )
    for (number, plate) in active.enumerated() {
      // Most have a fifth to a third of FePO₄, a few more.
      let draw = generator.uniform()
      let charged = 0.14 + 0.32 * draw * draw
      if number == 0 {
        result[plate] = .uniform(Phantom.delithiatedEnd)
      } else if number % 3 > 0 {
        result[plate] = .divided(
          near: Phantom.delithiatedEnd,
          far: Phantom.lithiatedEnd,
          part: charged + 0.1
        )
      } else {
        result[plate] = .coreEdge(
          core: Phantom.lithiatedEnd,
          edge: Phantom.delithiatedEnd,
          size: (1 - charged).squareRoot()
        )
      }
    }
    return result
  }
}
