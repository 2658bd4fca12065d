// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// How wide a particle is along its axes: the full width at half maximum of the mean density.
///
/// Yu et al., Nat. Commun. 9, 921 (2018), Fig. 3c: "the optical densities of voxels along the
/// particle thickness direction were averaged out across whole large facet. The thickness of the
/// particle was calculated by the full-width-half-maxima". The same along the other two axes.
struct FacetProfiles {
  /// The widths along the long, the wide and the thin axis, voxels.
  private(set) var widths: [Double] = []

  /// A voxel between samples across, a quarter along the profile.
  private static let across = 1.0
  private static let along = 0.25

  init(
    _ box: PlateBox,
    of label: Int,
    labels: LabelVolume,
    density: Volume,
    background: Double
  ) {
    for axis in 0..<3 {
      let profile = Self.profile(axis, box, label, labels, density)
      widths.append(
        Self.width(of: profile.map { $0 - background }, plateau: axis < 2) ?? box.lengths[axis]
      )
    }
  }

  /// The mean density along an axis over the inner 80 % of the other two; voxels of other particles
  /// are left out.
  private static func profile(
    _ axis: Int,
    _ box: PlateBox,
    _ label: Int,
    _ labels: LabelVolume,
    _ density: Volume
  ) -> [Double] {
    let others = (0..<3).filter { $0 != axis }
    let reach = box.lengths[axis] / 2 + 3
    let count = Int(2 * reach / along) + 1
    let steps = others.map { Int(0.4 * box.lengths[$0] / across) }
    var sums = [Double](repeating: 0, count: count)
    var counts = sums
    for a in -steps[0]...steps[0] {
      for b in -steps[1]...steps[1] {
        let foot =
          box.center + Double(a) * across * box.axes[others[0]]
          + Double(b) * across * box.axes[others[1]]
        for i in 0..<count {
          let place = foot + (Double(i) * along - reach) * box.axes[axis]
          guard place.min() > -0.5 else { continue }
          let voxel = SIMD3(Int(place.x + 0.5), Int(place.y + 0.5), Int(place.z + 0.5))
          guard labels.grid.contains(voxel) else { continue }
          let owner = labels.values[labels.grid.index(x: voxel.x, z: voxel.y, y: voxel.z)]
          guard owner == 0 || owner == label, let value = density.interpolated(at: place) else {
            continue
          }
          sums[i] += value
          counts[i] += 1
        }
      }
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// The full width at half maximum about the middle; with `plateau` half of the mean of the inner
  /// half rather than of the greatest value.
  private static func width(of profile: [Double], plateau: Bool) -> Double? {
    let middle = profile.count / 2
    let inner = profile[middle / 2...profile.count - 1 - middle / 2]
    guard let greatest = inner.max(), greatest > 0 else { return nil }
    let top = plateau ? inner.reduce(0, +) / Double(inner.count) : greatest
    let half = 0.5 * top
    let peak = plateau ? middle : profile.indices.max { profile[$0] < profile[$1] } ?? middle
    var (left, right) = (Double(0), Double(profile.count - 1))
    for i in stride(from: peak, to: 0, by: -1) where profile[i - 1] < half && profile[i] >= half {
      left = Double(i) - (profile[i] - half) / (profile[i] - profile[i - 1])
      break
    }
    for i in peak..<profile.count - 1 where profile[i + 1] < half && profile[i] >= half {
      right = Double(i) + (profile[i] - half) / (profile[i] - profile[i + 1])
      break
    }
    return (right - left) * along
  }
}

extension Volume {
  /// The value at a place (x, z, y) between voxels, trilinear; nil outside of the outermost voxels.
  func interpolated(at place: SIMD3<Double>) -> Double? {
    guard place.min() >= 0, place.x <= Double(sizeX - 1), place.y <= Double(sizeZ - 1),
      place.z <= Double(sizeY - 1)
    else { return nil }
    let low = SIMD3<Int>(Int(place.x), Int(place.y), Int(place.z))
    let high = SIMD3(
      min(low.x + 1, sizeX - 1),
      min(low.y + 1, sizeZ - 1),
      min(low.z + 1, sizeY - 1)
    )
    let t = place - SIMD3<Double>(low)
    func row(_ x: Int, _ z: Int) -> Double {
      let start = (x * sizeZ + z) * sizeY
      let (a, b) = (Double(values[start + low.z]), Double(values[start + high.z]))
      return a + t.z * (b - a)
    }
    let near = row(low.x, low.y) + t.y * (row(low.x, high.y) - row(low.x, low.y))
    let far = row(high.x, low.y) + t.y * (row(high.x, high.y) - row(high.x, low.y))
    return near + t.x * (far - near)
  }
}
