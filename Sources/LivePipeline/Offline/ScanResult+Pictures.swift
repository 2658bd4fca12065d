// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Reporting
import ResolutionMetrics

extension ScanResult {
  /// Draws object and probe, and the errors and correlation by which to judge them.
  ///
  /// - Parameter output: The result file; the pictures stand beside it, NAME.png and
  ///   NAME-quality.png.
  /// - Returns: The paths of the pictures.
  /// - Throws: `PipelineError` where one cannot be written.
  public func drawPictures(beside output: String) throws(PipelineError) -> [String] {
    let stem = output.lowercased().hasSuffix(".cxi") ? String(output.dropLast(4)) : output
    let paths = ["\(stem).png", "\(stem)-quality.png"]
    do throws(PictureError) {
      try writePicture(objectSheet, to: paths[0])
      try writePicture(qualitySheet, to: paths[1])
    } catch {
      throw PipelineError(.output, error.description)
    }
    return paths
  }

  /// Object modulus and phase, probe modulus and phase.
  var objectSheet: PictureSheet {
    let view = ObjectView(object)
    let probe = object.probe
    let energy = object.identity.energy.electronVolts
    return PictureSheet(
      title: "\(object.identity.scan), \(Self.rounded(energy, 2)) eV",
      panels: [
        panel(view.modulus, "object, modulus", "|O|", "", .gray),
        panel(view.phase, "object, phase", "phase", "rad", .gray),
        panel(
          Image(shape: probe.shape, values: probe.values.map(\.modulus)),
          probeTitle,
          "|P|",
          "sqrt(photon)",
          .sequential
        ),
        .image(
          ImagePicture(
            Image(shape: probe.shape, values: probe.values.map(\.phase)),
            title: "probe, phase",
            pixelSize: object.pixelSize,
            quantity: "phase",
            unit: "rad",
            colorMap: .cyclic,
            range: .fullTurn
          )
        ),
      ] + modePanels,
      columns: 2
    )
  }

  /// The errors over the iterations and, where there is one, the ring correlation.
  var qualitySheet: PictureSheet {
    var panels = [PictureSheet.Panel.plot(convergencePlot)]
    if let halves { panels.append(.plot(Self.correlationPlot(halves))) }
    if let plot = positionPlot { panels.append(.plot(plot)) }
    return PictureSheet(
      title: "\(object.identity.scan): how good it is",
      panels: panels,
      columns: 2
    )
  }

  func panel(
    _ image: Image,
    _ title: String,
    _ quantity: String,
    _ unit: String,
    _ map: ColorMap
  ) -> PictureSheet.Panel {
    .image(
      ImagePicture(
        image,
        title: title,
        pixelSize: object.pixelSize,
        quantity: quantity,
        unit: unit,
        colorMap: map
      )
    )
  }

  private var convergencePlot: LinePlot {
    LinePlot(
      title: "convergence: data error \(Self.rounded(object.dataError, 4)) at the end",
      horizontal: LinePlot.Axis("iteration"),
      vertical: LinePlot.Axis("error", isLogarithmic: true),
      curves: [
        LinePlot.Curve(
          label: "overlap",
          x: convergence.overlapErrors.indices.map {
            Double(convergence.iterationsBefore + $0 + 1)
          },
          y: convergence.overlapErrors
        ),
        LinePlot.Curve(
          label: "data",
          x: convergence.measuredIterations.map { Double($0) },
          y: convergence.dataErrors,
          style: .dots
        ),
      ]
    )
  }

  private static func correlationPlot(_ halves: HalfScanComparison) -> LinePlot {
    let rings = halves.correlation.rings.filter { $0.frequency <= 0.5 }
    let period = rounded(halves.halfPeriod.nanometers, 1)
    let frequencies = rings.map(\.frequency)
    return LinePlot(
      title: halves.resolution.isLimitedByPixels
        ? "halves agree to the size of a pixel, \(period) nm"
        : "halves agree down to half periods of \(period) nm",
      horizontal: LinePlot.Axis("spatial frequency", unit: "1/pixel", range: 0...0.5),
      vertical: LinePlot.Axis("Fourier ring correlation", range: 0...1),
      curves: [
        LinePlot.Curve(
          label: "every other frame",
          x: frequencies,
          y: rings.map(\.correlation)
        ),
        LinePlot.Curve(
          label: "1/2 bit",
          x: frequencies,
          y: rings.map { CorrelationThreshold.halfBit.value(pixelCount: $0.pixelCount) },
          style: .dashes
        ),
        LinePlot.Curve(
          label: "0.5",
          x: [0, 0.5],
          y: [0.5, 0.5],
          style: .dashes
        ),
      ],
      markers: halves.resolution.frequency > 0
        ? [LinePlot.Threshold(value: halves.resolution.frequency)] : []
    )
  }

  /// A number with so many decimals, trailing zeros left off.
  static func rounded(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "unknown" }
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    return "\((value * scale).rounded() / scale)"
  }
}
