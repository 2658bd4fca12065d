// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Finds how much of each reference explains measured spectra, by linear least squares.
///
/// The OD of a pixel at the energies E is d(E) = Σ_j c_j a_j(E) + background(E) with the references'
/// absorption a_j; c minimises Σ (d − fit)², freely or with c_j ≥ 0. As every pixel has the same
/// references, the inverse of the normal equations is worked out once. The quality of a fit is
/// R = Σ (d − fit)² / Σ d² (Yu et al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x,
/// Supporting Information).
public struct LinearCombinationFit: Sendable {
  /// The references.
  public let references: ReferenceSpectra
  /// The photon energies of the data, [energy].
  public let energies: [PhotonEnergy]
  /// How it is fitted.
  public let parameters: SpectralFitParameters
  /// Which references are the two phases; nil with fewer than two references.
  public let phases: PhaseRoles?
  /// What each term is called: the references, then the background's.
  public let names: [String]
  /// What one of each term adds, pre-edge subtracted where asked, [term][energy].
  let columns: [[Double]]
  /// The places of the energies whose mean is subtracted.
  let preEdge: [Int]
  let system: BoundedLeastSquares

  /// Lays references onto the energies of the data.
  ///
  /// - Parameters:
  ///   - references: The references.
  ///   - energies: The photon energies of the data, rising.
  ///   - parameters: How it is fitted.
  ///   - phases: Which references are the two phases; by their names where nil.
  /// - Throws: `SpectraError` where references do not reach the energies, there are fewer energies
  ///   than unknowns, two references look alike, or no energy lies in the pre-edge range.
  public init(
    references: ReferenceSpectra,
    energies: [PhotonEnergy],
    parameters: SpectralFitParameters = SpectralFitParameters(),
    phases: PhaseRoles? = nil
  ) throws(SpectraError) {
    self.references = references
    self.energies = energies
    self.parameters = parameters
    self.phases = phases ?? references.phases
    let count = references.names.count
    if parameters.isNonNegative, count > BoundedLeastSquares.boundedLimit {
      throw SpectraError(
        "\(count) references are too many for a non-negative fit, which takes "
          + "\(BoundedLeastSquares.boundedLimit); leave some out"
      )
    }
    let preEdge = energies.indices.filter { energies[$0].lies(in: parameters.preEdge) }
    if let range = parameters.preEdge, preEdge.isEmpty {
      throw SpectraError(
        "none of the energies lies in the pre-edge range \(range.lowerBound.electronVolts) to "
          + "\(range.upperBound.electronVolts) eV; the first is "
          + "\(energies.first?.electronVolts ?? .nan) eV"
      )
    }
    var columns = try references.absorption(at: energies, by: parameters.interpolation)
    columns += Self.background(parameters.background, energies)
    if !preEdge.isEmpty {
      // A constant is gone with the pre-edge: it cannot be found besides.
      if parameters.background != .none {
        throw SpectraError(
          "a background and the subtraction of the pre-edge say the same twice; take one of them"
        )
      }
      columns = columns.map { Self.subtracting(preEdge, from: $0) }
    }
    self.preEdge = preEdge
    self.columns = columns
    names = references.names + Self.backgroundNames[..<parameters.background.termCount]
    let unknowns = columns.count + (preEdge.isEmpty ? 0 : 1)
    guard energies.count >= unknowns else {
      throw SpectraError(
        "\(energies.count) energies cannot tell \(unknowns) unknowns apart; measure at more energies, "
          + "or leave the background out"
      )
    }
    guard
      let system = BoundedLeastSquares(
        columns: columns,
        boundedCount: parameters.isNonNegative ? count : 0
      )
    else {
      throw SpectraError(
        "at these energies two of \(names.joined(separator: ", ")) look alike, or one is zero; "
          + "leave one of them out"
      )
    }
    self.system = system
  }

