// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// A plane through the middle of a particle, along two of its axes.
struct ParticleCut {
  /// How a particle is cut.
  enum Plane {
    /// Across the facets: rows along the thin axis, columns along the long one.
    case across
    /// Along the facets: rows along the wide axis, columns along the long one.
    case along
  }

  let id: Int
  /// The share of FePO₄ in its iron.
  let delithiated: Double
  /// The size of a pixel: half a voxel.
  let pixelSize: Length
  /// The centre, nm about the volume's middle, (x, y, z).
  private let centroid: SIMD3<Double>
  /// The directions of the long, the wide and the thin axis, (x, y, z).
  private let axes: [SIMD3<Double>]
  /// The extents along them, nm.
  private let lengths: [Double]
  private let voxel: Double

  /// Takes one row of the table; nil where a column is missing.
  init?(row: Int, of particles: ReportParticles, voxelSize: Length) {
    func value(_ column: String) -> Double? {
      let values = particles[column]
      return row < values.count && values[row].isFinite ? values[row] : nil
    }
    func vector(_ prefix: String) -> SIMD3<Double>? {
      guard let x = value("\(prefix)_x"), let y = value("\(prefix)_y"),
        let z = value("\(prefix)_z")
      else { return nil }
      return SIMD3(x, y, z)
    }
    let axes = ["long", "wide", "thin"].compactMap { vector("\($0)_axis") }
    let lengths = ["long", "wide", "thin"].compactMap { value("moment_\($0)") }
    guard let id = value("id"), let share = value("delithiated"), axes.count == 3,
      lengths.count == 3, let centroid = vector("centroid")
    else { return nil }
    self.id = Int(id)
    delithiated = share
    pixelSize = Length(meters: voxelSize.meters / 2)
    voxel = voxelSize.nanometers
    self.centroid = centroid
    self.axes = axes
    self.lengths = lengths
  }

  /// The phase labels in a plane, of the nearest voxels, 0 outside of the particle, [row, column].
  ///
  /// - Parameters:
  ///   - labels: The phase of each voxel, [x, z, y].
  ///   - particles: Whose voxels are whose.
  ///   - plane: How the particle is cut.
  /// - Returns: The labels, half a voxel to a pixel.
  func labels(of labels: Volume, _ particles: ReportParticles, _ plane: Plane) -> Image {
    let down = plane == .across ? 2 : 1
    // Two voxels of surroundings; half a voxel to a pixel.
    func half(_ axis: Int) -> Int { Int(lengths[axis] / voxel) + 4 }
    let (rows, columns) = (half(down), half(0))
    var image = Image(shape: Shape2D(rows: 2 * rows + 1, columns: 2 * columns + 1))
    let middle =
      SIMD3(Double(labels.sizeX - 1), Double(labels.sizeY - 1), Double(labels.sizeZ - 1)) / 2
    for row in -rows...rows {
      for column in -columns...columns {
        let way = 0.5 * (Double(row) * axes[down] + Double(column) * axes[0])
        let place = middle + centroid / voxel + way
        let near = SIMD3<Int>(place.rounded(.toNearestOrAwayFromZero))
        guard near.min() >= 0, near.x < labels.sizeX, near.y < labels.sizeY, near.z < labels.sizeZ
        else { continue }
        let index = labels.index(x: near.x, z: near.z, y: near.y)
        guard index < particles.labels.count, Int(particles.labels[index]) == id else { continue }
        image[row + rows, column + columns] = labels.values[index]
      }
    }
    return image
  }
}
