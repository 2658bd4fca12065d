// SPDX-License-Identifier: BSD-3-Clause

package import Imaging

/// Turns counted photons into amplitudes.
///
/// With n photons counted where the part t of them counts, the intensity is I = n/t and the plain
/// amplitude √I. Where n is of the order of 1, its mean lies far below the true amplitude (at a
/// mean of half a photon, 30 %), and behind an attenuator that is where the sample scatters most.
/// The posterior mean has no such bias: over speckle of mean m an intensity is exponentially
/// distributed (Goodman, Speckle Phenomena in Optics, 3.2), its posterior after n counts is a
/// gamma distribution of shape n + 1 and rate t + 1/m, and
///
///     E √I = Γ(n + 3/2) / Γ(n + 1) / √(t + 1/m),
///
/// which becomes √(n/t) as n grows. m is the mean of the 3 x 3 pixels around, of those on the same
/// side of the attenuator's edge.
package struct AmplitudeEstimation: Sendable {
  private let side: Int
  private let estimate: AmplitudeEstimate
  private var neighborhoods: [SIMD4<Float>]
  private var rowSums: [SIMD4<Float>]

  package init(side: Int, estimate: AmplitudeEstimate) {
    self.side = side
    self.estimate = estimate
    neighborhoods = [SIMD4<Float>](repeating: .zero, count: side * side)
    rowSums = neighborhoods
  }

  /// Estimates a pattern's amplitudes.
  ///
  /// This is the one place where negative counts end: they stand for empty pixels. Before, they
  /// are summed, merged and resampled as they are, so that noise averages out
  /// (Docs/Explanations/FastCCD.md, "Negative values").
  ///
  /// - Parameters:
  ///   - counted: Photons counted, [row, column].
  ///   - sensitivity: The part of the photons that count, [row, column]; 0: not measured.
  /// - Returns: √photon, [row, column]; −1 where not measured.
  package mutating func amplitudes(_ counted: Span<Float>, _ sensitivity: Span<Float>) -> Image {
    precondition(counted.count == side * side && sensitivity.count == side * side)
    var image = Image(shape: Shape2D(square: side))
    var values = image.values.mutableSpan
    switch estimate {
    case .squareRoot: Self.takeRoots(counted, sensitivity, &values)
    case .posteriorMean:
      Self.sumNeighborhoods(counted, sensitivity, side, &neighborhoods, &rowSums)
      let sums = neighborhoods.span
      for i in values.indices {
        let t = sensitivity[i]
        let around = Self.isShaded(t) ? sums[i].highHalf : sums[i].lowHalf
        let mean = max(around.x, 0) / max(around.y, .leastNormalMagnitude) + Self.leastMean
        // (Γ(n + 3/2) / Γ(n + 1))², right to 3e-4.
        let n = max(counted[i], 0)
        let gamma = n + 0.75 + 1 / (32 * n + 28)
        values[i] = t > 0 ? (gamma / (t + 1 / mean)).squareRoot() : -1
      }
    }
    return image
  }

  private static func takeRoots(
    _ counted: Span<Float>,
    _ sensitivity: Span<Float>,
    _ values: inout MutableSpan<Float>
  ) {
    let count = values.count
    precondition(counted.count == count && sensitivity.count == count)
    for i in 0..<count {
      let t = sensitivity[i]
      let n = counted[i] > 0 ? counted[i] : 0
      let safe = t > 0 ? t : 1
      let root = (n / safe).squareRoot()
      values[i] = t > 0 ? root : -1
    }
  }

  /// Photons on a pattern pixel that the prior never falls below.
  private static let leastMean: Float = 0.02

  /// Whether a pixel lies behind an attenuator.
  private static func isShaded(_ sensitivity: Float) -> Bool { sensitivity < 0.5 }

  /// Sums (counts, sensitivities) over 3 x 3 pixels, first of those in the open, then of those
  /// behind the attenuator.
  private static func sumNeighborhoods(
    _ counted: Span<Float>,
    _ sensitivity: Span<Float>,
    _ n: Int,
    _ neighborhoods: inout [SIMD4<Float>],
    _ rowSums: inout [SIMD4<Float>]
  ) {
    var source = neighborhoods.mutableSpan
    for i in source.indices {
      let t = sensitivity[i]
      let pair = t > 0 ? SIMD2(counted[i], t) : SIMD2<Float>.zero
      source[i] =
        isShaded(t)
        ? SIMD4(lowHalf: .zero, highHalf: pair) : SIMD4(lowHalf: pair, highHalf: .zero)
    }
    var sums = rowSums.mutableSpan
    for row in 0..<n {
      let line = row * n
      sums[line] = source[line] + source[line + 1]
      for i in line + 1..<line + n - 1 { sums[i] = source[i - 1] + source[i] + source[i + 1] }
      sums[line + n - 1] = source[line + n - 2] + source[line + n - 1]
    }
    for row in 0..<n {
      let above = max(row - 1, 0) * n
      let below = min(row + 1, n - 1) * n
      for column in 0..<n {
        source[row * n + column] =
          sums[above + column] + sums[row * n + column] + sums[below + column]
      }
    }
  }
}
