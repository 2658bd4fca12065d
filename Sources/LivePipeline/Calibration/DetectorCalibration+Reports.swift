// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Preprocessing
import Reporting

// What the attenuator and the photons come to, and the pictures that they rest on.
extension DetectorCalibration {
  func attenuatorReport(
    _ results: [(RecordedExposures.Series, AttenuatorCalibration.Result, MeanPicture)]
  ) -> CalibrationReport {
    var report = CalibrationReport(
      lines: [],
      yaml: [],
      sheet: PictureSheet(panels: []),
      warnings: []
    )
    let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
    let pixel = configuration.detector.pixelSize.meters
    for (series, result, mean) in results {
      let name = "\(Words.number(series.energy.electronVolts, 2)) eV"
      let transmission = result.transmission
      let percent = Words.number(100 * transmission.relativeUncertainty)
      report.lines.append(
        "transmission at \(name): \(Words.pair(transmission)) (\(percent) %), "
          + "\(Int(result.photonsBehind.rounded())) photons behind the disc's edge in "
          + series.words(result.frameCount)
      )
      if let edge = result.edge {
        report.lines.append(
          "  disc: radius \(Words.pair(result.radius)) px "
            + "(\(Words.short(result.radius.value * pixel)) m), middle "
            + "[\(Words.number(edge.middle.row - middle, 2)), "
            + "\(Words.number(edge.middle.column - middle, 2))] ± "
            + "\(Words.number(edge.middleUncertainty, 2)) px off the middle of the picture, "
            + "edge seen on \(Words.number(100 * edge.coverage, 0)) % of the rays"
        )
      } else {
        report.warnings.append(
          "no edge of the disc was found at \(name); its configured place and radius were used"
        )
      }
      if transmission.relativeUncertainty > 0.1 {
        report.warnings.append(
          "the transmission at \(name) is uncertain by \(percent) %; more frames, longer exposures "
            + "or a strongly scattering sample make it better"
        )
      }
      report.sheet.panels += attenuatorPanels(result, mean, name)
    }
    let rows = results.map { series, result, _ in
      "[\(ConfigurationValue.shortest(series.energy.electronVolts)), "
        + "\(Words.short(result.transmission.value))]"
    }
    report.yaml = ["preprocessing:", "  attenuator:"]
    // The disc is the same at every energy: the sharpest finding stands for it.
    let best = results.compactMap { $0.1.edge }.min { $0.middleUncertainty < $1.middleUncertainty }
    if let best {
      report.yaml.append("    radius_m: \(Words.short(best.radius.value * pixel))")
    }
    report.yaml.append("    transmissions: [\(rows.joined(separator: ", "))]")
    if let best {
      report.yaml.append(
        "    offset_px: [\(Words.number(best.middle.row - middle, 2)), "
          + "\(Words.number(best.middle.column - middle, 2))]"
      )
    }
    report.sheet.title = "attenuator"
    report.sheet.columns = 2
    return report
  }

  private func attenuatorPanels(
    _ result: AttenuatorCalibration.Result,
    _ mean: MeanPicture,
    _ name: String
  ) -> [PictureSheet.Panel] {
    var picture = MarkedPicture(
      mean.countedMean,
      around: result.middle,
      reach: Int(result.radius.value * 1.45),
      decades: 3
    )
    picture.addCircle(result.middle, radius: result.radius.value, MarkedPicture.found)
    let rings = result.rings.filter { $0.photons > 0 }
    let fitted = result.rings.filter { $0.fitted > 0 }
    let (inside, outside) = (fitted.filter { $0.distance < 0 }, fitted.filter { $0.distance > 0 })
    let plot = LinePlot(
      title: "across the edge, \(name): T = \(Words.pair(result.transmission))",
      horizontal: LinePlot.Axis("distance from the edge", unit: "px"),
      vertical: LinePlot.Axis("photons on a pixel in a frame", isLogarithmic: true),
      curves: [
        LinePlot.Curve(
          label: "counted",
          x: rings.map(\.distance),
          y: rings.map(\.photons),
          style: .dots
        ),
        LinePlot.Curve(
          label: "fit behind the disc",
          x: inside.map(\.distance),
          y: inside.map(\.fitted)
        ),
        LinePlot.Curve(
          label: "fit beside it",
          x: outside.map(\.distance),
          y: outside.map(\.fitted)
        ),
        LinePlot.Curve(
          label: "beside it, times T",
          x: outside.map(\.distance),
          y: outside.map { $0.fitted * result.transmission.value },
          style: .dashes
        ),
      ],
      markers: [LinePlot.Threshold(label: "edge", value: 0)]
    )
    return [picture.panel("mean pattern, \(name), the edge in red"), .plot(plot)]
  }

