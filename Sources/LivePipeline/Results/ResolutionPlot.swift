// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Reporting

/// The shell correlations of a tomogram's energies, as a picture shows them.
enum ResolutionPlot {
  /// Draws one curve for each energy with both thresholds; the half periods stand in the legend.
  ///
  /// - Parameters:
  ///   - resolutions: The correlations.
  ///   - labels: What each is called, as "708.2 eV".
  ///   - title: What stands above.
  /// - Returns: The plot.
  static func plot(
    _ resolutions: [TomogramResolution],
    labels: [String],
    title: String
  ) -> LinePlot {
    var curves = zip(resolutions, labels).map { resolution, label in
      LinePlot.Curve(
        label: "\(label): \(words(resolution))",
        x: resolution.frequencies,
        y: resolution.correlations
      )
    }
    if let first = resolutions.first {
      curves.append(
        LinePlot.Curve(
          label: "1/2 bit",
          x: first.frequencies,
          y: first.halfBitThreshold,
          style: .dashes,
          color: RGBColor(gray: 0.45)
        )
      )
    }
    let low = resolutions.flatMap(\.correlations).min() ?? 0
    return LinePlot(
      title: title,
      horizontal: LinePlot.Axis("spatial frequency, one over the full period", unit: "1/nm"),
      vertical: LinePlot.Axis("Fourier shell correlation", range: min(low, 0)...1),
      curves: curves,
      thresholds: [LinePlot.Threshold(label: "0.5", value: 0.5)],
      markers: resolutions.filter(\.halfPeriodAtHalfBit.meters.isFinite).enumerated().map {
        // One entry of the legend for all of them.
        LinePlot.Threshold(
          label: $0.offset == 0 ? "end of detail by 1/2 bit" : "",
          value: 0.5 / $0.element.halfPeriodAtHalfBit.nanometers
        )
      }
    )
  }

  /// Both half periods of one energy.
  private static func words(_ resolution: TomogramResolution) -> String {
    func period(_ length: Length) -> String {
      length.meters.isFinite ? "\(inTenths(length.nanometers)) nm" : "nothing"
    }
    return "\(period(resolution.halfPeriodAtHalfBit)) half period (1/2 bit), "
      + "\(period(resolution.halfPeriodAtOneHalf)) (0.5)"
  }
}
