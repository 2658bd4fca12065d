// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The rays of one tilt: which voxel columns each ray crosses, and over what length.
///
/// Exact intersection lengths of lines with square voxels, in voxels (Siddon, Med. Phys. 12, 252
/// (1985), doi 10.1118/1.595715). The rotation axis is y, so one table serves every slice and
/// every photon energy. Ray `i` runs along z′ through x′ = i − (columns − 1)/2, where a point
/// (x, z) about the volume's centre appears at x′ = x cos t + z sin t and z′ = −x sin t + z cos t.
///
/// About 1.3 · columns · size entries of eight bytes. Tracing takes some 4 ns for each, a small part
/// of what folding a projection does, so that tables are made when they are needed and not kept.
public struct RayTable: Sendable {
  /// The tilt that the rays belong to.
  public let tilt: TiltAngle
  /// The volume's extent along x.
  public let sizeX: Int
  /// The volume's extent along z.
  public let sizeZ: Int
  /// The number of rays, one for each column of a projection.
  public let columns: Int
  /// Where each ray's entries start, [ray], with the total count behind the last.
  let starts: [Int]
  /// The voxel columns that are crossed, x · sizeZ + z, ray after ray, and room behind them.
  let voxels: [Int32]
  /// The lengths inside those voxels, in voxels, ray after ray, and room behind them.
  let lengths: [Float]
  /// Σ length² of each ray, [ray], voxels².
  let squaredNorms: [Float]

  /// Traces all rays of a tilt.
  ///
  /// - Parameters:
  ///   - tilt: The tilt.
  ///   - sizeX: The volume's extent along x.
  ///   - sizeZ: The volume's extent along z.
  ///   - columns: The number of columns of a projection; the volume's extent along x if nil.
  public init(tilt: TiltAngle, sizeX: Int, sizeZ: Int, columns: Int? = nil) {
    let columns = columns ?? sizeX
    self.tilt = tilt
    self.sizeX = sizeX
    self.sizeZ = sizeZ
    self.columns = columns
    let (cosine, sine) = (Imaging.cosine(tilt.radians), Imaging.sine(tilt.radians))
    // Along the axis nearer to the rays, of which a ray crosses each row of voxels once and leaves
    // at most one column of them for the next within it.
    let isAlongZ = abs(cosine) >= abs(sine)
    let walk = RayWalk(
      slope: isAlongZ ? -sine / cosine : -cosine / sine,
      rows: isAlongZ ? sizeZ : sizeX,
      cells: isAlongZ ? sizeX : sizeZ,
      rowStride: isAlongZ ? 1 : sizeZ,
      cellStride: isAlongZ ? sizeZ : 1
    )
    let most = columns * 2 * walk.rows
    var (starts, squaredNorms) = ([0], [Float]())
    var voxels = [Int32](repeating: 0, count: most)
    var lengths = [Float](repeating: 0, count: most)
    do {
      var voxelSpan = voxels.mutableSpan
      var lengthSpan = lengths.mutableSpan
      var count = 0
      for column in 0..<columns {
        let offset = Double(column) - Double(columns - 1) / 2
        // Where the ray passes the middle of the volume, voxel borders counted from 0.
        let x = offset * cosine + Double(sizeX) / 2
        let z = offset * sine + Double(sizeZ) / 2
        let squaredNorm = walk.trace(
          through: isAlongZ ? x : z,
          atRow: isAlongZ ? z : x,
          voxels: &voxelSpan,
          lengths: &lengthSpan,
          count: &count
        )
        starts.append(count)
        squaredNorms.append(Float(squaredNorm))
      }
    }
    self.starts = starts
    self.voxels = voxels
    self.lengths = lengths
    self.squaredNorms = squaredNorms
  }

  /// The voxels that one ray crosses, with the length inside each.
  ///
  /// - Parameter column: The ray, a column of the projection.
  /// - Returns: Index x · sizeZ + z and length in voxels, by rows of voxels along the axis, x or z,
  ///   that is nearer to the ray.
  public func crossings(ofRay column: Int) -> [(voxel: Int, length: Float)] {
    (starts[column]..<starts[column + 1]).map { (Int(voxels[$0]), lengths[$0]) }
  }

