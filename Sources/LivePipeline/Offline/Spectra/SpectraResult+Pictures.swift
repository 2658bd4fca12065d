// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import HDF5Storage
import Imaging
import Reporting

extension SpectraResult {
  /// Draws maps, single spectra, registration, comparisons and the pre-edge.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: The paths of the pictures.
  /// - Throws: `PipelineError` where one cannot be written.
  func drawPictures(in folder: String) throws(PipelineError) -> [String] {
    var sheets: [(String, PictureSheet)] = []
    if maps != nil { sheets.append(("chemical-map.png", mapSheet)) }
    if !namedFits.isEmpty { sheets.append(("spectra.png", spectraSheet)) }
    if !mismatchCurves.isEmpty { sheets.append(("comparison.png", comparisonSheet)) }
    if let preEdge { sheets.append(("pre-edge.png", preEdgeSheet(preEdge))) }
    var written: [String] = []
    for (name, sheet) in sheets {
      do throws(PictureError) {
        try writePicture(sheet, to: "\(folder)/\(name)")
      } catch {
        throw PipelineError(.output, error.description)
      }
      written.append("\(folder)/\(name)")
    }
    return written
  }

  // MARK: - Figure S9, a and b

  private var mapSheet: PictureSheet {
    var panels: [PictureSheet.Panel] = []
    if let maps, let phases = fit.phases {
      panels.append(
        .chemistry(
          chemicalPicture(
            maps.coefficients[phases.lithiated],
            maps.coefficients[phases.delithiated],
            title: "whole spectra: red \(fit.names[phases.lithiated]), "
              + "blue \(fit.names[phases.delithiated])"
          )
        )
      )
    }
    if let maps {
      panels.append(
        .image(
          ImagePicture(
            masked(maps.rFactor),
            title: "R factor where OD > \(options.minimumIron)",
            pixelSize: stack.pixelSize,
            quantity: "R",
            range: .given(0...2 * options.rBound)
          )
        )
      )
      panels.append(
        .image(compositionPicture(filteredComposition ?? maps.composition, "composition"))
      )
      panels.append(
        .image(
          ImagePicture(
            masked(maps.compositionError),
            title: "standard error of the composition",
            pixelSize: stack.pixelSize,
            quantity: "error",
            range: .percentiles(0...98)
          )
        )
      )
    }
    panels.append(
      .image(
        ImagePicture(
          ironDensity,
          title: options.fit.preEdge == nil && options.fit.background == .none
            ? "mean OD of both peaks" : "mean OD of both peaks, background off",
          pixelSize: stack.pixelSize,
          quantity: "OD",
          colorMap: .gray
        )
      )
    )
    if !shifts.isEmpty { panels.append(.plot(shiftPlot)) }
    return PictureSheet(
      title:
        "\(name): R < \(options.rBound) in \(Words.number(wellFittedPercent, 1)) % of the iron",
      panels: panels,
      columns: 3
    )
  }

  private var shiftPlot: LinePlot {
    let volts = stack.energies.map(\.electronVolts)
    return LinePlot(
      title: "shift applied to each image",
      horizontal: LinePlot.Axis("photon energy", unit: "eV"),
      vertical: LinePlot.Axis("shift", unit: "pixel"),
      curves: [
        LinePlot.Curve(label: "columns", x: volts, y: shifts.map(\.columns), style: .dots),
        LinePlot.Curve(label: "rows", x: volts, y: shifts.map(\.rows), style: .dots),
      ]
    )
  }

  // MARK: - Figure S9, c

  private var spectraSheet: PictureSheet {
    let volts = stack.energies.map(\.electronVolts)
    let panels = namedFits.prefix(12).map { name, fit in
      var curves = [
        LinePlot.Curve(label: "measured", x: volts, y: fit.data, style: .dots),
        LinePlot.Curve(label: "fit", x: volts, y: fit.fit),
      ]
      for (term, contribution) in zip(fit.names, fit.contributions) {
        curves.append(LinePlot.Curve(label: term, x: volts, y: contribution, style: .dashes))
      }
      curves.append(LinePlot.Curve(label: "residue", x: volts, y: fit.residue))
      return PictureSheet.Panel.plot(
        LinePlot(
          title: "\(name.replacing("_", with: " ")): \(Words.number(100 * fit.composition, 1)) % "
            + "LiFePO4, R \(Words.short(fit.rFactor))",
          horizontal: LinePlot.Axis("photon energy", unit: "eV"),
          vertical: LinePlot.Axis("optical density"),
          curves: curves
        )
      )
    }
    return PictureSheet(title: "\(name): spectra", panels: Array(panels), columns: 2)
  }

