// SPDX-License-Identifier: BSD-3-Clause

/// A real-valued volume, stored [x, z, y] with y, the rotation axis, fastest.
///
/// Axes, looking downstream: x to the right, y down and along the rotation axis, z downstream.
/// With y fastest, one ray's weight acts on a contiguous run of slices, which makes the algebraic
/// reconstruction contiguous (Docs/Explanations/Coordinates.md).
public struct Volume: Hashable, Sendable {
  /// The extent along x.
  public let sizeX: Int
  /// The extent along z.
  public let sizeZ: Int
  /// The extent along y, the rotation axis.
  public let sizeY: Int
  /// The voxels, [x, z, y].
  public var values: [Float]

  /// Makes a volume filled with one value.
  public init(sizeX: Int, sizeZ: Int, sizeY: Int, filledWith value: Float = 0) {
    self.sizeX = sizeX
    self.sizeZ = sizeZ
    self.sizeY = sizeY
    self.values = [Float](repeating: value, count: sizeX * sizeZ * sizeY)
  }

  /// Takes voxels stored [x, z, y].
  public init(sizeX: Int, sizeZ: Int, sizeY: Int, values: [Float]) {
    precondition(values.count == sizeX * sizeZ * sizeY, "voxels do not match the extents")
    self.sizeX = sizeX
    self.sizeZ = sizeZ
    self.sizeY = sizeY
    self.values = values
  }

  /// The number of voxels.
  @inlinable public var count: Int { sizeX * sizeZ * sizeY }

  /// Whether another volume has the same extents.
  public func hasShape(of other: Volume) -> Bool {
    sizeX == other.sizeX && sizeZ == other.sizeZ && sizeY == other.sizeY
  }

  /// Where a voxel stands in `values`.
  @inlinable
  public func index(x: Int, z: Int, y: Int) -> Int {
    (x * sizeZ + z) * sizeY + y
  }

  /// One voxel.
  @inlinable
  public subscript(x x: Int, z z: Int, y y: Int) -> Float {
    get { values[index(x: x, z: z, y: y)] }
    set { values[index(x: x, z: z, y: y)] = newValue }
  }

  /// The slice at one z, the view along the beam, [row = y, column = x].
  public func slice(z: Int) -> Image {
    image(rows: sizeY, columns: sizeX) { row, column in index(x: column, z: z, y: row) }
  }

  /// The slice at one y, across the rotation axis, [row = z, column = x].
  public func slice(y: Int) -> Image {
    image(rows: sizeZ, columns: sizeX) { row, column in index(x: column, z: row, y: y) }
  }

  /// The slice at one x, the view from the side, [row = y, column = z].
  public func slice(x: Int) -> Image {
    image(rows: sizeY, columns: sizeZ) { row, column in index(x: x, z: column, y: row) }
  }

  private func image(rows: Int, columns: Int, from source: (Int, Int) -> Int) -> Image {
    var image = Image(shape: Shape2D(rows: rows, columns: columns))
    for row in 0..<rows {
      for column in 0..<columns {
        image[row, column] = values[source(row, column)]
      }
    }
    return image
  }
}
