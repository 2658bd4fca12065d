// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The paths of the slices' centres of mass over the tilts.
struct SliceCenterPaths {
  /// The centre of mass of all slices together at each tilt, [tilt], pixels from the middle.
  let centers: [Double]
  /// The slices used.
  let sliceCount: Int
  /// The RMS distance of a slice's centre from its path, pixels.
  let residual: Double

  /// Fits u(y, t) = s(t) + x(y) cos t + z(y) sin t; nil where too few slices are whole at every tilt.
  ///
  /// - Parameters:
  ///   - masses: The slices of each tilt, [tilt].
  ///   - shifts: How far each tilt is moved along the rows, [tilt].
  ///   - tilts: The tilts.
  ///   - outliers: Tilts that do not count; their centres are zero.
  init?(
    _ masses: [SliceMasses],
    shifts: [Double],
    tilts: [TiltAngle],
    without outliers: Set<Int>
  ) {
    let used = tilts.indices.filter { !outliers.contains($0) }
    let height = masses[0].masses.count
    // Slices whole at every tilt that hold a fifth of the heaviest one's mass or more.
    var slices: [(row: Int, mass: Double, centers: [Double])] = []
    for row in 0..<height {
      var (centers, mass): ([Double], Double) = ([], 0)
      for tilt in used {
        let place = Double(row) - shifts[tilt]
        guard let center = masses[tilt].center(at: place), let part = masses[tilt].mass(at: place)
        else { break }
        centers.append(center)
        mass += part
      }
      if centers.count == used.count { slices.append((row, mass / Double(used.count), centers)) }
    }
    let heaviest = slices.map(\.mass).max() ?? 0
    slices = slices.filter { $0.mass >= heaviest / 5 }
    guard slices.count >= 6 else { return nil }
    sliceCount = slices.count
    let mass = slices.reduce(0) { $0 + $1.mass }
    let together = used.indices.map { place in
      slices.reduce(0) { $0 + $1.mass * $1.centers[place] } / mass
    }
    var squares = 0.0
    for slice in slices {
      var system = LinearSystem(size: 2)
      let ways = used.indices.map { place in
        let angle = tilts[used[place]].radians
        return (cosine(angle), sine(angle), slice.centers[place] - together[place])
      }
      for way in ways { system.add([way.0, way.1], value: way.2) }
      guard let path = system.solution() else { return nil }
      for way in ways {
        let rest = way.2 - path[0] * way.0 - path[1] * way.1
        squares += slice.mass * rest * rest
      }
    }
    residual = (squares / (mass * Double(max(1, used.count)))).squareRoot()
    var centers = [Double](repeating: 0, count: tilts.count)
    for (place, tilt) in used.enumerated() { centers[tilt] = together[place] }
    self.centers = centers
  }
}