  // MARK: - Figures S10 and S11

  private var comparisonSheet: PictureSheet {
    var panels: [PictureSheet.Panel] = []
    var ways: [(name: String, lithiated: Image, delithiated: Image, composition: Image)] = []
    if let maps, let phases = fit.phases {
      ways.append(
        (
          "2-D, whole spectra", maps.coefficients[phases.lithiated],
          maps.coefficients[phases.delithiated], masked(maps.composition)
        )
      )
    }
    if let twoEnergies {
      ways.append(
        (
          "2-D, two energies", twoEnergies.lithiated, twoEnergies.delithiated,
          masked(twoEnergies.composition)
        )
      )
    }
    if let images = tomogram?.images {
      ways.append(
        (
          "3-D, two energies", images.lithiated, images.delithiated, masked(images.composition)
        )
      )
    }
    for way in ways {
      panels.append(
        .chemistry(chemicalPicture(way.lithiated, way.delithiated, title: way.name))
      )
    }
    for way in ways { panels.append(.image(compositionPicture(way.composition, way.name))) }
    for way in ways {
      panels.append(.color(segmentationPicture(way.composition, way.name)))
    }
    panels.append(.plot(mismatchPlot))
    return PictureSheet(
      title: "\(name): three ways to the same map",
      panels: panels,
      columns: max(ways.count, 1)
    )
  }

  private var mismatchPlot: LinePlot {
    LinePlot(
      title: "pixels whose phase differs from that of whole spectra",
      horizontal: LinePlot.Axis("segmentation threshold X", unit: "%"),
      vertical: LinePlot.Axis("mismatch", unit: "%"),
      curves: mismatchCurves.map { curve in
        LinePlot.Curve(
          label: curve.name == "mismatch_2d_2e" ? "2-D, two energies" : "3-D, two energies",
          x: PhaseSegmentation.publishedThresholds,
          y: curve.percent,
          style: .dots
        )
      }
    )
  }

  /// Red LFP-rich, green mixed, blue FP-rich, as the paper has it.
  private func segmentationPicture(_ composition: Image, _ title: String) -> ColorPicture {
    let segmentation = PhaseSegmentation(threshold: Self.segmentationThreshold)
    return ColorPicture(
      shape: composition.shape,
      colors: composition.values.map { value in
        switch segmentation.phase(of: value) {
        case .empty: RGBColor(gray: 0)
        case .lithiated: RGBColor(red: 0.9, green: 0.15, blue: 0.12)
        case .mixed: RGBColor(red: 0.2, green: 0.7, blue: 0.25)
        case .delithiated: RGBColor(red: 0.15, green: 0.3, blue: 0.95)
        }
      },
      title:
        "\(title), X = \(Int(Self.segmentationThreshold)) %: red LFP-rich, green mixed, blue FP-rich",
      pixelSize: stack.pixelSize
    )
  }

  // MARK: -

  func chemicalPicture(
    _ lithiated: Image,
    _ delithiated: Image,
    title: String
  ) -> ChemicalPicture {
    ChemicalPicture(
      lithiated: lithiated,
      delithiated: delithiated,
      title: title,
      pixelSize: stack.pixelSize,
      quantity: "iron",
      unit: fit.references.unit == .perMicrometer ? "µm" : ""
    )
  }

  private func compositionPicture(_ composition: Image, _ title: String) -> ImagePicture {
    ImagePicture(
      composition,
      title: "\(title): LiFePO4 share",
      pixelSize: stack.pixelSize,
      quantity: "LFP / (LFP + FP)",
      range: .given(0...1)
    )
  }

  /// NaN where there is too little iron.
  func masked(_ image: Image) -> Image {
    var image = image
    for i in image.values.indices where !hasIron[i] { image.values[i] = .nan }
    return image
  }
}