  func photonReport(
    _ result: PhotonCalibration.Result,
    _ mean: MeanPicture,
    _ series: RecordedExposures.Series
  ) -> CalibrationReport {
    let energy = series.energy
    let gain = result.aduPerElectronVolt(energy)
    let configured = configuration.preprocessing.aduPerElectronVolt * energy.electronVolts
    var lines = [
      "photon at \(Words.number(energy.electronVolts, 2)) eV: "
        + "\(Words.pair(result.aduPerPhoton)) ADU (configured \(Words.number(configured, 2)))",
      "  adu_per_eV: \(Words.pair(gain))",
      "  noise: \(Words.pair(result.noise)) ADU RMS, zero peak at \(Words.pair(result.offset)) ADU",
      "  from \(Int(result.singlePhotons.value.rounded())) single photons on "
        + "\(result.histogram.pixels.count) weakly lit pixels in "
        + "\(series.words(mean.frameCount)), chi square "
        + "\(Words.number(result.chiSquare, 2)) for each degree of freedom",
      "  shared between pixels: \(Words.number(100 * result.sharedPart)) % of the photons",
    ]
    var warnings: [String] = []
    if let transfer = result.photonTransfer {
      lines.append("  check by variance over mean: \(Words.pair(transfer)) ADU")
      let off = abs(transfer.value - result.aduPerPhoton.value)
      if off > 3 * transfer.uncertainty, off > 0.1 * result.aduPerPhoton.value {
        warnings.append(
          "variance over mean does not agree with the peak; photons whose charge is shared, or light "
            + "that is not steady, do that. Look at the histogram"
        )
      }
    }
    // With many photons the smallest misfit makes χ² large; it matters where it can be seen.
    let misfit = (max(result.chiSquare - 1, 0) * 100 / max(result.histogram.total, 1)).squareRoot()
    if misfit > 0.05 {
      warnings.append("the peaks fit poorly; look at the histogram before using the value")
    }
    return CalibrationReport(
      lines: lines,
      yaml: ["preprocessing:", "  adu_per_eV: \(Words.short(gain.value))"],
      sheet: PictureSheet(title: "photons", panels: [.plot(Self.histogramPlot(result))]),
      warnings: warnings
    )
  }

  private static func histogramPlot(_ result: PhotonCalibration.Result) -> LinePlot {
    let histogram = result.histogram
    let bins = histogram.counts.indices.filter {
      histogram.middle(of: $0) < 4.5 * result.aduPerPhoton.value
    }
    let used = bins.filter { histogram.counts[$0] > 0 }
    let fitted = bins.filter { result.fitted[$0] > 0.5 }
    return LinePlot(
      title: "weakly lit pixels: a photon makes \(Words.pair(result.aduPerPhoton)) ADU",
      horizontal: LinePlot.Axis("value of a cleaned pixel", unit: "ADU"),
      vertical: LinePlot.Axis("values in a bin", isLogarithmic: true),
      curves: [
        LinePlot.Curve(
          label: "counted",
          x: used.map { histogram.middle(of: $0) },
          y: used.map { histogram.counts[$0] },
          style: .bars
        ),
        LinePlot.Curve(
          label: "fit",
          x: fitted.map { histogram.middle(of: $0) },
          y: fitted.map { result.fitted[$0] }
        ),
      ],
      markers: (1...3).map {
        LinePlot.Threshold(
          label: $0 == 1 ? "1, 2, 3 photons" : "",
          value: result.offset.value + Double($0) * result.aduPerPhoton.value
        )
      }
    )
  }
}

extension Words {
  /// A value with its uncertainty, to the digits that matter: "25.02 ± 0.03".
  static func pair(_ value: CalibratedValue) -> String {
    guard value.uncertainty.isFinite, value.uncertainty > 0 else { return short(value.value) }
    guard abs(value.value) >= 0.01 || value.uncertainty >= 0.001 else {
      return "\(short(value.value)) ± \(String(format: "%.1e", value.uncertainty))"
    }
    var decimals = 0
    var step = 1.0
    while step > value.uncertainty / 2, decimals < 6 {
      step /= 10
      decimals += 1
    }
    return "\(number(value.value, decimals)) ± \(number(value.uncertainty, decimals))"
  }
}
