// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import ParticleAnalysis
import Reporting

// Pictures that a person looks at to judge a run.
extension ResultFolder {
  /// Draws a scan: optical density and phase where they are known, and the probe.
  func draw(_ finished: FinishedScan, _ report: (RunEvent) -> Void) {
    guard isPictureDue() else { return }
    let object = finished.object
    let identity = object.identity
    let tilt = identity.tilt.map { ", \(rounded($0.degrees)) degrees" } ?? ""
    let (density, phase) = litPart(of: finished)
    let sheet = PictureSheet(
      title: "\(identity.scan)\(tilt), \(identity.energy.electronVolts) eV",
      panels: [
        .image(
          ImagePicture(
            density,
            title: "object, optical density",
            pixelSize: object.pixelSize,
            quantity: "OD",
            colorMap: .gray
          )
        ),
        .image(
          ImagePicture(
            phase,
            title: "object, phase",
            pixelSize: object.pixelSize,
            quantity: "phase",
            unit: "rad",
            colorMap: .gray
          )
        ),
        .image(
          ImagePicture(
            Image(
              shape: object.probe.shape,
              values: object.probe.values.map(\.modulus)
            ),
            title: "probe, modulus",
            pixelSize: object.pixelSize,
            quantity: "|P|",
            unit: "sqrt(photon)"
          )
        ),
      ]
    )
    writing("object.png", report) { try writePicture(sheet, to: $0) }
  }

  /// Draws a tomogram: slices of its volumes and of its chemistry, histogram, alignment.
  func draw(
    _ record: TomogramRecord,
    _ tomogram: TomogramSession.Content,
    prefix: String,
    _ report: (RunEvent) -> Void
  ) {
    writing("\(prefix)volume-slices.png", report) { path in
      try writePicture(VolumeSlices.sheet(of: record), to: path)
    }
    if let chemistry = record.chemistry {
      writing("\(prefix)chemical-map.png", report) { path in
        try writePicture(chemicalSlices(chemistry, record), to: path)
      }
      if let plot = histogram(chemistry, record) {
        writing("\(prefix)polar-histogram.png", report) { try writePicture(plot, to: $0) }
      }
    }
    if let particles = record.particles, particles.count > 0 {
      let pictures = ParticlePictures(
        particles: particles,
        name: record.name,
        voxelSize: record.voxelSize,
        volumeBin: configuration.particles.parameters.volumeBin
      )
      writing("\(prefix)particles.png", report) { try writePicture(pictures.slices, to: $0) }
      if ParticleNumbers(particles).plates > 0 {
        writing("\(prefix)particle-histograms.png", report) { path in
          try writePicture(pictures.histograms, to: path)
        }
      }
    }
    if !record.resolution.isEmpty {
      writing("\(prefix)resolution.png", report) { path in
        let tilts = record.resolution[0].tilts.map { "\($0)" }.joined(separator: " + ")
        let plot = ResolutionPlot.plot(
          record.resolution,
          labels: record.resolution.map { "\(record.energies[$0.energyIndex].electronVolts) eV" },
          title: "\(record.name): resolution by halves of the tilts, \(tilts)"
        )
        try writePicture(plot, to: path)
      }
    }
    writing("\(prefix)alignment.png", report) { path in
      try writePicture(alignment(record), to: path)
    }
  }

  // MARK: -

  private func chemicalSlices(
    _ chemistry: TomogramChemistry,
    _ record: TomogramRecord
  ) -> PictureSheet {
    let pairs = Array(
      zip(
        VolumeSlices.middle(of: chemistry.lithiated),
        VolumeSlices.middle(of: chemistry.delithiated)
      )
    )
    // One brightness for all three, set by the fullest voxels.
    let iron = zip(chemistry.lithiated.values, chemistry.delithiated.values)
      .map { max($0 + $1, 0) }.sorted()
    let full = iron.isEmpty ? 1 : Double(iron[Int(Double(iron.count - 1) * 0.998)])
    return PictureSheet(
      title: "\(record.name): red LiFePO4, blue FePO4, as bright as there is iron",
      panels: pairs.enumerated().map { place, pair in
        var picture = ChemicalPicture(
          lithiated: pair.0.image,
          delithiated: pair.1.image,
          title: pair.0.place,
          pixelSize: record.voxelSize,
          fullIron: max(full, 1e-3),
          quantity: "part of the voxel"
        )
        // It holds for all three.
        picture.hasLegend = place == pairs.count - 1
        return .chemistry(picture)
      }
    )
  }

