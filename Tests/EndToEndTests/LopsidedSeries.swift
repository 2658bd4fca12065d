// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import TestSupport
import Tomography

/// Projections of blobs without any symmetry, from −80 to 80 degrees.
struct LopsidedSeries {
  let volume: Volume
  let record: TomogramRecord

  init(side: Int, tilts count: Int = 41) {
    let volume = Phantoms.lopsidedVolume(side: side)
    let tilts = (0..<count).map {
      TiltAngle(degrees: -80 + 160 * Double($0) / Double(count - 1))
    }
    var projections = ImageStack(count: count, shape: Shape2D(square: side))
    for (place, tilt) in tilts.enumerated() {
      projections[place] = ParallelProjector.project(
        volume,
        along: RayTable(tilt: tilt, sizeX: side, sizeZ: side)
      )
    }
    self.volume = volume
    record = TomogramRecord(
      name: "blobs",
      voxelSize: Length(nanometers: 6.7),
      tilts: tilts,
      energies: [PhotonEnergy(electronVolts: 708.2)],
      projections: [projections],
      coverage: [ImageStack(count: count, shape: projections.shape, filledWith: 1)],
      volumes: [volume],
      shifts: tilts.map { _ in .zero },
      accepted: tilts.map { _ in true }
    )
  }
}
