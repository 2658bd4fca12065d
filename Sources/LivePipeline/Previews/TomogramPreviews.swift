// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
package import ChemicalMapping
import HDF5Storage
package import Imaging
import Reporting
import Tomography
package import WireFormat

/// What is shown of a tomogram's volumes; only slices and reduced volumes are solved.
package struct TomogramPreviews {
  private let assembly: TomogramAssembly
  private let header: PreviewHeader
  private let voxelSize: Length
  private let work: any WorkSharing

  /// Prepares previews.
  ///
  /// - Parameters:
  ///   - assembly: The tomogram.
  ///   - header: What each message says of itself.
  ///   - work: Threads that share the voxels.
  package init(
    of assembly: TomogramAssembly,
    header: PreviewHeader,
    sharing work: any WorkSharing = SerialWork()
  ) {
    self.assembly = assembly
    self.header = header
    self.work = work
    voxelSize = assembly.tomography.voxelSize
  }

  /// One energy's volume as `volume`: its middle slices, and all of it in few voxels.
  package func volume(energy: Int) -> PreviewMessage {
    let volume = assembly.volumes[energy]
    let reduced = ReducedVolume(volume, voxelSize: voxelSize)
    var header = header
    header.quality["optical_density_full"] = Double(reduced.full)
    return PreviewMessage(
      topic: .volume,
      header: header,
      arrays: VolumeSlices.middle(of: volume).enumerated().map { view, slice in
        array("optical_density", view, slice.image)
      } + [reduced.array("optical_density_volume", full: reduced.full)]
    )
  }

  /// Both phases as `chemistry`: middle slices, all voxels in few, and the correlation of the energies.
  ///
  /// - Parameters:
  ///   - inversion: How optical densities become phases.
  ///   - summary: What it says of the whole.
  ///   - tilt: The place of a tilt whose projections are mapped beside the volumes; nil for none.
  /// - Returns: The message; nil where its two energies are not there.
  package func chemistry(
    _ inversion: TwoEnergyInversion,
    _ summary: ChemicalSummary,
    tilt: Int? = nil
  ) -> PreviewMessage? {
    guard
      let densities = ChemicalDensities(
        of: assembly.volumes,
        energies: assembly.energies,
        by: inversion
      )
    else { return nil }
    let (first, second) = (densities.first, densities.second)
    var header = headed(summary)
    let pairs = zip(VolumeSlices.middle(of: first), VolumeSlices.middle(of: second))
    let solved = pairs.map { solve($0.image, $1.image, densities.inversion, summary) }
    // One brightness for all slices.
    let full = solved.map { ChemicalPicture($0).resolvedFullIron }.max()
    let projection = tilt.map { projectedChemistry(inversion, of: $0, &header) } ?? []
    let spatial = reducedChemistry(first, second, densities.inversion, summary, &header)
    let correlation = correlation(first, second, &header)
    if let choice = ChemicalEnergies(of: assembly.energies, by: inversion.parameters) {
      let energies = assembly.energies
      header.quality["correlation_energy_first_eV"] = energies[choice.first].electronVolts
      header.quality["correlation_energy_second_eV"] = energies[choice.second].electronVolts
      header.quality["correlation_less_pre_edge"] = choice.preEdge.isEmpty ? 0 : 1
    }
    return PreviewMessage(
      topic: .chemistry,
      header: header,
      arrays: solved.enumerated().map { array("lithiated", $0, $1.lithiated) }
        + solved.enumerated().map { array("delithiated", $0, $1.delithiated) }
        + solved.enumerated().map { array("composition_error", $0, $1.compositionError) }
        + solved.enumerated().map { view, map in
          colors("rgb_\(Self.views[view])", ChemicalPicture(map, fullIron: full))
        } + projection + spatial + [correlation]
    )
  }

  /// The polar angles, as `histogram`, with two Gaussians where they can be fitted.
  ///
  /// - Parameter summary: What the chemistry says of the whole.
  /// - Returns: The message; `low` is the peak at the smaller angle, whichever phase that is.
  package func histogram(_ summary: ChemicalSummary) -> PreviewMessage {
    let histogram = summary.histogram
    let fit = histogram.twoGaussianFit()
    var header = headed(summary)
    let peaks = SolvedChemistry.peaks(of: fit, summary.relation).sorted { $0.angle < $1.angle }
    for (name, peak) in zip(["low", "high"], peaks) {
      header.quality["\(name)_center_deg"] = peak.angle
      header.quality["\(name)_width_deg"] = peak.angleWidth
      header.quality["\(name)_composition"] = peak.composition
      header.quality["\(name)_composition_width_percent"] = peak.compositionWidth
    }
    func column(_ name: String, _ values: [Double], _ unit: String) -> PreviewArray {
      PreviewArray(name: name, shape: [values.count], values: values.map { Float($0) }, unit: unit)
    }
    var arrays = [
      column("polar_angle", histogram.centers, "degree"),
      column("weight", histogram.weights, "1"),
    ]
    if let fit { arrays.append(column("fit", histogram.centers.map { fit.value(at: $0) }, "1")) }
    return PreviewMessage(topic: .histogram, header: header, arrays: arrays)
  }

  /// The header with the state of charge.
  private func headed(_ summary: ChemicalSummary) -> PreviewHeader {
    var header = header
    if let charge = summary.stateOfCharge {
      header.quality["state_of_charge"] = charge.fraction
      header.quality["state_of_charge_uncertainty"] = charge.uncertainty
    }
    return header
  }

  private func solve(
    _ first: Image,
    _ second: Image,
    _ inversion: TwoEnergyInversion,
    _ summary: ChemicalSummary
  ) -> ChemicalImages {
    inversion.solve(
      firstSlice: first,
      secondSlice: second,
      voxelSize: voxelSize,
      minimumIron: summary.minimumIron,
      noise: summary.noise
    )
  }

  /// How much iron there is and how much of it is LiFePO₄, in few voxels.
  private func reducedChemistry(
    _ first: Volume,
    _ second: Volume,
    _ inversion: TwoEnergyInversion,
    _ summary: ChemicalSummary,
    _ header: inout PreviewHeader
  ) -> [PreviewArray] {
    let reduced = ReducedVolume(first, voxelSize: voxelSize)
    // A pair of slices or of volumes: voxels do not know of each other.
    func flat(_ volume: Volume) -> Image {
      Image(
        shape: Shape2D(rows: volume.sizeX * volume.sizeZ, columns: volume.sizeY),
        values: volume.values
      )
    }
    let other = ReducedVolume(second, voxelSize: voxelSize)
    let map = solve(flat(reduced.means), flat(other.means), inversion, summary)
    let amounts = zip(map.lithiated.values, map.delithiated.values)
    let iron = amounts.map { max($0, 0) + max($1, 0) }
    let share = zip(map.lithiated.values, iron).map { $1 > 0 ? max($0, 0) / $1 : 0 }
    var full: Float = 0
    for value in iron where value > full { full = value }
    if full <= 0 { full = 1 }
    header.quality["iron_full"] = Double(full)
    return [
      reduced.bytes("iron_volume", iron.map { $0 / full }),
      reduced.bytes("composition_volume", share),
    ]
  }

  /// How often pairs of optical densities occur.
  private func correlation(
    _ first: Volume,
    _ second: Volume,
    _ header: inout PreviewHeader
  ) -> PreviewArray {
    let correlation = DensityCorrelation(
      first: first.values,
      second: second.values,
      bins: 64,
      sharing: work
    )
    header.quality["correlation_full_first"] = correlation.firstLimit
    header.quality["correlation_full_second"] = correlation.secondLimit
    return PreviewArray(name: "correlation", image: correlation.counts, unit: "1")
  }

  /// The map of one tilt's two projections: thicknesses in µm, and its state of charge.
  private func projectedChemistry(
    _ inversion: TwoEnergyInversion,
    of tilt: Int,
    _ header: inout PreviewHeader
  ) -> [PreviewArray] {
    guard let choice = ChemicalEnergies(of: assembly.energies, by: inversion.parameters),
      let first = assembly.measured(energy: choice.first, ofTilt: tilt),
      let second = assembly.measured(energy: choice.second, ofTilt: tilt)
    else { return [] }
    let below = choice.preEdge.compactMap { assembly.measured(energy: $0, ofTilt: tilt)?.density }
    let map =
      below.isEmpty
      ? inversion.solve(first: first.density, second: second.density)
      : inversion.solve(
        first: first.density,
        second: second.density,
        preEdge: Self.mean(of: below)
      )
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

  private static func mean(of images: [Image]) -> Image {
    var mean = images[0]
    for image in images.dropFirst() {
      for i in mean.values.indices { mean.values[i] += image.values[i] }
    }
    for i in mean.values.indices { mean.values[i] /= Float(images.count) }
    return mean
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