  /// Σ length of each ray, [ray], voxels: what a volume of ones projects to.
  var rowSums: [Float] {
    (0..<columns).map { ray in
      Float((starts[ray]..<starts[ray + 1]).reduce(0.0) { $0 + Double(lengths[$1]) })
    }
  }

  /// Σ length² of each ray as the lengths stand, [ray], voxels².
  var squaredLengths: [Double] {
    (0..<columns).map { ray in
      (starts[ray]..<starts[ray + 1]).reduce(0.0) {
        $0 + Double(lengths[$1]) * Double(lengths[$1])
      }
    }
  }

  /// Adds Σ length over all rays to each voxel column, [x, z], voxels.
  func addColumnSums(to sums: inout [Double]) {
    precondition(sums.count == sizeX * sizeZ, "one sum for each voxel column")
    for i in 0..<(starts.last ?? 0) { sums[Int(voxels[i])] += Double(lengths[i]) }
  }

  func fits(_ volume: Volume) -> Bool {
    volume.sizeX == sizeX && volume.sizeZ == sizeZ
  }

  /// The same rays with other lengths, one for each crossing, given that crossing's voxel column.
  func withLengths(_ length: (_ voxel: Int, _ length: Float) -> Float) -> RayTable {
    var changed = lengths
    for i in 0..<(starts.last ?? 0) { changed[i] = length(Int(voxels[i]), lengths[i]) }
    return RayTable(self, lengths: changed)
  }

  private init(_ rays: RayTable, lengths: [Float]) {
    tilt = rays.tilt
    sizeX = rays.sizeX
    sizeZ = rays.sizeZ
    columns = rays.columns
    starts = rays.starts
    voxels = rays.voxels
    self.lengths = lengths
    squaredNorms = rays.squaredNorms
  }
}

/// The walk of rays of one direction through rows of voxels.
private struct RayWalk {
  /// How far along the cells a ray gets in one row, at most 1.
  let slope: Double
  let rows: Int
  let cells: Int
  let rowStride: Int
  let cellStride: Int

  init(slope: Double, rows: Int, cells: Int, rowStride: Int, cellStride: Int) {
    self.slope = abs(slope) < 1e-12 ? 0 : slope
    self.rows = rows
    self.cells = cells
    self.rowStride = rowStride
    self.cellStride = cellStride
  }

  /// Writes down a ray's voxels and lengths; returns Σ length².
  ///
  /// - Parameters:
  ///   - cell: A place on the ray, along the cells.
  ///   - row: The same along the rows.
  ///   - voxels: To hold voxels from `count` on.
  ///   - lengths: To hold lengths from `count` on.
  ///   - count: The number of entries, counted up.
  /// - Returns: Σ length², voxels².
  func trace(
    through cell: Double,
    atRow row: Double,
    voxels: inout MutableSpan<Int32>,
    lengths: inout MutableSpan<Float>,
    count: inout Int
  ) -> Double {
    let whole = (1 + slope * slope).squareRoot()
    let perCell = slope == 0 ? 0 : whole / abs(slope)
    let end = Double(cells)
    var squaredNorm = 0.0
    for k in 0..<rows {
      let from = cell + (Double(k) - row) * slope
      let to = cell + (Double(k + 1) - row) * slope
      let (low, high) = (min(from, to), max(from, to))
      guard high > 0, low < end else { continue }
      // Above −1, so that truncation rounds down.
      let first = Int(low + 1) - 1
      let border = Double(first + 1)
      let voxel = k * rowStride + first * cellStride
      if high <= border {
        // `first` is −1 only if all of it is outside.
        voxels[count] = Int32(truncatingIfNeeded: voxel)
        lengths[count] = Float(whole)
        squaredNorm += whole * whole
        count += 1
        continue
      }
      let before = (border - low) * perCell
      if first >= 0 && before > 0 {
        voxels[count] = Int32(truncatingIfNeeded: voxel)
        lengths[count] = Float(before)
        squaredNorm += before * before
        count += 1
      }
      let behind = (high - border) * perCell
      if first + 1 < cells && behind > 0 {
        voxels[count] = Int32(truncatingIfNeeded: voxel + cellStride)
        lengths[count] = Float(behind)
        squaredNorm += behind * behind
        count += 1
      }
    }
    return squaredNorm
  }
}
