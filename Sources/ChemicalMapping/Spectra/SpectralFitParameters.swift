// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// How measured spectra are made of reference spectra.
public struct SpectralFitParameters: Sendable, Hashable {
  /// What is fitted besides the references.
  public enum Background: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case none
    /// A constant, of either sign.
    case constant
    /// A straight line over the photon energy, of either sign.
    case linear

    /// How many unknowns it has.
    var termCount: Int {
      switch self {
      case .none: 0
      case .constant: 1
      case .linear: 2
      }
    }
  }

  /// What is fitted besides the references.
  public var background = Background.none
  /// Whether the amounts of the references are kept from being negative; background terms never are.
  public var isNonNegative = false
  /// Energies whose mean OD is taken from all others, of data and references alike; nil for none.
  public var preEdge: ClosedRange<PhotonEnergy>?
  /// How references are read between their energies.
  public var interpolation = SpectralInterpolation.linear

  /// Makes the defaults: the references alone, by plain least squares.
  public init() {}
}

extension PhotonEnergy {
  /// Whether it lies in a range that may be wanted.
  func lies(in range: ClosedRange<PhotonEnergy>?) -> Bool { range?.contains(self) ?? false }
}
