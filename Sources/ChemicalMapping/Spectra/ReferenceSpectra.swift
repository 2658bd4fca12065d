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
  /// They are told by whole words of their names: first by those of a state (lithiated, discharged, reduced, Fe2+,
  /// Fe(II); delithiated, charged, oxidized, Fe3+, Fe(III)), whatever compound stands beside it, then by the
  /// compound (LFP, LiFePO4; FP, FePO4). Fe2O3 is neither. Where names tell one, the
  /// first of the others is the other; where they tell none, the first is LiFePO₄ and the second FePO₄.
  public var phases: PhaseRoles? {
    guard names.count > 1 else { return nil }
    let roles = names.map { Self.isLithiated(Self.words(of: $0)) }
    let (lithiated, delithiated) = (roles.firstIndex(of: true), roles.firstIndex(of: false))
    switch (lithiated, delithiated) {
    case (let lithiated?, let delithiated?):
      return PhaseRoles(lithiated: lithiated, delithiated: delithiated, areNamed: true)
    case (let lithiated?, nil):
      let other = lithiated == 0 ? 1 : 0
      return PhaseRoles(lithiated: lithiated, delithiated: other, areNamed: false)
    case (nil, let delithiated?):
      let other = delithiated == 0 ? 1 : 0
      return PhaseRoles(lithiated: other, delithiated: delithiated, areNamed: false)
    case (nil, nil):
      return PhaseRoles(lithiated: 0, delithiated: 1, areNamed: false)
    }
  }

  /// Whether a name's words say LiFePO₄ or FePO₄; nil where they say neither, or both.
  private static func isLithiated(_ words: Set<String>) -> Bool? {
    let reduced = !words.isDisjoint(with: ["lithiated", "discharged", "reduced", "fe2", "feii"])
    let oxidized = !words.isDisjoint(
      with: ["delithiated", "charged", "oxidized", "oxidised", "fe3", "feiii"]
    )
    if reduced || oxidized { return reduced == oxidized ? nil : reduced }
    if !words.isDisjoint(with: ["lfp", "lifepo4", "lixfepo4"]) { return true }
    guard !words.isDisjoint(with: ["fp", "fepo4"]) else { return nil }
    // "Li FePO4" has its lithium.
    return !words.isDisjoint(with: ["li", "lix"])
  }

  /// The words of a name, small, raised and lowered digits as plain ones; Fe(II), Fe 2+ and Fe II are one word.
  private static func words(of name: String) -> Set<String> {
    let plain = name.lowercased().map { character -> Character in
      if character.isLetter { return character }
      return character.wholeNumberValue.map { Character("\($0 % 10)") } ?? " "
    }
    let parts = String(plain).split(separator: " ").map(String.init)
    let valences = zip(parts, parts.dropFirst()).filter {
      $0 == "fe" && ["2", "3", "ii", "iii"].contains($1)
    }
    return Set(parts + valences.map { $0 + $1 })
  }
}

/// Which of several reference spectra are those of LiFePO₄ and FePO₄.
public struct PhaseRoles: Sendable, Hashable {
  /// The place of LiFePO₄.
  public var lithiated: Int
  /// The place of FePO₄.
  public var delithiated: Int
  /// Whether their names said so, and not an order.
  public var areNamed: Bool

  /// Takes two places.
  public init(lithiated: Int, delithiated: Int, areNamed: Bool = true) {
    self.lithiated = lithiated
    self.delithiated = delithiated
    self.areNamed = areNamed
  }
}
