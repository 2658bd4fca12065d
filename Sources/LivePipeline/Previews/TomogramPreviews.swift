// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
package import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting
import Tomography
package import WireFormat

/// What is shown of a tomogram's volumes; only the slices that are shown are solved.
package struct TomogramPreviews {
  private let assembly: TomogramAssembly
  private let header: PreviewHeader
  private let voxelSize: Length

  /// Prepares previews.
  ///
  /// - Parameters:
  ///   - assembly: The tomogram.
  ///   - header: What each message says of itself.
  package init(of assembly: TomogramAssembly, header: PreviewHeader) {
    self.assembly = assembly
    self.header = header
    voxelSize = assembly.tomography.voxelSize
  }

  /// The middle slices of one energy's volume, as `volume`.
  package func volume(energy: Int) -> PreviewMessage {
    let volume = assembly.volumes[energy]
    return PreviewMessage(
      topic: .volume,
      header: header,
      arrays: VolumeSlices.middle(of: volume).enumerated().map { view, slice in
        array("optical_density", view, slice.image)
      }
    )
  }

  /// The middle slices of both phases, as `chemistry`, and the polar angles, as `histogram`.
  ///
  /// - Parameters:
  ///   - inversion: How optical densities become phases.
  ///   - summary: What it says of the whole.
  ///   - tilt: The place of a tilt whose projections are mapped beside the volumes; nil for none.
  /// - Returns: The messages; none where its two energies are not there.
  package func chemistry(
    _ inversion: TwoEnergyInversion,
    _ summary: ChemicalSummary,
    tilt: Int? = nil
  ) -> [PreviewMessage] {
    guard let choice = ChemicalEnergies(of: assembly.energies, by: inversion.parameters) else {
      return []
    }
    let volumes = assembly.volumes
    var header = header
    if let charge = summary.stateOfCharge {
      header.quality["state_of_charge"] = charge.fraction
      header.quality["state_of_charge_uncertainty"] = charge.uncertainty
    }
    let pairs = zip(
      VolumeSlices.middle(of: volumes[choice.first]),
      VolumeSlices.middle(of: volumes[choice.second])
    )
    let solved = pairs.map { first, second in
      inversion.solve(
        firstSlice: first.image,
        secondSlice: second.image,
        voxelSize: voxelSize,
        minimumIron: summary.minimumIron,
        noise: summary.noise
      )
    }
    // One brightness for all slices.
    let full = solved.map { ChemicalPicture($0).resolvedFullIron }.max()
    var mapped = header
    let projection = tilt.map { projectedChemistry(inversion, choice, of: $0, &mapped) } ?? []
    let chemistry = PreviewMessage(
      topic: .chemistry,
      header: mapped,
      arrays: solved.enumerated().map { array("lithiated", $0, $1.lithiated) }
        + solved.enumerated().map { array("delithiated", $0, $1.delithiated) }
        + solved.enumerated().map { array("composition_error", $0, $1.compositionError) }
        + solved.enumerated().map { view, map in
          colors("rgb_\(Self.views[view])", ChemicalPicture(map, fullIron: full))
        } + projection
    )
    return [chemistry, histogram(summary.histogram, header, inversion)]
  }

  /// The map of one tilt's two projections: thicknesses in µm, and its state of charge.
  private func projectedChemistry(
    _ inversion: TwoEnergyInversion,
    _ choice: ChemicalEnergies,
    of tilt: Int,
    _ header: inout PreviewHeader
  ) -> [PreviewArray] {
    guard let first = assembly.measured(energy: choice.first, ofTilt: tilt),
      let second = assembly.measured(energy: choice.second, ofTilt: tilt)
    else { return [] }
    let map = inversion.solve(first: first.density, second: second.density)
    header.quality["projection_rotation_angle_deg"] = first.tilt.degrees
    if let charge = map.stateOfCharge {
      header.quality["projection_state_of_charge"] = charge.fraction
      header.quality["projection_state_of_charge_uncertainty"] = charge.uncertainty
    }
    func thickness(_ name: String, _ image: Image) -> PreviewArray {
      PreviewArray(name: name, image: image, unit: "um", pixelSize: voxelSize)
    }
    return [
      thickness("lithiated_projection", map.lithiated),
      thickness("delithiated_projection", map.delithiated),
      colors("rgb_projection", ChemicalPicture(map)),
    ]
  }

  private func colors(_ name: String, _ picture: ChemicalPicture) -> PreviewArray {
    PreviewArray(
      name: name,
      shape: [picture.lithiated.shape.rows, picture.lithiated.shape.columns, 3],
      elementType: .uint8,
      unit: "1",
      pixelSize: voxelSize,
      bytes: SharedBytes(picture.bytes)
    )
  }

  private func histogram(
    _ histogram: PolarHistogram,
    _ header: PreviewHeader,
    _ inversion: TwoEnergyInversion
  ) -> PreviewMessage {
    var header = header
    for (name, peak) in zip(["low", "high"], SolvedChemistry.peaks(of: histogram, inversion)) {
      header.quality["\(name)_center_deg"] = peak.angle
      header.quality["\(name)_width_deg"] = peak.angleWidth
      header.quality["\(name)_composition"] = peak.composition
      header.quality["\(name)_composition_width_percent"] = peak.compositionWidth
    }
    let shape = [histogram.centers.count]
    return PreviewMessage(
      topic: .histogram,
      header: header,
      arrays: [
        PreviewArray(
          name: "polar_angle",
          shape: shape,
          values: histogram.centers.map { Float($0) },
          unit: "degree"
        ),
        PreviewArray(
          name: "weight",
          shape: shape,
          values: histogram.weights.map { Float($0) },
          unit: "1"
        ),
      ]
    )
  }

  private func array(_ name: String, _ view: Int, _ image: Image) -> PreviewArray {
    PreviewArray(
      name: "\(name)_\(Self.views[view])",
      image: image,
      unit: "1",
      pixelSize: voxelSize
    )
  }

  /// The views in the order of `VolumeSlices.middle`.
  private static let views = ["along_beam", "across_axis", "from_side"]
}

extension ChemicalPicture {
  /// The map of solved images.
  fileprivate init(_ map: ChemicalImages, fullIron: Double? = nil) {
    self.init(lithiated: map.lithiated, delithiated: map.delithiated, fullIron: fullIron)
  }
}
