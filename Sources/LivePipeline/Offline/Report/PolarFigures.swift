// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import Reporting

/// What the optical densities at both energies say together.
struct PolarFigures {
  let histogram: PolarHistogram
  let fit: TwoGaussianFit?
  let peaks: PhasePeaks?
  private let correlation: DensityCorrelation
  private let relation: PolarComposition
  private let threshold: Double
  private let energies: (first: String, second: String)

  /// Counts the voxels of a tomogram; nil where it has no chemistry.
  init?(_ contents: ReportContents) {
    guard let record = contents.record, let chemistry = record.chemistry,
      let place = contents.chemicalEnergies
    else { return nil }
    let (first, second) = (record.volumes[place.first], record.volumes[place.second])
    histogram = PolarHistogram(polarAngle: chemistry.polarAngle, first: first, second: second)
    fit = histogram.twoGaussianFit()
    relation = PolarComposition(matrix: contents.chemicalMatrix)
    peaks = fit.map { [relation] in PhasePeaks($0, relation) }
    correlation = DensityCorrelation(first: first.values, second: second.values)
    threshold = contents.chemistry.segmentationThreshold / 100
    energies = (record.energyName(place.first), record.energyName(place.second))
  }

  /// A phase that is told by its polar angle.
  private struct Phase {
    /// Its name: LFP, FP.
    var name: String
    /// Between it and the mixed one, degrees.
    var limit: Double
    var color: RGBColor
  }

  /// The two rich phases, the one of the smaller angles first; which one depends on the energies' order.
  private var phases: (low: Phase, high: Phase) {
    let lithiated = Phase(
      name: "LFP",
      limit: relation.angle(ofComposition: 1 - threshold),
      color: PhaseColors.lithiated
    )
    let delithiated = Phase(
      name: "FP",
      limit: relation.angle(ofComposition: threshold),
      color: PhaseColors.delithiated
    )
    return lithiated.limit <= delithiated.limit
      ? (lithiated, delithiated) : (delithiated, lithiated)
  }

  /// How often pairs occur, with lines at the limits of the phases.
  var correlationPlot: LinePlot {
    let (right, top) = (correlation.firstLimit, correlation.secondLimit)
    func ray(_ degrees: Double) -> (x: [Double], y: [Double]) {
      let slope = tan(degrees * .pi / 180)
      return slope * right <= top
        ? ([0, right], [0, slope * right]) : ([0, top / slope], [0, top])
    }
    let rays = [(phases.low, "below"), (phases.high, "above")]
    var plot = LinePlot(
      title: "optical densities of the voxels",
      horizontal: LinePlot.Axis("OD at \(energies.first)", unit: "per voxel", range: 0...right),
      vertical: LinePlot.Axis("OD at \(energies.second)", unit: "per voxel", range: 0...top),
      curves: rays.map { phase, side in
        let (x, y) = ray(phase.limit)
        return LinePlot.Curve(
          label: "\(phase.name)-rich \(side) (\(ReportWords.number(phase.limit))°)",
          x: x,
          y: y,
          style: .dashes,
          color: phase.color
        )
      }
    )
    plot.backdrop = LinePlot.Backdrop(
      correlation.counts,
      horizontal: 0...right,
      vertical: 0...top,
      quantity: "number",
      unit: "voxels per cell",
      isLogarithmic: true
    )
    return plot
  }

  /// The histogram on a logarithmic axis, with the two Gaussians.
  var histogramPlot: LinePlot {
    let highest = histogram.weights.max() ?? 1
    let bottom = max(highest * 1e-4, .leastNormalMagnitude)
    var curves = [
      LinePlot.Curve(
        label: "voxels",
        x: histogram.centers,
        y: histogram.weights,
        style: .bars,
        color: RGBColor(gray: 0.55)
      )
    ]
    if let fit {
      func curve(
        _ label: String,
        _ value: (Double) -> Double,
        _ color: RGBColor?,
        _ style: LinePlot.CurveStyle
      ) -> LinePlot.Curve {
        // Far from a peak it is below the axis.
        let heights = histogram.centers.map { max(value($0), bottom / 10) }
        return LinePlot.Curve(
          label: label,
          x: histogram.centers,
          y: heights,
          style: style,
          color: color
        )
      }
      curves += [
        curve("sum of two Gaussians", fit.value, nil, .line),
        curve("\(phases.low.name)-like", fit.low.value, phases.low.color, .dashes),
        curve("\(phases.high.name)-like", fit.high.value, phases.high.color, .dashes),
      ]
    }
    var plot = LinePlot(
      title: "polar angles of the voxels with iron",
      horizontal: LinePlot.Axis("polar angle", unit: "degree", range: 0...90),
      vertical: LinePlot.Axis(
        "weight of the voxels",
        unit: "OD per \(ReportWords.number(histogram.binWidth))°",
        isLogarithmic: true,
        range: bottom...highest * 6
      ),
      curves: curves,
      markers: fit.map { fit in
        [fit.low, fit.high].map {
          LinePlot.Threshold(label: "\(ReportWords.number($0.center))°", value: $0.center)
        }
      } ?? []
    )
    plot.bands = [
      band("\(phases.low.name)-rich", from: 0, to: phases.low.limit, phases.low.color),
      band("mixed", from: phases.low.limit, to: phases.high.limit, PhaseColors.mixed),
      band("\(phases.high.name)-rich", from: phases.high.limit, to: 90, phases.high.color),
    ]
    return plot
  }

  /// A tint between two angles; a matrix with negative entries may have limits beyond the axis.
  private func band(
    _ label: String,
    from low: Double,
    to high: Double,
    _ color: RGBColor
  ) -> LinePlot.Band {
    let start = min(max(low, 0), 90)
    return LinePlot.Band(label: label, range: start...min(max(high, start), 90), color: color)
  }
}

/// The colours of the three phases, as the paper has them; they differ in lightness, too.
enum PhaseColors {
  static let lithiated = RGBColor(red: 0.86, green: 0.16, blue: 0.13)
  static let mixed = RGBColor(red: 0.45, green: 0.82, blue: 0.35)
  static let delithiated = RGBColor(red: 0.16, green: 0.33, blue: 0.90)
  static let empty = RGBColor(gray: 0.06)

  /// The legend of a segmentation.
  static let key = [
    ColorKey("LFP-rich", lithiated), ColorKey("mixed", mixed), ColorKey("FP-rich", delithiated),
    ColorKey("no iron", empty),
  ]

  /// The colour of a phase label.
  static func color(of label: Float) -> RGBColor {
    switch ChemicalPhase(rawValue: UInt8(label.isFinite ? max(0, min(3, label)) : 0)) {
    case .lithiated: lithiated
    case .mixed: mixed
    case .delithiated: delithiated
    default: empty
    }
  }
}