  /// Fits one spectrum.
  ///
  /// - Parameter spectrum: OD, [energy]; NaN where not measured, which is left out.
  /// - Returns: The fit; nil where fewer energies are measured than there are unknowns.
  public func fit(_ spectrum: [Double]) -> SpectrumFit? {
    precondition(spectrum.count == energies.count, "the spectrum has another number of energies")
    let measured = spectrum.indices.filter { spectrum[$0].isFinite }
    let base = preEdge.filter { spectrum[$0].isFinite }
    guard measured.count >= columns.count + (preEdge.isEmpty ? 0 : 1),
      base.isEmpty == preEdge.isEmpty
    else { return nil }
    var data = spectrum
    var terms = columns
    if !base.isEmpty {
      data = Self.subtracting(base, from: data)
      // Where a part of the pre-edge is missing, the references' mean is over the same part.
      terms = terms.map { Self.subtracting(base, from: $0) }
    }
    var system = system
    if measured.count < spectrum.count {
      guard
        let own = BoundedLeastSquares(
          columns: terms.map { column in measured.map { column[$0] } },
          boundedCount: system.boundedCount
        )
      else { return nil }
      system = own
    }
    let h = terms.map { column in measured.reduce(0.0) { $0 + column[$1] * data[$1] } }
    var solution = [Double](repeating: 0, count: terms.count)
    var scratch = solution
    var target = solution.mutableSpan
    var room = scratch.mutableSpan
    system.solve(h.span, scratch: &room, into: &target)
    return record(data, terms, solution, system, measured)
  }

  private func record(
    _ data: [Double],
    _ terms: [[Double]],
    _ solution: [Double],
    _ system: BoundedLeastSquares,
    _ measured: [Int]
  ) -> SpectrumFit {
    let contributions = zip(terms, solution).map { column, c in column.map { c * $0 } }
    let fit = data.indices.map { energy in contributions.reduce(0) { $0 + $1[energy] } }
    let error = measured.reduce(0.0) { $0 + (data[$1] - fit[$1]) * (data[$1] - fit[$1]) }
    let power = measured.reduce(0.0) { $0 + data[$1] * data[$1] }
    let variance = error / Double(max(freedom(of: measured.count), 1))
    let covariance = system.covariance.map { $0 * variance }
    let isKnown = freedom(of: measured.count) > 0
    let share = phases.map { phaseShare(of: solution, $0, covariance) }
    return SpectrumFit(
      energies: energies,
      data: data,
      fit: fit,
      names: names,
      contributions: contributions,
      coefficients: solution,
      standardErrors: solution.indices.map {
        isKnown ? max(covariance[$0 * solution.count + $0], 0).squareRoot() : .nan
      },
      rFactor: power > 0 ? error / power : .nan,
      composition: share?.composition ?? .nan,
      compositionError: isKnown ? share?.error ?? .nan : .nan
    )
  }

  /// How many more energies there are than a spectrum has unknowns, the pre-edge among these; with none the
  /// fit follows any spectrum, and what it leaves is rounding.
  public var degreesOfFreedom: Int { freedom(of: energies.count) }

  /// How many measured values there are beyond the unknowns.
  func freedom(of measured: Int) -> Int { measured - columns.count - (preEdge.isEmpty ? 0 : 1) }

  /// LiFePO₄ over both phases with its standard error.
  ///
  /// With c = l / (l + d): var c = (d² var l + l² var d − 2 l d cov) / (l + d)⁴.
  @inline(__always)
  func phaseShare(
    of solution: [Double],
    _ phases: PhaseRoles,
    _ covariance: [Double]
  ) -> (composition: Double, error: Double) {
    let (l, d) = (solution[phases.lithiated], solution[phases.delithiated])
    guard l + d > 0 else { return (.nan, .nan) }
    let n = solution.count
    let (i, j) = (phases.lithiated, phases.delithiated)
    let square =
      d * d * covariance[i * n + i] + l * l * covariance[j * n + j]
      - 2 * l * d * covariance[i * n + j]
    return (l / (l + d), max(square, 0).squareRoot() / ((l + d) * (l + d)))
  }

  /// A constant, and a line that is −1 at the first and 1 at the last energy.
  private static func background(
    _ background: SpectralFitParameters.Background,
    _ energies: [PhotonEnergy]
  ) -> [[Double]] {
    let volts = energies.map(\.electronVolts)
    let (low, high) = (volts.min() ?? 0, volts.max() ?? 0)
    let line = volts.map { high > low ? 2 * ($0 - low) / (high - low) - 1 : 0 }
    return Array([volts.map { _ in 1 }, line][..<background.termCount])
  }

  private static let backgroundNames = ["constant", "slope"]

  /// A curve less its mean over some energies.
  private static func subtracting(_ places: [Int], from values: [Double]) -> [Double] {
    let mean = places.reduce(0.0) { $0 + values[$1] } / Double(places.count)
    return values.map { $0 - mean }
  }
}
