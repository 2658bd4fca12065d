// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import Reporting

/// What the optical densities at both energies say together.
struct PolarFigures {
  /// Where a phase lies among the polar angles, and how it is drawn.
  private struct Phase {
    let name: String
    let color: RGBColor
    /// The polar angle where it is rich in that phase from, degrees.
    let limit: Double
    /// Its peak in the histogram.
    let peak: GaussianPeak?
  }

  let histogram: PolarHistogram
  let fit: TwoGaussianFit?
  let peaks: PhasePeaks?
  /// Whether the density below the edge was taken from both others.
  let subtractsPreEdge: Bool
  /// Whether LiFePO₄ is the phase at the smaller angles.
  let lithiatedIsLower: Bool
  private let correlation: DensityCorrelation
  /// The phase at the smaller angles and that at the larger ones.
  private let phases: (lower: Phase, upper: Phase)
  private let energies: (first: String, second: String)

  /// Counts the voxels of a tomogram; nil where it has no chemistry.
  init?(_ contents: ReportContents) {
    guard let record = contents.record, let chemistry = record.chemistry,
      let densities = contents.chemicalDensities,
      let choice = ChemicalEnergies(of: record.energies, by: contents.chemistry)
    else { return nil }
    let (first, second) = (densities.first, densities.second)
    histogram = PolarHistogram(polarAngle: chemistry.polarAngle, first: first, second: second)
    let fit = histogram.twoGaussianFit()
    self.fit = fit
    let relation = densities.inversion.polarComposition
    peaks = fit.map { PhasePeaks($0, relation) }
    correlation = DensityCorrelation(first: first.values, second: second.values)
    subtractsPreEdge = densities.preEdge != nil
    let threshold = contents.chemistry.segmentationThreshold / 100
    // Which of them has the smaller angles follows the order of the energies.
    lithiatedIsLower = relation.lithiatedIsLower
    let lithiated = Phase(
      name: "LFP",
      color: PhaseColors.lithiated,
      limit: relation.angle(ofComposition: 1 - threshold),
      peak: lithiatedIsLower ? fit?.low : fit?.high
    )
    let delithiated = Phase(
      name: "FP",
      color: PhaseColors.delithiated,
      limit: relation.angle(ofComposition: threshold),
      peak: lithiatedIsLower ? fit?.high : fit?.low
    )
    phases = lithiatedIsLower ? (lithiated, delithiated) : (delithiated, lithiated)
    energies = (record.energyName(choice.first), record.energyName(choice.second))
  }

  /// How often pairs occur, with lines at the limits of the phases.
  var correlationPlot: LinePlot {
    let (right, top) = (correlation.firstLimit, correlation.secondLimit)
    func ray(_ degrees: Double) -> (x: [Double], y: [Double]) {
      let slope = tan(degrees * .pi / 180)
      return slope * right <= top
        ? ([0, right], [0, slope * right]) : ([0, top / slope], [0, top])
    }
    let rays = [(phases.lower, "below"), (phases.upper, "above")]
    let less = subtractsPreEdge ? ", less the pre-edge" : ""
    var plot = LinePlot(
      title: "optical densities of the voxels",
      horizontal: LinePlot.Axis(
        "OD at \(energies.first)\(less)",
        unit: "per voxel",
        range: 0...right
      ),
      vertical: LinePlot.Axis(
        "OD at \(energies.second)\(less)",
        unit: "per voxel",
        range: 0...top
      ),
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
      curves.append(curve("sum of two Gaussians", fit.value, nil, .line))
      for phase in [phases.lower, phases.upper] {
        guard let peak = phase.peak else { continue }
        curves.append(curve("\(phase.name)-like", peak.value, phase.color, .dashes))
      }
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
    let (lower, upper) = phases
    plot.bands = [
      LinePlot.Band(label: "\(lower.name)-rich", range: 0...lower.limit, color: lower.color),
      LinePlot.Band(label: "mixed", range: lower.limit...upper.limit, color: PhaseColors.mixed),
      LinePlot.Band(label: "\(upper.name)-rich", range: upper.limit...90, color: upper.color),
    ]
    return plot
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
