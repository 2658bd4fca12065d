// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Reporting

// What a partially coherent probe and refined positions add to the pictures.
extension ScanResult {
  /// The title of the strongest mode's modulus.
  var probeTitle: String {
    object.weakerModes.isEmpty ? "probe, modulus" : "probe, mode 1: \(power(of: 0))"
  }

  /// The modulus of each weaker mode, with its part of the power.
  var modePanels: [PictureSheet.Panel] {
    object.weakerModes.enumerated().map { number, mode in
      panel(
        Image(shape: mode.shape, values: mode.values.map(\.modulus)),
        "probe, mode \(number + 2): \(power(of: number + 1))",
        "|P|",
        "sqrt(photon)",
        .sequential
      )
    }
  }

  private func power(of mode: Int) -> String {
    "\(Self.rounded(100 * modePowers[mode], 2)) % of the power"
  }

  /// Where frames were told to lie and, by lines from there, where they were found; nil where
  /// positions are as told.
  ///
  /// The lines are drawn longer than they are, so that they can be seen.
  var positionPlot: LinePlot? {
    guard let shift = positionShift, let region = ScanRegion(around: toldPositions) else {
      return nil
    }
    let width = region.x.upperBound - region.x.lowerBound
    let height = region.y.upperBound - region.y.lowerBound
    let step = max(width, height) / Double(toldPositions.count).squareRoot()
    let factor = max(1, (0.5 * step / shift.meters).rounded())
    var x: [Double] = []
    var y: [Double] = []
    for (told, refined) in zip(toldPositions, positions) {
      x += [told.x, told.x + factor * (refined.x - told.x), .nan].map { $0 * 1e6 }
      y += [told.y, told.y + factor * (refined.y - told.y), .nan].map { $0 * 1e6 }
    }
    let pixels = Self.rounded(shift.meters / object.pixelSize.meters, 2)
    return LinePlot(
      title: "positions refined by \(pixels) pixels rms, drawn \(Int(factor)) times longer",
      horizontal: LinePlot.Axis("x", unit: "µm"),
      vertical: LinePlot.Axis("y (down)", unit: "µm"),
      curves: [
        LinePlot.Curve(label: "told to refined", x: x, y: y),
        LinePlot.Curve(
          label: "told",
          x: toldPositions.flatMap { [$0.x * 1e6, .nan] },
          y: toldPositions.flatMap { [$0.y * 1e6, .nan] },
          style: .dots
        ),
      ]
    )
  }
}
