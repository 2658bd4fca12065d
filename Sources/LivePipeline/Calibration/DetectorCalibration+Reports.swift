// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Preprocessing
import Reporting

// What each calibration says, and the picture that it rests on.
extension DetectorCalibration {
  func attenuatorReport(
    _ results: [(PhotonEnergy, AttenuatorCalibration.Result, MeanPicture)]
  ) -> CalibrationReport {
    var report = CalibrationReport(
      lines: [],
      yaml: [],
      sheet: PictureSheet(panels: []),
      warnings: []
    )
    let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
    let pixel = configuration.detector.pixelSize.meters
    for (energy, result, mean) in results {
      let name = "\(Words.number(energy.electronVolts, 2)) eV"
      let transmission = result.transmission
      let percent = Words.number(100 * transmission.relativeUncertainty)
      report.lines.append(
        "transmission at \(name): \(Words.pair(transmission)) (\(percent) %), "
          + "\(Int(result.photonsBehind.rounded())) photons behind the disc's edge in "
          + Words.count(result.frameCount, "frame")
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
    let rows = results.map { energy, result, _ in
      "[\(ConfigurationValue.shortest(energy.electronVolts)), "
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
    _ energy: PhotonEnergy
  ) -> CalibrationReport {
    let gain = result.aduPerElectronVolt(energy)
    let configured = configuration.preprocessing.aduPerElectronVolt * energy.electronVolts
    var lines = [
      "photon at \(Words.number(energy.electronVolts, 2)) eV: "
        + "\(Words.pair(result.aduPerPhoton)) ADU (configured \(Words.number(configured, 2)))",
      "  adu_per_eV: \(Words.pair(gain))",
      "  noise: \(Words.pair(result.noise)) ADU RMS, zero peak at \(Words.pair(result.offset)) ADU",
      "  from \(Int(result.singlePhotons.value.rounded())) single photons on "
        + "\(result.histogram.pixels.count) weakly lit pixels in "
        + "\(Words.count(mean.frameCount, "frame")), chi square "
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
    if result.chiSquare > 5 {
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

  func centerReport(
    _ result: CenterCalibration.Result,
    _ calibration: CenterCalibration,
    _ mean: MeanPicture,
    _ energy: PhotonEnergy
  ) -> CalibrationReport {
    let center = result.center
    let words = "[\(Words.number(center.row, 2)), \(Words.number(center.column, 2))]"
    var warnings: [String] = []
    let expected = calibration.expectedRadius
    if abs(result.radius.value - expected) > max(0.05 * expected, 3 * result.radius.uncertainty) {
      warnings.append(
        "the cone's radius is \(Words.pair(result.radius)) px, where the zone plate and the distance "
          + "say \(Words.number(expected, 2)) px: check probe.outer_zone_width_m and "
          + "preprocessing.detector_distance_m"
      )
    }
    if result.uncertainty > 0.3 {
      warnings.append(
        "the centre is uncertain by more than 0.3 px; use more frames, or a scan of an empty place"
      )
    }
    var picture = MarkedPicture(
      mean.mean,
      around: center,
      reach: Int(1.8 * result.radius.value),
      decades: 2
    )
    picture.addCircle(center, radius: result.radius.value, MarkedPicture.found)
    picture.addCross(center, arm: 4, MarkedPicture.found)
    return CalibrationReport(
      lines: [
        "direct beam at \(Words.number(energy.electronVolts, 2)) eV: \(words) ± "
          + "\(Words.number(result.uncertainty, 2)) px, by "
          + Words.count(result.frameCount, "frame"),
        "  cone: radius \(Words.pair(result.radius)) px (expected \(Words.number(expected, 2))), "
          + "edge seen on \(Words.number(100 * result.edge.coverage, 0)) % of the rays",
      ],
      yaml: ["preprocessing:", "  center_px: \(words)"],
      sheet: PictureSheet(
        title: "direct beam",
        panels: [
          picture.panel("mean pattern, the cone's edge in red"),
          .plot(Self.radialPlot(mean.mean, result)),
        ],
        columns: 2
      ),
      warnings: warnings
    )
  }

  private static func radialPlot(_ image: Image, _ result: CenterCalibration.Result) -> LinePlot {
    let reach = Int(2 * result.radius.value)
    var sums = [Double](repeating: 0, count: 2 * reach)
    var counts = sums
    for row in 0..<image.shape.rows {
      for column in 0..<image.shape.columns where image[row, column].isFinite {
        let y = Double(row) - result.center.row
        let x = Double(column) - result.center.column
        let ring = Int(2 * (x * x + y * y).squareRoot())
        guard ring < sums.count else { continue }
        sums[ring] += Double(image[row, column])
        counts[ring] += 1
      }
    }
    let rings = sums.indices.filter { counts[$0] > 0 }
    return LinePlot(
      title: "around \(Words.number(result.center.row, 2)), "
        + "\(Words.number(result.center.column, 2))",
      horizontal: LinePlot.Axis("distance from the centre", unit: "px"),
      vertical: LinePlot.Axis("mean", unit: "ADU"),
      curves: [
        LinePlot.Curve(
          label: "mean over the azimuth",
          x: rings.map { (Double($0) + 0.5) / 2 },
          y: rings.map { sums[$0] / counts[$0] },
          style: .dots
        )
      ],
      markers: [LinePlot.Threshold(label: "edge", value: result.radius.value)]
    )
  }

  func badPixelReport(
    _ result: BadPixelCalibration.Result,
    _ mean: MeanPicture
  ) -> CalibrationReport {
    let kinds = BadPixelCalibration.Fault.allCases.compactMap { fault -> String? in
      let count = result.count(fault)
      return count > 0 ? "\(count) \(fault.rawValue)" : nil
    }
    var warnings: [String] = []
    if result.darkCount < 8 {
      warnings.append(
        "with \(Words.count(result.darkCount, "dark")) noise cannot be judged; take eight or more"
      )
    }
    if result.exposureCount < 8 {
      warnings.append(
        "with \(Words.count(result.exposureCount, "exposure")) dead pixels cannot be found; use "
          + "eight or more"
      )
    }
    let limit = 20_000
    if result.pixels.count > limit {
      warnings.append("more pixels are bad than the configuration can list (\(limit))")
    }
    // Known ones stay: their faults may not show in this recording.
    let found = Set(result.pixels.map(\.place))
    let known = configuration.preprocessing.badPixels
    let all = found.union(known).sorted { ($0.row, $0.column) < ($1.row, $1.column) }
    let list = all.prefix(limit).map { "[\($0.row), \($0.column)]" }.joined(separator: ", ")
    let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
    var picture = MarkedPicture(
      mean.mean,
      around: PicturePosition(row: middle, column: middle),
      reach: 480,
      decades: 3
    )
    for pixel in result.pixels {
      let place = PicturePosition(row: Double(pixel.place.row), column: Double(pixel.place.column))
      picture.addCircle(place, radius: 9, MarkedPicture.found)
    }
    let isKnown = known.isEmpty ? "" : ", \(known.count) were known already and stay in the list"
    return CalibrationReport(
      lines: [
        "bad pixels: \(result.pixels.count) of "
          + "\(FastCCDGeometry.pictureShape.count)\(isKnown); of good ones chance makes "
          + "\(Words.number(result.expectedByChance, 1)) look bad",
        "  by fault: \(kinds.isEmpty ? "none" : kinds.joined(separator: ", "))",
        "  from \(Words.count(result.darkCount, "dark")) and "
          + Words.count(result.exposureCount, "exposure"),
      ],
      yaml: ["preprocessing:", "  bad_pixels: [\(list)]"],
      sheet: PictureSheet(
        title: "bad pixels",
        panels: [picture.panel("mean of the exposures, bad pixels circled")]
      ),
      warnings: warnings
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
