// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting

/// The figures of a file of spectra.
struct SpectraFigures {
  private let record: SpectraRecord

  /// X, percent, as the paper has it.
  static let threshold = 30.0

  init(_ record: SpectraRecord) { self.record = record }

  /// The two phases, the R factor, the composition and its error.
  var maps: PictureSheet {
    var panels: [PictureSheet.Panel] = []
    if let lithiated = record.map("amount_0"), let delithiated = record.map("amount_1"),
      record.references.count >= 2
    {
      var picture = ChemicalPicture(
        lithiated: lithiated,
        delithiated: delithiated,
        title: "whole spectra",
        pixelSize: record.pixelSize,
        quantity: "iron phosphate",
        unit: record.maps.first { $0.name == "amount_0" }?.unit == "um" ? "µm" : ""
      )
      picture.axes = Self.axes
      panels.append(.chemistry(picture))
    }
    let bound = record.figure("r_bound") ?? 0.15
    let shown: [(name: String, title: String, quantity: String, range: ValueRange)] = [
      ("r_factor", "R factor", "R", .given(0...2 * bound)),
      ("composition", "composition, R < \(Words.short(bound))", "LFP among both", .given(0...1)),
      ("composition_error", "standard error of the composition", "error", .percentiles(0...98)),
    ]
    for map in shown {
      guard let image = record.map(map.name) else { continue }
      panels.append(.image(picture(withIron(image), map.title, map.quantity, map.range)))
    }
    return PictureSheet(title: "\(record.name): maps", panels: panels, columns: 2)
  }

  /// Measured and fitted spectra.
  var spectra: PictureSheet {
    let volts = record.energies.map(\.electronVolts)
    let panels = record.spectra.prefix(8).map { spectrum in
      var curves = [
        LinePlot.Curve(label: "measured", x: volts, y: spectrum.data, style: .points),
        LinePlot.Curve(label: "fit", x: volts, y: spectrum.fit),
      ]
      for place in record.references.indices where place < spectrum.coefficients.count {
        let amount = spectrum.coefficients[place]
        curves.append(
          LinePlot.Curve(
            label: place < record.terms.count ? record.terms[place] : "reference \(place + 1)",
            x: volts,
            y: record.references[place].map { amount * $0 },
            style: .dashes
          )
        )
      }
      curves.append(
        LinePlot.Curve(
          label: "residue",
          x: volts,
          y: zip(spectrum.data, spectrum.fit).map { $0 - $1 }
        )
      )
      return PictureSheet.Panel.plot(
        LinePlot(
          title: "\(spectrum.name.replacing("_", with: " ")): "
            + (spectrum.composition.isFinite
              ? "\(ReportWords.number(100 * spectrum.composition)) % LFP" : "no iron")
            + ", R \(Words.short(spectrum.rFactor))",
          horizontal: LinePlot.Axis("photon energy", unit: "eV"),
          vertical: LinePlot.Axis("optical density", unit: "OD"),
          curves: curves
        )
      )
    }
    return PictureSheet(
      title: "\(record.name): spectra",
      panels: Array(panels),
      columns: 2
    )
  }

  /// The composition in three ways, and the phases of each.
  var ways: PictureSheet {
    let names = [
      ("composition", "2-D, whole spectra"), ("composition_2d_2e", "2-D, two energies"),
      ("composition_3d_2e", "3-D, two energies"),
    ]
    let images = names.compactMap { name, title in
      record.map(name).map { (image: withIron($0), title: title) }
    }
    guard images.count > 1 else { return PictureSheet(panels: []) }
    let segmentation = PhaseSegmentation(threshold: Self.threshold)
    let compositions = images.map { image, title in
      PictureSheet.Panel.image(picture(image, title, "LFP among both", .given(0...1)))
    }
    let phases = images.map { image, title -> PictureSheet.Panel in
      var picture = ColorPicture(
        shape: image.shape,
        colors: image.values.map {
          PhaseColors.color(of: Float(segmentation.phase(of: $0).rawValue))
        },
        title: title,
        pixelSize: record.pixelSize
      )
      picture.axes = Self.axes
      picture.key = PhaseColors.key
      return .color(picture)
    }
    return PictureSheet(
      title: "\(record.name): three ways to one map",
      panels: compositions + phases,
      columns: images.count
    )
  }

  /// How far the ways disagree.
  var mismatch: PictureSheet {
    guard !record.mismatches.isEmpty, !record.thresholds.isEmpty else {
      return PictureSheet(panels: [])
    }
    let plot = LinePlot(
      horizontal: LinePlot.Axis("segmentation threshold X", unit: "%"),
      vertical: LinePlot.Axis("pixels of another phase", unit: "%"),
      curves: record.mismatches.map { curve in
        LinePlot.Curve(
          label: curve.meaning,
          x: record.thresholds,
          y: curve.percent,
          style: .dots
        )
      },
      markers: [LinePlot.Threshold(label: "X = 30 %", value: Self.threshold)]
    )
    return PictureSheet(title: "\(record.name): mismatch", panels: [.plot(plot)], columns: 1)
  }

  private static let axes = PictureAxes(horizontal: "x", vertical: "y")

  private func picture(
    _ image: Image,
    _ title: String,
    _ quantity: String,
    _ range: ValueRange
  ) -> ImagePicture {
    var picture = ImagePicture(
      image,
      title: title,
      pixelSize: record.pixelSize,
      quantity: quantity,
      range: range
    )
    picture.axes = Self.axes
    return picture
  }

  /// An image where there is iron; NaN elsewhere.
  private func withIron(_ image: Image) -> Image {
    guard let iron = record.map("iron_optical_density"), iron.shape == image.shape else {
      return image
    }
    let least = Float(record.figure("minimum_iron_od") ?? 0.1)
    var masked = image
    for i in masked.values.indices where !(iron.values[i] > least) { masked.values[i] = .nan }
    return masked
  }
}
