// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Tomography

// Which tilt and which energy a projection is.
extension TomogramAssembly {
  enum Placement {
    case placed(Int, energy: Int, StoredProjection)
    case refused(FoldReport)
  }

  /// Finds the tilt of a projection, a new one where it is none of those there; or says why it cannot be.
  mutating func place(_ projection: Projection) -> Placement {
    let identity = projection.identity
    guard let angle = identity.tilt, angle.degrees.isFinite else {
      return .refused(.refused("its tilt is not known"))
    }
    guard let energy = energyIndex(of: identity.energy) else {
      return .refused(
        .refused(
          "its energy, \(identity.energy.electronVolts) eV, is not one of the tomogram's",
          remedy: "Let the source announce as many energies as it has (energy_count)"
        )
      )
    }
    let ratio = projection.pixelSize.meters / tomography.voxelSize.meters
    guard abs(ratio - 1) < 0.01 else {
      return .refused(
        .refused(
          "its pixels are \(rounded(ratio)) times the size of voxels",
          remedy: "Set tomography.voxel_size_m to the objects' pixel size, "
            + "\(rounded(projection.pixelSize.nanometers)) nm (preprocessing.object_pixel_size_m)",
          energyIndex: energy
        )
      )
    }
    let scan = StoredProjection(
      projection,
      cutTo: fieldShape,
      subtractsFilm: tomography.subtractsFilm
    )
    let view = scan.cut(to: projectionShape).weights
    let lit = sum(view.values.span)
    let index = tiltIndex(of: identity, angle: angle)
    guard lit >= registration.minimumCoverage * Double(projectionShape.count) else {
      return .refused(
        .refused(
          "only \(rounded(lit / Double(projectionShape.count))) of the volume's view is lit, less "
            + "than registration.minimum_coverage, \(rounded(registration.minimumCoverage))",
          remedy: "Make tomography.volume_side and volume_height as small as the scanned area, or "
            + "lower registration.minimum_coverage",
          tiltIndex: index,
          energyIndex: energy
        )
      )
    }
    if let position = tilts.firstIndex(where: { $0.index == index }) {
      guard abs(tilts[position].angle.degrees - angle.degrees) <= tiltTolerance else {
        return .refused(
          .refused(
            "it says tilt \(index), which stands at \(Words.angle(tilts[position].angle.degrees)) degrees, and "
              + "is at \(angle.degrees)",
            energyIndex: energy
          )
        )
      }
      return .placed(position, energy: energy, scan)
    }
    tilts.append(
      Tilt(index: index, angle: angle, interpolation: registration.interpolation.kernel)
    )
    return .placed(tilts.count - 1, energy: energy, scan)
  }

  /// The place said by the source; else that of the nearest tilt within the tolerance; else the
  /// next free one.
  private func tiltIndex(of identity: ScanIdentity, angle: TiltAngle) -> Int {
    if let index = identity.tiltIndex { return index }
    func distance(_ tilt: Tilt) -> Double { abs(tilt.angle.degrees - angle.degrees) }
    let same = tilts.filter { distance($0) <= tiltTolerance }
      .min { distance($0) < distance($1) }
    return same?.index ?? (tilts.map(\.index).max() ?? -1) + 1
  }

  func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
