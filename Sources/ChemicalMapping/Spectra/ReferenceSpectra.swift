// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How strongly pure phases absorb at each photon energy: what measured spectra are made of.
public struct ReferenceSpectra: Sendable, Hashable {
  /// The unit of the absorption, which decides that of fitted amounts.
  public enum Unit: String, Sendable, Hashable {
    /// Per micrometre of the pure phase; amounts are thicknesses in µm.
    case perMicrometer = "1/um"
    /// On a common scale of its own; amounts are relative.
    case relative = "1"
  }

  /// The photon energies, rising.
  public let energies: [PhotonEnergy]
  /// What each spectrum is called.
  public let names: [String]
  /// The absorption, [spectrum][energy].
  public let absorption: [[Double]]
  /// The unit of the absorption.
  public let unit: Unit

  /// Takes spectra, and sorts them by energy.
  ///
  /// - Parameters:
  ///   - energies: The photon energies, in any order.
  ///   - names: What each spectrum is called.
  ///   - absorption: The absorption, [spectrum][energy].
  ///   - unit: The unit of the absorption.
  /// - Throws: `SpectraError` where there are not two energies, an energy comes twice, or a number is
  ///   missing.
  public init(
    energies: [PhotonEnergy],
    names: [String],
    absorption: [[Double]],
    unit: Unit = .perMicrometer
  ) throws(SpectraError) {
    guard !names.isEmpty, names.count == absorption.count else {
      throw SpectraError(
        "there are \(names.count) names for \(absorption.count) reference spectra; expected one each"
      )
    }
    guard energies.count >= 2 else {
      throw SpectraError("a reference spectrum needs two energies at least, not \(energies.count)")
    }
    for (name, values) in zip(names, absorption) {
      guard values.count == energies.count else {
        throw SpectraError(
          "the reference \(name) has \(values.count) values for \(energies.count) energies"
        )
      }
      guard values.allSatisfy(\.isFinite) else {
        throw SpectraError("the reference \(name) has a value that is no number")
      }
    }
    let order = energies.indices.sorted { energies[$0] < energies[$1] }
    for (left, right) in zip(order, order.dropFirst()) where energies[left] == energies[right] {
      throw SpectraError(
        "the reference spectra have the energy \(energies[left].electronVolts) eV twice"
      )
    }
    self.energies = order.map { energies[$0] }
    self.names = names
    self.absorption = absorption.map { values in order.map { values[$0] } }
    self.unit = unit
  }

  /// The same spectra at other energies.
  ///
  /// - Parameters:
  ///   - energies: Where they are wanted, in any order.
  ///   - interpolation: How they are read between their own energies.
  /// - Returns: The absorption, [spectrum][energy].
  /// - Throws: `SpectraError` where an energy lies outside the spectra by more than 0.05 eV: they
  ///   are not extrapolated.
  public func absorption(
    at energies: [PhotonEnergy],
    by interpolation: SpectralInterpolation = .linear
  ) throws(SpectraError) -> [[Double]] {
    let (low, high) = (self.energies[0], self.energies[self.energies.count - 1])
    for energy in energies {
      let volts = energy.electronVolts
      guard volts >= low.electronVolts - Self.reach, volts <= high.electronVolts + Self.reach else {
        throw SpectraError(
          "the reference spectra reach from \(low.electronVolts) to \(high.electronVolts) eV and are "
            + "not extrapolated to \(volts) eV; take references that reach further, or leave "
            + "that energy out"
        )
      }
    }
    let places = self.energies.map(\.electronVolts)
    return absorption.map { values in
      let curve = SampledCurve(places: places, values: values, by: interpolation)
      return energies.map { energy in
        curve.value(
          at: min(max(energy.electronVolts, low.electronVolts), high.electronVolts)
        )
      }
    }
  }

  /// Some of the spectra.
  ///
  /// - Parameter names: Which ones, in the order wanted; case does not count.
  /// - Returns: The spectra.
  /// - Throws: `SpectraError` for a name that there is not.
  public func selecting(_ names: [String]) throws(SpectraError) -> ReferenceSpectra {
    var places: [Int] = []
    for name in names {
      guard let place = self.names.firstIndex(where: { $0.lowercased() == name.lowercased() })
      else {
        throw SpectraError(
          "there is no reference \(name); there are \(self.names.joined(separator: ", "))"
        )
      }
      places.append(place)
    }
    return try ReferenceSpectra(
      energies: energies,
      names: places.map { self.names[$0] },
      absorption: places.map { absorption[$0] },
      unit: unit
    )
  }

  /// How far beyond its ends a spectrum is taken to go on level: the repeatability of a monochromator.
  private static let reach = 0.05
}

extension ReferenceSpectra {
  /// The places of LiFePO₄ and FePO₄ among the spectra.
  ///
  /// They are told by their names (LFP, LiFePO4, lithiated, reduced, Fe2+; FP, FePO4, delithiated,
  /// oxidized, Fe3+); where names tell nothing the first spectrum is LiFePO₄, the second FePO₄.
  public var phases: PhaseRoles? {
    let keys = names.map { name in
      String(name.lowercased().filter { $0.isLetter || $0.isNumber })
    }
    let charged = ["delithiated", "oxidi", "fe3", "feiii"]
    let discharged = ["lithiated", "reduced", "fe2", "feii", "lfp", "lifepo4", "lixfepo4"]
    func isCharged(_ key: String) -> Bool {
      charged.contains { key.contains($0) }
        || !key.contains("li") && !key.contains("lfp") && (key == "fp" || key.contains("fepo4"))
    }
    let delithiated = keys.firstIndex(where: isCharged)
    let lithiated = keys.firstIndex { key in
      !isCharged(key) && discharged.contains { key.contains($0) }
    }
    if let lithiated, let delithiated {
      return PhaseRoles(lithiated: lithiated, delithiated: delithiated, areNamed: true)
    }
    return names.count < 2 ? nil : PhaseRoles(lithiated: 0, delithiated: 1, areNamed: false)
  }
}

/// Which of several reference spectra are those of LiFePO₄ and FePO₄.
public struct PhaseRoles: Sendable, Hashable {
  /// The place of LiFePO₄.
  public var lithiated: Int
  /// The place of FePO₄.
  public var delithiated: Int
  /// Whether their names said so, or their order alone.
  public var areNamed: Bool

  /// Takes two places.
  public init(lithiated: Int, delithiated: Int, areNamed: Bool = true) {
    self.lithiated = lithiated
    self.delithiated = delithiated
    self.areNamed = areNamed
  }
}