  private func histogram(_ chemistry: TomogramChemistry, _ record: TomogramRecord) -> LinePlot? {
    guard let inversion = try? TwoEnergyInversion(parameters: configuration.chemistry),
      let densities = ChemicalDensities(
        of: record.volumes,
        energies: record.energies,
        by: inversion
      )
    else { return nil }
    let histogram = PolarHistogram(
      polarAngle: chemistry.polarAngle,
      first: densities.first,
      second: densities.second
    )
    var curves = [
      LinePlot.Curve(label: "voxels", x: histogram.centers, y: histogram.weights, style: .bars)
    ]
    var markers: [LinePlot.Threshold] = []
    if let fit = histogram.twoGaussianFit() {
      curves.append(
        LinePlot.Curve(
          label: "two Gaussians",
          x: histogram.centers,
          y: histogram.centers.map { fit.value(at: $0) }
        )
      )
      markers = [fit.low, fit.high].map {
        LinePlot.Threshold(label: "\(rounded($0.center))°", value: $0.center)
      }
    }
    return LinePlot(
      title: "\(record.name): polar angles of the voxels that hold iron",
      horizontal: LinePlot.Axis("polar angle", unit: "degree"),
      vertical: LinePlot.Axis(
        "weight of the voxels",
        unit: "OD per \(rounded(histogram.binWidth))°"
      ),
      curves: curves,
      markers: markers
    )
  }

  private func alignment(_ record: TomogramRecord) -> PictureSheet {
    let angles = record.tilts.map(\.degrees)
    let shifts = LinePlot(
      title: "shift applied to each tilt",
      horizontal: LinePlot.Axis("tilt", unit: "degree"),
      vertical: LinePlot.Axis("shift", unit: "pixel"),
      curves: [
        LinePlot.Curve(
          label: "columns, across the axis",
          x: angles,
          y: record.shifts.map(\.columns),
          style: .dots
        ),
        LinePlot.Curve(
          label: "rows, along the axis",
          x: angles,
          y: record.shifts.map(\.rows),
          style: .dots
        ),
      ]
    )
    let residuals = LinePlot(
      title: "projection against re-projection",
      horizontal: LinePlot.Axis("tilt", unit: "degree"),
      vertical: LinePlot.Axis("RMS difference", unit: "OD"),
      curves: zip(record.residuals, record.energies).map { residuals, energy in
        LinePlot.Curve(
          label: "\(energy.electronVolts) eV",
          x: angles,
          y: residuals,
          style: .dots
        )
      }
    )
    return PictureSheet(
      title: "\(record.name): registration",
      panels: [.plot(shifts), .plot(residuals)],
      columns: 2
    )
  }

  /// Optical density and phase, NaN where unlit, cut to the part that is lit.
  private func litPart(of finished: FinishedScan) -> (density: Image, phase: Image) {
    let object = finished.object
    let shape = finished.projection.coverage.shape
    var rows: ClosedRange<Int>?
    var columns: ClosedRange<Int>?
    for row in 0..<shape.rows {
      for column in 0..<shape.columns where finished.projection.coverage[row, column] > 0.02 {
        rows = min(rows?.lowerBound ?? row, row)...max(rows?.upperBound ?? row, row)
        columns =
          min(columns?.lowerBound ?? column, column)...max(columns?.upperBound ?? column, column)
      }
    }
    guard let rows, let columns else { return (Image(shape: shape), Image(shape: shape)) }
    let part = Shape2D(rows: rows.count, columns: columns.count)
    var density = Image(shape: part, filledWith: .nan)
    var phase = density
    for (row, source) in rows.enumerated() {
      for (column, place) in columns.enumerated()
      where finished.projection.coverage[source, place] > 0.02 {
        density[row, column] = finished.projection.opticalDensity[source, place]
        guard let phases = object.maps?.phase, phases.shape == shape else { continue }
        phase[row, column] = phases[source, place]
      }
    }
    return (density, phase)
  }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
