// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import Registration

extension SpectraResult {
  /// What it came to, for a person.
  public var inWords: String {
    let energies = stack.energies
    var lines = [
      Words.line(
        "stack",
        "\(energies.count) energies, \(energies[0].electronVolts) to "
          + "\(energies[energies.count - 1].electronVolts) eV, \(stack.shape.rows) x "
          + "\(stack.shape.columns) pixels"
          + (stack.pixelSize.map { " of \(Words.number($0.nanometers, 2)) nm" } ?? "")
          + (tilt.map { ", tilt \(Words.number($0.degrees, 1)) degrees" } ?? "")
      )
    ]
    if !shifts.isEmpty {
      let rows = shifts.map(\.rows)
      let columns = shifts.map(\.columns)
      lines.append(
        Words.line(
          "shifts",
          "rows \(Words.number(rows.min() ?? 0, 2)) to \(Words.number(rows.max() ?? 0, 2)), columns "
            + "\(Words.number(columns.min() ?? 0, 2)) to \(Words.number(columns.max() ?? 0, 2)) pixels"
        )
      )
    }
    if !placedByNeighbors.isEmpty {
      let list = placedByNeighbors.map { "\($0.electronVolts)" }
      lines.append(
        Words.line(
          "",
          "placed by their neighbours, as they show too little: \(Words.list(list)) eV"
        )
      )
    }
    if !leftInPlace.isEmpty {
      let list = leftInPlace.map { "\($0.electronVolts)" }
      lines.append(
        Words.line("", "left where they are, as they show nothing: \(Words.list(list)) eV")
      )
    }
    lines.append(Words.line("terms", fit.names.joined(separator: ", ")))
    if let phases = fit.phases {
      let reason =
        options.referenceNames.count > 1
        ? "as --reference-names has them" : phases.areNamed ? "by their names" : "by their order"
      lines.append(
        Words.line(
          "phases",
          "\(fit.names[phases.lithiated]) is LiFePO4 and \(fit.names[phases.delithiated]) FePO4, \(reason)"
        )
      )
    }
    lines.append(
      Words.line(
        "good fits",
        "R < \(options.rBound) in \(Words.number(wellFittedPercent, 2)) % of "
          + "\(wellFitted.pixels) pixels with OD > \(options.minimumIron), counted before filtering"
      )
    )
    if let ironFit, fit.phases != nil {
      lines.append(
        Words.line(
          "charge",
          "\(Words.number(100 * (1 - ironFit.composition), 2)) +- "
            + "\(Words.number(100 * chargeUncertainty, 2)) % FePO4, by the mean spectrum of all "
            + "iron (R \(Words.short(ironFit.rFactor)))"
        )
      )
    }
    lines += comparisonLines
    if let preEdge {
      lines.append(
        Words.line(
          "pre-edge",
          "\(Words.number(100 * preEdge.slope, 2)) % of the peaks' OD, correlation "
            + "\(Words.number(preEdge.correlation, 3)), scatter \(Words.number(preEdge.scatter, 4)) OD"
        )
      )
    }
    if let preEdgeEffect {
      lines.append(
        Words.line(
          "",
          "taken off, it moves two-energy compositions by "
            + "\(Words.number(100 * preEdgeEffect.rootMeanSquare, 1)) points RMS, "
            + "\(Words.number(100 * preEdgeEffect.meanDifference, 1)) on average"
        )
      )
    }
    lines += remarks.map { Words.line("note", $0) }
    return lines.joined(separator: "\n")
  }

  private var comparisonLines: [String] {
    let segmentation = PhaseSegmentation(threshold: Self.segmentationThreshold)
    func line(_ label: String, _ comparison: MapComparison, _ words: String) -> String {
      Words.line(
        label,
        "\(words): \(Words.number(comparison.mismatch(at: segmentation), 2)) % of "
          + "\(comparison.pixelCount) pixels differ at X = \(Int(Self.segmentationThreshold)) %, "
          + "composition off by \(Words.number(100 * comparison.rootMeanSquare, 1)) points RMS"
      )
    }
    var lines: [String] = []
    if let twoEnergyComparison {
      lines.append(
        line(
          "2-D, 2 E",
          twoEnergyComparison,
          "\(pair[0].electronVolts) and \(pair[1].electronVolts) eV against whole spectra"
        )
      )
    }
    if let tomogram {
      lines.append(
        line("3-D, 2 E", tomogram.comparison, "the tomogram along the beam against them")
      )
      let transform = tomogram.placement.transform
      lines.append(
        Words.line(
          "",
          "laid on the stack by \(Words.number(transform.shift.rows, 2)), "
            + "\(Words.number(transform.shift.columns, 2)) pixels, "
            + "\(Words.number(transform.rotationDegrees, 2)) degrees, factor "
            + "\(Words.number(transform.scale, 4)); correlation "
            + "\(Words.number(tomogram.placement.confidence, 3))"
        )
      )
    }
    return lines
  }
}
