// SPDX-License-Identifier: BSD-3-Clause

package import Imaging
package import ResolutionMetrics

/// All edges along one axis of a volume that rise from empty space to a plateau.
///
/// A single profile can be chosen to please; the median of all cannot.
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
  /// How many places are looked at, at the most.
  private static let mostPlaces = 3000

  /// Looks for edges of a volume.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - axis: The axis along which profiles run.
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
    var places: [(place: SIMD3<Double>, sign: Double)] = []
    let step = SIMD3<Int>(axis == .x ? 1 : 0, axis == .y ? 1 : 0, axis == .z ? 1 : 0)
    for x in 0..<volume.sizeX - step.x {
      for z in 0..<volume.sizeZ - step.z {
        for y in 0..<volume.sizeY - step.y {
          let here = volume[x: x, z: z, y: y]
          let next = volume[x: x + step.x, z: z + step.z, y: y + step.y]
          guard (here < half) != (next < half) else { continue }
          let middle = SIMD3(Double(x), Double(y), Double(z)) + axis.direction / 2
          places.append((middle, here < half ? 1 : -1))
        }
      }
    }
    let stride = max(1, places.count / Self.mostPlaces)
    edges = Swift.stride(from: 0, to: places.count, by: stride).compactMap { number in
      let way = axis.direction * (places[number].sign * Self.reach)
      let profile = lineProfile(
        of: volume,
        from: places[number].place - way,
        to: places[number].place + way,
        width: 3
      )
      // Between empty space and solid material, and even on both sides.
      guard let width = EdgeWidth(of: profile), width.contrast >= 5,
        abs(width.levelBefore) < 0.15 * full, width.levelBehind > 0.6 * full,
        width.width < 1.4 * Self.reach, Self.isPlateau(profile, from: width)
      else { return nil }
      return Edge(profile: profile, width: width)
    }
    .sorted { $0.width.width < $1.width.width }
  }

  /// Whether a profile stays on its upper level once it is there: a plate seen edge-on does not.
  private static func isPlateau(_ profile: LineProfile, from edge: EdgeWidth) -> Bool {
    let begin = Int((edge.position + 0.75 * edge.width) / profile.step)
    guard begin < profile.values.count - 4 else { return false }
    let inside = profile.values[begin...]
    let level = edge.levelBehind
    return (inside.min() ?? 0) > 0.8 * level && (inside.max() ?? 0) < 1.2 * level
  }

  /// The edge whose width is the median.
  package var typical: Edge? { edges.isEmpty ? nil : edges[edges.count / 2] }
  /// The median width, voxels.
  package var median: Double? { typical?.width.width }
  /// A quarter of all edges is sharper than this, voxels.
  package var quarter: Double? { edges.isEmpty ? nil : edges[edges.count / 4].width.width }
}
