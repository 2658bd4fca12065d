// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
package import ChemicalMapping
import HDF5Storage
import Imaging
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
  /// - Returns: The messages; none where its two energies are not there.
  package func chemistry(
    _ inversion: TwoEnergyInversion,
    _ summary: ChemicalSummary
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
    let chemistry = PreviewMessage(
      topic: .chemistry,
      header: header,
      arrays: solved.enumerated().map { array("lithiated", $0, $1.lithiated) }
        + solved.enumerated().map { array("delithiated", $0, $1.delithiated) }
        + solved.enumerated().map { array("composition_error", $0, $1.compositionError) }
    )
    return [chemistry, histogram(summary.histogram, header, inversion)]
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
