// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Reads a volume along a line, averaged over a square across it, by trilinear interpolation.
///
/// - Parameters:
///   - volume: The volume, [x, z, y].
///   - start: Where the line begins, (x, y, z) in voxels; whole numbers are the centres of voxels.
///   - end: Where it ends; steps are the longest up to half a voxel that divide it.
///   - width: The side of the square to average over, voxels.
/// - Returns: The profile; NaN where the line lies outside the volume or on NaN.
public func lineProfile(
  of volume: Volume,
  from start: SIMD3<Double>,
  to end: SIMD3<Double>,
  width: Double = 1
) -> LineProfile {
  let way = end - start
  let length = (way * way).sum().squareRoot()
  let steps = max(1, Int((2 * length - 1e-6).rounded(.up)))
  let across = max(1, Int((2 * width).rounded()) - 1)
  let normals = unitNormals(of: length > 0 ? way / length : SIMD3(1, 0, 0))
  let offsets = (0..<across).map { 0.5 * (Double($0) - Double(across - 1) / 2) }
  let values = (0...steps).map { i in
    let place = start + (Double(i) / Double(steps)) * way
    var (sum, count) = (0.0, 0)
    for a in offsets {
      for b in offsets {
        let value = trilinear(volume, at: place + a * normals.0 + b * normals.1)
        guard !value.isNaN else { continue }
        sum += value
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : .nan
  }
  return LineProfile(step: length / Double(steps), values: values)
}

/// Two unit vectors at right angles to a unit vector and to one another.
private func unitNormals(of direction: SIMD3<Double>) -> (SIMD3<Double>, SIMD3<Double>) {
  // Across the axis that it is farthest from, so that the product is long.
  var axis = SIMD3<Double>.zero
  let sizes = [abs(direction.x), abs(direction.y), abs(direction.z)]
  axis[sizes.indices.min { sizes[$0] < sizes[$1] } ?? 0] = 1
  let first = cross(direction, axis)
  let unit = first / (first * first).sum().squareRoot()
  return (unit, cross(direction, unit))
}

private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

private func trilinear(_ volume: Volume, at place: SIMD3<Double>) -> Double {
  let last = SIMD3(
    Double(volume.sizeX - 1),
    Double(volume.sizeY - 1),
    Double(volume.sizeZ - 1)
  )
  guard all(place .>= 0), all(place .<= last) else { return .nan }
  let low = SIMD3(Int(place.x), Int(place.y), Int(place.z))
  let part = place - SIMD3<Double>(low)
  var sum = 0.0
  for corner in 0..<8 {
    let step = SIMD3(corner & 1, corner >> 1 & 1, corner >> 2)
    var weight = 1.0
    for axis in 0..<3 { weight *= step[axis] == 1 ? part[axis] : 1 - part[axis] }
    // A neighbour beyond the last voxel has no weight and is not there.
    guard weight > 0 else { continue }
    let voxel = low &+ step
    sum += weight * Double(volume[x: voxel.x, z: voxel.z, y: voxel.y])
  }
  return sum
}
