// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage
import Imaging
import Reporting

extension TomogramResult {
  /// Draws the middle slices and what tells how good they are.
  ///
  /// - Parameter output: The result file; the pictures stand beside it, NAME.png (slices) and
  ///   NAME-quality.png (residuals, shifts, some of the aligned projections).
  /// - Returns: The paths of the pictures.
  /// - Throws: `PipelineError` where one cannot be written.
  public func drawPictures(beside output: String) throws(PipelineError) -> [String] {
    let stem = Self.stem(output)
    let paths = ["\(stem).png", "\(stem)-quality.png"]
    do throws(PictureError) {
      try writePicture(VolumeSlices.sheet(of: record), to: paths[0])
      try writePicture(qualitySheet, to: paths[1])
    } catch {
      throw PipelineError(.output, error.description)
    }
    return paths
  }

  var qualitySheet: PictureSheet {
    var panels: [PictureSheet.Panel] = []
    if record.sweepResiduals.contains(where: { !$0.isEmpty }) { panels.append(.plot(convergence)) }
    panels += [.plot(residualPlot), .plot(shiftPlot)]
    panels += projectionPanels
    return PictureSheet(title: "\(record.name): how good it is", panels: panels, columns: 3)
  }

  private var convergence: LinePlot {
    LinePlot(
      title: "what the rays meet, sweep by sweep",
      horizontal: LinePlot.Axis("sweep"),
      vertical: LinePlot.Axis("RMS residual", unit: record.unitName, isLogarithmic: true),
      curves: record.sweepResiduals.enumerated().map { energy, residuals in
        LinePlot.Curve(
          label: label(energy),
          x: residuals.indices.map { Double($0 + 1) },
          y: residuals,
          style: .dots
        )
      }
    )
  }

  private var residualPlot: LinePlot {
    let order = byAngle
    return LinePlot(
      title: "projection minus re-projection",
      horizontal: LinePlot.Axis("tilt", unit: "degree"),
      vertical: LinePlot.Axis("RMS residual", unit: record.unitName),
      curves: record.residuals.enumerated().map { energy, residuals in
        LinePlot.Curve(
          label: label(energy),
          x: order.map { record.tilts[$0].degrees },
          y: order.map { residuals[$0] },
          style: .dots
        )
      }
    )
  }

  private var shiftPlot: LinePlot {
    let order = byAngle
    let angles = order.map { record.tilts[$0].degrees }
    func values(_ value: (PixelShift) -> Double) -> [Double] {
      order.map { record.accepted[$0] ? value(record.shifts[$0]) : .nan }
    }
    return LinePlot(
      title: "shift applied to each tilt",
      horizontal: LinePlot.Axis("tilt", unit: "degree"),
      vertical: LinePlot.Axis("shift", unit: "pixel"),
      curves: [
        LinePlot.Curve(label: "columns (x)", x: angles, y: values(\.columns), style: .dots),
        LinePlot.Curve(
          label: "rows (y, along the axis)",
          x: angles,
          y: values(\.rows),
          style: .dots
        ),
      ]
    )
  }

  /// Three of the aligned projections: at either end, and nearest to zero.
  private var projectionPanels: [PictureSheet.Panel] {
    let taking = byAngle.filter { record.accepted[$0] }
    guard let first = taking.first, let last = taking.last,
      let middle = taking.min(by: { abs(record.tilts[$0].degrees) < abs(record.tilts[$1].degrees) })
    else { return [] }
    let chosen = [first, middle, last]
    let highest = chosen.flatMap { record.projections[0][$0].values }.max() ?? 1
    return chosen.map { tilt in
      .image(
        ImagePicture(
          lit(record.projections[0][tilt], record.coverage[0][tilt]),
          title: "projection at \(Words.number(record.tilts[tilt].degrees)) degrees"
            + (record.energies.count > 1 ? ", \(energyWords(0))" : ""),
          pixelSize: record.voxelSize,
          quantity: record.unitName,
          colorMap: .gray,
          range: .given(0...Double(max(highest, 1e-6)))
        )
      )
    }
  }

  /// What was measured; the rest is drawn as no data.
  private func lit(_ image: Image, _ coverage: Image) -> Image {
    var lit = image
    for i in lit.values.indices where coverage.values[i] <= 0 { lit.values[i] = .nan }
    return lit
  }

  private func label(_ energy: Int) -> String {
    record.energies.count > 1 ? energyWords(energy) : ""
  }

  private var byAngle: [Int] {
    record.tilts.indices.sorted { (record.tilts[$0], places[$0]) < (record.tilts[$1], places[$1]) }
  }
}
