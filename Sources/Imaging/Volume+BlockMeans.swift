// SPDX-License-Identifier: BSD-3-Clause

extension Volume {
  /// The volume in larger voxels: the means of blocks of `factor` voxels a side.
  ///
  /// - Parameter factor: The voxels of a block along each axis; blocks at the far ends hold what is
  ///   left.
  /// - Returns: A volume of ⌈size / factor⌉ voxels along each axis, [x, z, y].
  public func blockMeans(of factor: Int) -> Volume {
    precondition(factor > 0, "a block holds a voxel")
    guard factor > 1 else { return self }
    func count(_ size: Int) -> Int { (size + factor - 1) / factor }
    var means = Volume(sizeX: count(sizeX), sizeZ: count(sizeZ), sizeY: count(sizeY))
    let source = values.span
    var target = means.values.mutableSpan
    // The sums over x and z first, which run along y.
    var line = [Float](repeating: 0, count: sizeY)
    var sums = line.mutableSpan
    for x in 0..<count(sizeX) {
      let columns = x * factor..<min((x + 1) * factor, sizeX)
      for z in 0..<count(sizeZ) {
        let depths = z * factor..<min((z + 1) * factor, sizeZ)
        for y in sums.indices { sums[y] = 0 }
        for column in columns {
          for depth in depths {
            let row = source.extracting(droppingFirst: index(x: column, z: depth, y: 0))
            for y in sums.indices { sums[y] += row[y] }
          }
        }
        let start = (x * count(sizeZ) + z) * count(sizeY)
        for y in 0..<count(sizeY) {
          let rows = y * factor..<min((y + 1) * factor, sizeY)
          var sum: Float = 0
          for row in rows { sum += sums[row] }
          target[start + y] = sum / Float(rows.count * columns.count * depths.count)
        }
      }
    }
    return means
  }
}
