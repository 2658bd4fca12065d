// SPDX-License-Identifier: BSD-3-Clause

/// One LiFePO₄/FePO₄ nano-plate: a box, and how lithium is spread in it.
public struct NanoPlate: Hashable, Sendable {
  /// How lithium is spread in a plate.
  public enum Lithiation: Hashable, Sendable {
    /// The same fraction of LiFePO₄ everywhere.
    case uniform(Double)
    /// One fraction in a core of `size` times both edges in the plane and the plate's full
    /// thickness, another one around it.
    case coreEdge(core: Double, edge: Double, size: Double)
    /// One fraction in the `part` of the plate at the near end of its first axis, another one in
    /// the rest, with a sharp division between.
    case divided(near: Double, far: Double, part: Double)
  }

  /// The plate; its third axis is the thin one.
  public var box: OrientedBox
  /// How lithium is spread in it.
  public var lithiation: Lithiation

  /// Makes a plate.
  public init(box: OrientedBox, lithiation: Lithiation) {
    self.box = box
    self.lithiation = lithiation
  }

  /// A box filled with volume fractions of the two pure phases; negative ones carve out.
  struct Solid {
    var box: OrientedBox
    var lithiated: Double
    var delithiated: Double
  }

  /// The plate as a sum of uniformly filled boxes, which makes every ray an exact sum of chords.
  var solids: [Solid] {
    switch lithiation {
    case .uniform(let fraction):
      return [Solid(box: box, lithiated: fraction, delithiated: 1 - fraction)]
    case .coreEdge(let core, let edge, _):
      return [
        Solid(box: box, lithiated: edge, delithiated: 1 - edge),
        Solid(box: innerBox, lithiated: core - edge, delithiated: edge - core),
      ]
    case .divided(let near, let far, _):
      return [
        Solid(box: box, lithiated: far, delithiated: 1 - far),
        Solid(box: innerBox, lithiated: near - far, delithiated: far - near),
      ]
    }
  }

  /// The volume mean of the fraction of LiFePO₄.
  public var meanComposition: Double {
    switch lithiation {
    case .uniform(let fraction): fraction
    case .coreEdge(let core, let edge, let size): edge + (core - edge) * size * size
    case .divided(let near, let far, let part): far + (near - far) * part
    }
  }

  /// What differs from the rest.
  private var innerBox: OrientedBox {
    var inner = box
    switch lithiation {
    case .uniform: break
    case .coreEdge(_, _, let size):
      inner.halfLengths.x *= size
      inner.halfLengths.y *= size
    case .divided(_, _, let part):
      inner.halfLengths.x *= part
      inner.center -= box.halfLengths.x * (1 - part) * box.axes[0]
    }
    return inner
  }
}

extension NanoPlate {
  /// The plate as numbers, for a table in a file.
  ///
  /// - Returns: Centre (3), first axis (3), second axis (3), half lengths (3), all SI; core
  ///   fraction, edge fraction, core size (1 where uniform); 1 where the plate is divided and these
  ///   are the fractions at the near and the far end, and the near part, else 0.
  public var row: [Double] {
    let fractions: [Double] =
      switch lithiation {
      case .uniform(let fraction): [fraction, fraction, 1, 0]
      case .coreEdge(let core, let edge, let size): [core, edge, size, 0]
      case .divided(let near, let far, let part): [near, far, part, 1]
      }
    return [box.center, box.axes[0], box.axes[1], box.halfLengths].flatMap { [$0.x, $0.y, $0.z] }
      + fractions
  }

  /// The names of the columns of `row`.
  public static let columns = [
    "center_x_m", "center_y_m", "center_z_m",
    "long_axis_x", "long_axis_y", "long_axis_z",
    "wide_axis_x", "wide_axis_y", "wide_axis_z",
    "half_length_m", "half_width_m", "half_thickness_m",
    "core_fraction", "edge_fraction", "core_size", "is_divided",
  ]

  /// Reads a plate back from its row; nil where the row is too short.
  public init?(row: [Double]) {
    guard row.count >= Self.columns.count else { return nil }
    func vector(_ start: Int) -> SIMD3<Double> {
      SIMD3(row[start], row[start + 1], row[start + 2])
    }
    let axes = [vector(3), vector(6)]
    let (first, second, size) = (row[12], row[13], row[14])
    self.init(
      box: OrientedBox(
        center: vector(0),
        axes: axes + [cross(axes[0], axes[1])],
        halfLengths: vector(9)
      ),
      lithiation: row[15] == 1
        ? .divided(near: first, far: second, part: size)
        : size == 1 ? .uniform(first) : .coreEdge(core: first, edge: second, size: size)
    )
  }
}
