// SPDX-License-Identifier: BSD-3-Clause

package import Imaging
package import ResolutionMetrics

/// All edges of a volume that rise from empty space to a plateau and face along one axis.
///
/// Profiles run across the edge, up to 25 degrees from the axis. A single profile can be chosen to
/// please; the median of all cannot.
package struct EdgeSurvey {
  /// An axis of the volume.
  package enum Axis: String {
    case x, y, z

    fileprivate var direction: SIMD3<Double> {
      switch self {
      case .x: SIMD3(1, 0, 0)
      case .y: SIMD3(0, 1, 0)
      case .z: SIMD3(0, 0, 1)
      }
    }
  }

  /// One edge.
  package struct Edge {
    package let profile: LineProfile
    package let width: EdgeWidth
  }

  package static let axes: [Axis] = [.x, .y, .z]

  package let axis: Axis
  /// The edges, the sharpest first.
  package let edges: [Edge]

  /// Half of the length of a profile, voxels.
  private static let reach = 7.0
  /// The cosine of the angle between an edge's normal and the axis, at the least: 25 degrees.
  private static let alignment = 0.906
  /// How many places are looked at, at the most.
  private static let mostPlaces = 3000

  /// Looks for edges of a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - axis: The axis that profiles run along, or nearly.
  package init(of volume: Volume, along axis: Axis) {
    self.axis = axis
    let filled = volume.values.filter { $0 > 0 && $0.isFinite }.sorted()
    guard let highest = filled.last, highest > 0 else {
      edges = []
      return
    }
    // Solid material: what the fullest voxels hold; outliers do not count.
    let full = Double(filled[filled.count * 98 / 100])
    let half = Float(full / 2)
    var places: [SIMD3<Double>] = []
    let step = SIMD3<Int>(axis == .x ? 1 : 0, axis == .y ? 1 : 0, axis == .z ? 1 : 0)
    for x in 0..<volume.sizeX - step.x {
      for z in 0..<volume.sizeZ - step.z {
        for y in 0..<volume.sizeY - step.y {
          let here = volume[x: x, z: z, y: y]
          let next = volume[x: x + step.x, z: z + step.z, y: y + step.y]
          guard (here < half) != (next < half) else { continue }
          places.append(SIMD3(Double(x), Double(y), Double(z)) + axis.direction / 2)
        }
      }
    }
    let stride = max(1, places.count / Self.mostPlaces)
    edges = Swift.stride(from: 0, to: places.count, by: stride).compactMap { number in
      // Across the edge itself: along an axis an edge that lies askew looks blunt.
      guard let normal = Self.normal(of: volume, at: places[number]) else { return nil }
      guard abs((normal * axis.direction).sum()) > Self.alignment else { return nil }
      let way = normal * Self.reach
      let profile = lineProfile(
        of: volume,
        from: places[number] - way,
        to: places[number] + way,
        width: 3
      )
      // Between empty space and solid material, and even on both sides.
      guard let width = EdgeWidth(of: profile), width.contrast >= 5,
        abs(width.levelBefore) < 0.15 * full, width.levelBehind > 0.6 * full,
        width.width < 1.4 * Self.reach, Self.isEven(profile, about: width)
      else { return nil }
      return Edge(profile: profile, width: width)
    }
    .sorted { $0.width.width < $1.width.width }
  }

  /// Whether a profile stays on both of its levels: a plate seen edge-on does not, nor does a neighbour.
  private static func isEven(_ profile: LineProfile, about edge: EdgeWidth) -> Bool {
    let begin = Int((edge.position + 0.75 * edge.width) / profile.step)
    let end = Int((edge.position - 0.75 * edge.width) / profile.step)
    guard begin < profile.values.count - 4, end > 3 else { return false }
    let (outside, inside) = (profile.values[..<end], profile.values[begin...])
    let level = edge.levelBehind
    return (outside.max() ?? 0) < 0.2 * level && (inside.min() ?? 0) > 0.8 * level
      && (inside.max() ?? 0) < 1.2 * level
  }

  /// The direction in which the values rise most, from differences over boxes of voxels; nil at the
  /// faces of the volume and where they do not rise.
  private static func normal(of volume: Volume, at place: SIMD3<Double>) -> SIMD3<Double>? {
    let (x, y, z) = (Int(place.x), Int(place.y), Int(place.z))
    guard min(x, y, z) >= 2, x < volume.sizeX - 2, y < volume.sizeY - 2, z < volume.sizeZ - 2
    else { return nil }
    var slope = SIMD3<Double>.zero
    for i in -2...2 {
      for j in -2...2 {
        for k in -2...2 {
          let value = Double(volume[x: x + i, z: z + k, y: y + j])
          slope += value * SIMD3(Double(i.signum()), Double(j.signum()), Double(k.signum()))
        }
      }
    }
    let length = (slope * slope).sum().squareRoot()
    return length > 0 && length.isFinite ? slope / length : nil
  }

  /// The edge whose width is the median.
  package var typical: Edge? { edges.isEmpty ? nil : edges[edges.count / 2] }
  /// The median width, voxels.
  package var median: Double? { typical?.width.width }
  /// A quarter of all edges is sharper than this, voxels.
  package var quarter: Double? { edges.isEmpty ? nil : edges[edges.count / 4].width.width }
}
