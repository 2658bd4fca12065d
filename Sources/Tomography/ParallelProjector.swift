// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Line integrals of a volume along parallel rays, and the adjoint of that.
///
/// ⟨project(v), p⟩ = ⟨v, backProject(p)⟩ up to rounding. Projections are [row = y, column = x′],
/// in units of the voxel value times voxels of length.
public enum ParallelProjector {
  /// Integrates a volume along the rays of a tilt, one for each voxel along x.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - tilt: The tilt.
  /// - Returns: The projection, [row = y, column = x′].
  public static func project(_ volume: Volume, at tilt: TiltAngle) -> Image {
    project(volume, along: RayTable(tilt: tilt, sizeX: volume.sizeX, sizeZ: volume.sizeZ))
  }

  /// Integrates a volume along the rays of a tilt.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - rays: The rays, for a volume of the same extents along x and z.
  /// - Returns: The projection, [row = y, column = x′].
  public static func project(_ volume: Volume, along rays: RayTable) -> Image {
    precondition(rays.fits(volume), "the rays were traced for another volume")
    var columns = Image(shape: Shape2D(rows: rays.columns, columns: volume.sizeY))
    let voxels = volume.values.span
    var sums = columns.values.mutableSpan
    for column in 0..<rays.columns {
      let range = rays.starts[column]..<rays.starts[column + 1]
      var ray = sums._mutatingExtracting(column * volume.sizeY..<(column + 1) * volume.sizeY)
      addLineIntegrals(
        of: voxels,
        over: rays.voxels.span.extracting(range),
        lengths: rays.lengths.span.extracting(range),
        to: &ray
      )
    }
    return transposed(columns)
  }

  /// Spreads a projection back along the rays of a tilt, adding to a volume.
  ///
  /// - Parameters:
  ///   - projection: The projection, [row = y, column = x′].
  ///   - rays: The rays, for a volume of the same extents along x and z.
  ///   - volume: The volume to add to, [x, z, y].
  public static func addBackProjection(
    of projection: Image,
    along rays: RayTable,
    to volume: inout Volume
  ) {
    precondition(rays.fits(volume), "the rays were traced for another volume")
    precondition(
      projection.shape == Shape2D(rows: volume.sizeY, columns: rays.columns),
      "the projection is \(projection.shape)"
    )
    let columns = transposed(projection)
    let height = volume.sizeY
    let values = columns.values.span
    var voxels = volume.values.mutableSpan
    for column in 0..<rays.columns {
      let range = rays.starts[column]..<rays.starts[column + 1]
      spread(
        values.extracting(column * height..<(column + 1) * height),
        over: rays.voxels.span.extracting(range),
        lengths: rays.lengths.span.extracting(range),
        to: &voxels,
        notBelow: -.infinity
      )
    }
  }
}
