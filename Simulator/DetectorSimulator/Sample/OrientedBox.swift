// SPDX-License-Identifier: BSD-3-Clause

/// A rectangular solid in any orientation.
///
/// Vectors are (x, y, z) in the sample's frame, metres; the rotation axis is y.
public struct OrientedBox: Hashable, Sendable {
  /// The middle, (x, y, z), metres.
  public var center: SIMD3<Double>
  /// The directions of the three edges, orthonormal.
  public var axes: [SIMD3<Double>]
  /// Half the length of each edge, metres.
  public var halfLengths: SIMD3<Double>

  /// Makes a box from its middle, edge directions and half edge lengths.
  public init(center: SIMD3<Double>, axes: [SIMD3<Double>], halfLengths: SIMD3<Double>) {
    precondition(axes.count == 3, "a box has three axes")
    self.center = center
    self.axes = axes
    self.halfLengths = halfLengths
  }

  /// The volume, m³.
  public var volume: Double { 8 * halfLengths.x * halfLengths.y * halfLengths.z }

  /// The eight corners.
  public var corners: [SIMD3<Double>] {
    (0..<8).map { corner in
      var point = center
      for axis in 0..<3 {
        let side = (corner >> axis) & 1 == 0 ? -halfLengths[axis] : halfLengths[axis]
        point += side * axes[axis]
      }
      return point
    }
  }

  /// How far the box reaches from its middle along a unit vector, metres.
  public func reach(along direction: SIMD3<Double>) -> Double {
    (0..<3).reduce(0) { $0 + halfLengths[$1] * abs(dot(axes[$1], direction)) }
  }

  /// Whether a point lies inside.
  public func contains(_ point: SIMD3<Double>) -> Bool {
    (0..<3).allSatisfy { abs(dot(axes[$0], point - center)) <= halfLengths[$0] }
  }

  /// The stretch of the ray origin + t · direction that lies inside, by the slab method
  /// (Kay and Kajiya, SIGGRAPH 1986, doi 10.1145/15922.15916).
  ///
  /// - Returns: The first and the last t inside, or nil where the ray misses.
  public func intersection(
    origin: SIMD3<Double>,
    direction: SIMD3<Double>
  ) -> (first: Double, last: Double)? {
    var first = -Double.infinity
    var last = Double.infinity
    for axis in 0..<3 {
      let speed = dot(axes[axis], direction)
      let place = dot(axes[axis], origin - center)
      guard abs(speed) > 1e-12 else {
        if abs(place) > halfLengths[axis] { return nil }
        continue
      }
      let a = (-halfLengths[axis] - place) / speed
      let b = (halfLengths[axis] - place) / speed
      first = max(first, min(a, b))
      last = min(last, max(a, b))
    }
    return first < last ? (first, last) : nil
  }

  /// Whether two boxes come closer than `gap` metres, by the separating-axis theorem
  /// (Gottschalk, Lin and Manocha, SIGGRAPH 1996, doi 10.1145/237170.237244).
  public func overlaps(_ other: OrientedBox, gap: Double = 0) -> Bool {
    let distance = other.center - center
    var candidates = axes + other.axes
    for a in axes {
      for b in other.axes {
        let normal = cross(a, b)
        let length = dot(normal, normal).squareRoot()
        if length > 1e-6 { candidates.append(normal / length) }
      }
    }
    return candidates.allSatisfy { axis in
      abs(dot(distance, axis)) < reach(along: axis) + other.reach(along: axis) + gap
    }
  }
}

/// The inner product of two vectors.
func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }

/// The vector product of two vectors.
func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(
    a.y * b.z - a.z * b.y,
    a.z * b.x - a.x * b.z,
    a.x * b.y - a.y * b.x
  )
}
