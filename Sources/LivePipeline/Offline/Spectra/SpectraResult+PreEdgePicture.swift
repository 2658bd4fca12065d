// SPDX-License-Identifier: BSD-3-Clause

import ChemicalMapping
import Imaging
import Reporting

extension SpectraResult {
  /// The pre-edge against the peaks: figure S8.
  func preEdgeSheet(_ study: PreEdgeStudy) -> PictureSheet {
    let peaks = study.peaks.values
    let below = zip(study.ratio.values, peaks).map { $0 * $1 }
    let limits = (
      first: 1.05 * Double(peaks.filter(\.isFinite).max() ?? 1),
      second: 1.2 * Double(max(below.filter(\.isFinite).max() ?? 0.1, 1e-3))
    )
    let correlation = DensityCorrelation(
      first: peaks,
      second: below,
      bins: 96,
      limits: limits
    )
    // Drawn with the first axis to the right and the second one upwards.
    var upright = correlation.counts
    let side = upright.shape.rows
    for row in 0..<side {
      for column in 0..<side {
        let count = correlation.counts[side - 1 - row, column]
        upright[row, column] = count > 0 ? count : .nan
      }
    }
    let line = LinePlot(
      title: "pre-edge OD over the mean OD of both peaks",
      horizontal: LinePlot.Axis("mean OD of both peaks", range: 0...limits.first),
      vertical: LinePlot.Axis("pre-edge OD"),
      curves: [
        LinePlot.Curve(
          label: "mean of the pixels",
          x: correlation.firstCenters,
          y: rowMeans(correlation),
          style: .dots
        ),
        LinePlot.Curve(
          label: "slope \(Words.number(study.slope, 4))",
          x: [0, limits.first],
          y: [0, study.slope * limits.first]
        ),
      ]
    )
    return PictureSheet(
      title: "\(name): the pre-edge, correlation \(Words.number(study.correlation, 3))"
        + (preEdgeEffect.map {
          "; taken off, compositions move by \(Words.number(100 * $0.rootMeanSquare, 1)) points RMS"
        } ?? ""),
      panels: [
        .image(
          ImagePicture(
            upright,
            title: "pixels: right OD of the peaks, up pre-edge OD",
            quantity: "pixels"
          )
        ),
        .plot(line),
        .image(
          ImagePicture(
            study.ratio,
            title: "pre-edge OD over OD of the peaks",
            pixelSize: stack.pixelSize,
            quantity: "ratio",
            range: .percentiles(2...98)
          )
        ),
      ],
      columns: 3
    )
  }

  /// The mean pre-edge OD at each OD of the peaks.
  private func rowMeans(_ correlation: DensityCorrelation) -> [Double] {
    let side = correlation.counts.shape.rows
    return (0..<side).map { column in
      var (sum, count) = (0.0, 0.0)
      for row in 0..<side {
        let pixels = Double(correlation.counts[row, column])
        sum += pixels * correlation.secondCenters[row]
        count += pixels
      }
      return count >= 3 ? sum / count : .nan
    }
  }
}
