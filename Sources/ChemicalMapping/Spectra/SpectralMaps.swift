// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What a linear combination fit makes of every pixel of a stack, all images [row, column].
///
/// A pixel is NaN where fewer energies are measured than there are unknowns.
public struct SpectralMaps: Sendable {
  /// What each term is called: the references, then the background's.
  public var names: [String]
  /// How much there is of each term; of references in the unit that theirs is one over (µm).
  public var coefficients: [Image]
  /// The standard error of each coefficient, from the scatter of the pixel's data about the fit.
  public var standardErrors: [Image]
  /// LiFePO₄ / (LiFePO₄ + FePO₄); below 0 or above 1 where a free fit says so, NaN where the sum is
  /// not positive.
  public var composition: Image
  /// The standard error of the composition.
  public var compositionError: Image
  /// Σ (data − fit)² / Σ data².
  public var rFactor: Image
  /// Which references are the two phases; nil with fewer than two.
  public var phases: PhaseRoles?

  /// The pixels that are fitted well among some, counted before anything is filtered.
  ///
  /// - Parameters:
  ///   - bound: Below this R a fit is good.
  ///   - isCounted: The pixels among which they are counted, such as those that hold iron.
  /// - Returns: How many were counted, and how many of them have an R below the bound; a pixel without
  ///   a fit is none of these.
  public func wellFitted(
    below bound: Double,
    where isCounted: [Bool]
  ) -> (pixels: Int, good: Int) {
    precondition(isCounted.count == rFactor.values.count, "the mask has another extent")
    var (pixels, good) = (0, 0)
    for i in isCounted.indices where isCounted[i] {
      pixels += 1
      if Double(rFactor.values[i]) < bound { good += 1 }
    }
    return (pixels, good)
  }

  /// The composition where there is iron and the fit is good; NaN elsewhere.
  ///
  /// - Parameters:
  ///   - bound: The R from which on a pixel is left out; nil leaves out none.
  ///   - isCounted: The pixels that hold iron.
  /// - Returns: The composition, [row, column].
  public func filteredComposition(below bound: Double?, where isCounted: [Bool]) -> Image {
    var image = composition
    for i in image.values.indices {
      let isGood = bound.map { Double(rFactor.values[i]) < $0 } ?? true
      if !isCounted[i] || !isGood { image.values[i] = .nan }
    }
    return image
  }
}
