// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The absorption of LiFePO₄ and FePO₄ over the iron L edge: model curves of our own.
///
/// Each phase is a constant (what absorbs below the edge), a step of arctan form, and lines that are
/// 0.3 Lorentzian and 0.7 Gaussian of one half width. The heights of the two strongest lines are solved so
/// that the curve passes exactly through a given absorption at 708.2 and 710.2 eV; everything else
/// follows the general look of measured Fe²⁺ and Fe³⁺ spectra, of which no number is taken.
/// Below the edge (700 to 705 eV) 4 % of the absorption at the peaks is left. Valid from 690 to 730 eV.
public struct IronEdgeSpectra: Sendable, Hashable {
  /// One line: its place and half width, eV, and its height, per µm.
  struct Line: Sendable, Hashable {
    var center: Double
    var halfWidth: Double
    var height = 1.0

    func value(at volts: Double) -> Double {
      let z = (volts - center) / halfWidth
      return height * (0.3 / (1 + z * z) + 0.7 * exponential(-naturalLogarithm(2.0) * z * z))
    }
  }

  /// One phase's curve.
  struct Curve: Sendable, Hashable {
    var constant: Double
    var step: Double
    var edge: Double
    var edgeWidth: Double
    var lines: [Line]

    func value(at volts: Double) -> Double {
      let turn = arcTangent2((volts - edge) / edgeWidth, 1) / .pi
      return constant + step * (0.5 + turn) + lines.reduce(0) { $0 + $1.value(at: volts) }
    }

    /// Adds two lines of such heights that the curve has given values at both energies.
    mutating func add(_ strong: [Line], through values: [Double]) {
      let places = IronEdgeSpectra.anchors
      let (a, b) = (strong[0].value(at: places[0]), strong[1].value(at: places[0]))
      let (c, d) = (strong[0].value(at: places[1]), strong[1].value(at: places[1]))
      let left = zip(values, places).map { $0 - value(at: $1) }
      let determinant = a * d - b * c
      var (first, second) = (strong[0], strong[1])
      first.height = (d * left[0] - b * left[1]) / determinant
      second.height = (a * left[1] - c * left[0]) / determinant
      lines += [first, second]
    }
  }

  /// Where the absorption is given, eV.
  static let anchors = [708.2, 710.2]

  private var lithiated: Curve
  private var delithiated: Curve

  /// Makes curves through the absorption at 708.2 and 710.2 eV.
  public init(through matrix: AbsorptionMatrix) {
    lithiated = Curve(
      constant: 0.22,
      step: 1.1,
      edge: 708.9,
      edgeWidth: 0.35,
      lines: [
        Line(center: 706.9, halfWidth: 0.6, height: 1.1),
        Line(center: 712.4, halfWidth: 1.4, height: 0.9),
        Line(center: 721, halfWidth: 1, height: 2.2),
      ]
    )
    lithiated.add(
      [Line(center: 708.1, halfWidth: 0.7), Line(center: 710.3, halfWidth: 1.2)],
      through: [matrix.lithiatedAtFirst, matrix.lithiatedAtSecond]
    )
    delithiated = Curve(
      constant: 0.25,
      step: 1.1,
      edge: 710,
      edgeWidth: 0.35,
      lines: [
        Line(center: 707.4, halfWidth: 0.6, height: 0.8),
        Line(center: 713.2, halfWidth: 1.6, height: 1.2),
        Line(center: 723, halfWidth: 1.2, height: 2.4),
      ]
    )
    delithiated.add(
      [Line(center: 708.6, halfWidth: 0.7), Line(center: 710.2, halfWidth: 0.85)],
      through: [matrix.delithiatedAtFirst, matrix.delithiatedAtSecond]
    )
  }

  /// The absorption of both phases at one energy, per µm.
  public func absorption(at energy: PhotonEnergy) -> PhaseAbsorption {
    PhaseAbsorption(
      lithiated: lithiated.value(at: energy.electronVolts),
      delithiated: delithiated.value(at: energy.electronVolts)
    )
  }

  /// The curves from 698 to 718 eV in steps of 0.1 eV, as a table for a fit's references.
  public var table: String {
    var lines = [
      "# Absorption of LiFePO4 and FePO4 over the iron L3 edge, per um of the pure phase.",
      "# Model curves of this project (step, lines 0.3 Lorentzian and 0.7 Gaussian) through 11.80, 5.33",
      "# (708.2 eV) and 5.45, 11.86 (710.2 eV); no measured spectrum is in them. For simulated data; real",
      "# data want references measured at their own beamline. License: BSD-3-Clause, as the project.",
      "energy_eV,LiFePO4_per_um,FePO4_per_um",
    ]
    for step in 0...200 {
      let volts = 698 + Double(step) / 10
      let values = absorption(at: PhotonEnergy(electronVolts: volts))
      lines.append(
        [(volts, 1), (values.lithiated, 5), (values.delithiated, 5)]
          .map { Self.rounded($0.0, $0.1) }.joined(separator: ",")
      )
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func rounded(_ value: Double, _ decimals: Int) -> String {
    let factor = (0..<decimals).reduce(1) { product, _ in product * 10 }
    let whole = Int((value * Double(factor)).rounded())
    let rest = String(whole % factor)
    return "\(whole / factor)." + String(repeating: "0", count: decimals - rest.count) + rest
  }
}
