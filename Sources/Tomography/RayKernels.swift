// SPDX-License-Identifier: BSD-3-Clause

// The inner loops over the slices of one ray. With y fastest in the volume, a ray's weight acts on
// a contiguous run of voxels, so that every loop is a plain axpy.

/// Adds a ray's line integrals through all slices, Σ length · voxel, to `sums`, [y].
///
/// Four voxel columns at once, so that the sums are read and written a quarter as often.
func addLineIntegrals(
  of volume: Span<Float>,
  over voxels: Span<Int32>,
  lengths: Span<Float>,
  to sums: inout MutableSpan<Float>
) {
  precondition(voxels.count == lengths.count, "voxels and lengths differ in number")
  let count = sums.count
  let whole = voxels.count & ~3
  var k = 0
  while k < whole {
    let a = row(Int(voxels[k]), of: volume, count: count)
    let b = row(Int(voxels[k + 1]), of: volume, count: count)
    let c = row(Int(voxels[k + 2]), of: volume, count: count)
    let d = row(Int(voxels[k + 3]), of: volume, count: count)
    let (wa, wb, wc, wd) = (lengths[k], lengths[k + 1], lengths[k + 2], lengths[k + 3])
    for y in 0..<count {
      sums[y] += (wa * a[y] + wb * b[y]) + (wc * c[y] + wd * d[y])
    }
    k += 4
  }
  while k < voxels.count {
    let a = row(Int(voxels[k]), of: volume, count: count)
    let wa = lengths[k]
    for y in 0..<count { sums[y] += wa * a[y] }
    k += 1
  }
}

/// Spreads a ray's values over its voxels in all slices, voxel ← max(voxel + length · value, low).
func spread(
  _ values: Span<Float>,
  over voxels: Span<Int32>,
  lengths: Span<Float>,
  to volume: inout MutableSpan<Float>,
  notBelow low: Float
) {
  precondition(voxels.count == lengths.count, "voxels and lengths differ in number")
  let count = values.count
  for k in voxels.indices {
    let start = Int(voxels[k]) * count
    var row = volume._mutatingExtracting(start..<start + count)
    let length = lengths[k]
    for y in 0..<count {
      let value = row[y] + length * values[y]
      row[y] = value < low ? low : value
    }
  }
}

@_lifetime(copy volume)
private func row(_ voxel: Int, of volume: Span<Float>, count: Int) -> Span<Float> {
  let start = voxel * count
  return volume.extracting(start..<start + count)
}
