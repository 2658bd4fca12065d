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
  ///   - work: Threads that share the slices.
  /// - Returns: The projection, [row = y, column = x′].
  public static func project(
    _ volume: Volume,
    at tilt: TiltAngle,
    sharing work: any WorkSharing = SerialWork()
  ) -> Image {
    let rays = RayTable(tilt: tilt, sizeX: volume.sizeX, sizeZ: volume.sizeZ)
    return project(volume, along: rays, sharing: work)
  }

  /// Integrates a volume along the rays of a tilt.
  ///
  /// - Parameters:
  ///   - volume: The volume, [x, z, y].
  ///   - rays: The rays, for a volume of the same extents along x and z.
  ///   - work: Threads that share the slices.
  /// - Returns: The projection, [row = y, column = x′].
  public static func project(
    _ volume: Volume,
    along rays: RayTable,
    sharing work: any WorkSharing = SerialWork()
  ) -> Image {
    precondition(rays.fits(volume), "the rays were traced for another volume")
    let height = volume.sizeY
    var columns = Image(shape: Shape2D(rows: rays.columns, columns: height))
    columns.values.shareElements { sums in
      let voxels = volume.values
      shareRays(rays.columns, slices: height, over: work) { _, some, slices in
        rays.integrate(voxels.span, rays: some, slices: slices, of: height, to: sums)
      }
    }
    return transposed(columns)
  }

  /// Spreads a projection back along the rays of a tilt, adding to a volume.
  ///
  /// - Parameters:
  ///   - projection: The projection, [row = y, column = x′].
  ///   - rays: The rays, for a volume of the same extents along x and z.
  ///   - volume: The volume to add to, [x, z, y].
  ///   - work: Threads that share the slices.
  public static func addBackProjection(
    of projection: Image,
    along rays: RayTable,
    to volume: inout Volume,
    sharing work: any WorkSharing = SerialWork()
  ) {
    precondition(rays.fits(volume), "the rays were traced for another volume")
    precondition(
      projection.shape == Shape2D(rows: volume.sizeY, columns: rays.columns),
      "the projection is \(projection.shape)"
    )
    let columns = transposed(projection).values
    let height = volume.sizeY
    volume.values.shareElements { voxels in
      shareSlices(of: height, over: work) { slices in
        rays.spread(columns, slices: slices, of: height, to: voxels)
      }
    }
  }
}
