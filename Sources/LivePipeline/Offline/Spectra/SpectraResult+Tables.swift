// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage

extension SpectraResult {
  /// Energies, and data, fit and residue of each single spectrum.
  var spectraTable: String {
    let fits = namedFits
    var lines = fits.map { name, fit in
      let amounts = zip(fit.names, zip(fit.coefficients, fit.standardErrors)).map {
        "\($0) \(Words.short($1.0)) +- \(Words.short($1.1))"
      }
      return "# \(name): \(amounts.joined(separator: ", ")), composition "
        + "\(Words.short(fit.composition)), R \(Words.short(fit.rFactor))"
    }
    lines.append(
      (["energy_eV"] + fits.flatMap { ["\($0.name)", "\($0.name)_fit", "\($0.name)_residue"] })
        .joined(separator: ",")
    )
    for (place, energy) in stack.energies.enumerated() {
      let cells = fits.flatMap { [$0.fit.data[place], $0.fit.fit[place], $0.fit.residue[place]] }
      lines.append(
        (["\(energy.electronVolts)"] + cells.map { $0.isFinite ? String(format: "%.6g", $0) : "" })
          .joined(separator: ",")
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The mismatch of each way over the threshold.
  var mismatchTable: String {
    let curves = mismatchCurves
    var lines = curves.map { "# \($0.name): \($0.meaning), percent of pixels with iron" }
    lines.append((["threshold_percent"] + curves.map(\.name)).joined(separator: ","))
    for (place, threshold) in PhaseSegmentation.publishedThresholds.enumerated() {
      lines.append(
        (["\(threshold)"] + curves.map { String(format: "%.4f", $0.percent[place]) })
          .joined(separator: ",")
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
