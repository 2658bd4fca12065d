// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Reporting

// Where the beam falls, and which pixels are bad.
extension DetectorCalibration {
  func centerReport(
    _ result: CenterCalibration.Result,
    _ calibration: CenterCalibration,
    _ mean: MeanPicture,
    _ series: RecordedExposures.Series
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
        "direct beam at \(Words.number(series.energy.electronVolts, 2)) eV: \(words) ± "
          + "\(Words.number(result.uncertainty, 2)) px, by \(series.words(result.frameCount))",
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
    _ mean: Image
  ) -> CalibrationReport {
    let kinds = BadPixelCalibration.Fault.allCases.compactMap { fault -> String? in
      let count = result.count(fault)
      return count > 0 ? "\(count) \(fault.rawValue)" : nil
    }
    var warnings: [String] = []
    if result.darkCount < 10 {
      warnings.append(
        "\(Words.count(result.darkCount, "dark")) tell only the worst of noisy and stuck pixels; take "
          + "ten or more"
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
    let half = Self.halved(mean)
    let middle = Double(half.shape.rows - 1) / 2
    var picture = MarkedPicture(
      half,
      around: PicturePosition(row: middle, column: middle),
      reach: half.shape.rows / 2,
      decades: 3
    )
    for pixel in result.pixels {
      let place = PicturePosition(
        row: (Double(pixel.place.row) - 0.5) / 2,
        column: (Double(pixel.place.column) - 0.5) / 2
      )
      picture.addCircle(place, radius: 5, MarkedPicture.found)
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
      ] + Self.untested(result),
      yaml: ["preprocessing:", "  bad_pixels: [\(list)]"],
      sheet: PictureSheet(
        title: "bad pixels",
        panels: [picture.panel("mean of the exposures, bad pixels circled")]
      ),
      warnings: warnings
    )
  }

  /// What was not tested and why.
  private static func untested(_ result: BadPixelCalibration.Result) -> [String] {
    var lines: [String] = []
    if result.saturatedCount > 0 {
      lines.append(
        "  not testable for light: \(Words.count(result.saturatedCount, "pixel")) in or near saturated "
          + "ones; a shorter exposure would test them"
      )
    }
    if result.dimCount > 0, result.exposureCount >= 8 {
      lines.append(
        "  \(Words.count(result.dimCount, "pixel")) saw fewer than about "
          + "\(Words.number(result.photonsNeeded, 0)) photons, or lie where light changes steeply: not "
          + "tested for light; a pinhole or flood exposure, more frames or more darks would test them"
      )
    }
    return lines
  }

  /// Means of 2 x 2 pixels.
  private static func halved(_ image: Image) -> Image {
    var half = Image(shape: Shape2D(rows: image.shape.rows / 2, columns: image.shape.columns / 2))
    for row in 0..<half.shape.rows {
      for column in 0..<half.shape.columns {
        let four = [(0, 0), (0, 1), (1, 0), (1, 1)]
          .map { image[2 * row + $0, 2 * column + $1] }
          .filter(\.isFinite)
        half[row, column] = four.isEmpty ? .nan : four.reduce(0, +) / Float(four.count)
      }
    }
    return half
  }
}
