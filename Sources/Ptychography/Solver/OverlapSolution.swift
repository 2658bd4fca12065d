// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The object from the sums over frames, and what the next iteration's waves begin with.
///
/// O = Σ P* D / Σ|P|² where lit and 1 elsewhere. With the probe and the places as they were,
/// P_Q ψ⁺ = P_Q D for RAAR: project its definition. So O_ψ is the object of the iteration before;
/// only after a change of the probe or of places is it taken from sums of its own.
struct OverlapSolution {
  let engine: PtychographyEngine
  let beta: Float
  /// Coverage up to which a pixel is unlit.
  let threshold: Float
  /// Whether O_ψ is taken from sums of its own.
  let usesWaveSums: Bool
  /// Whether O_D and O_ψ will be multiplied by different probes.
  let keepsApart: Bool

  /// Solves.
  ///
  /// - Parameters:
  ///   - sums: Over all frames.
  ///   - coverage: Σ|P|², [row, column].
  ///   - object: The object of the iteration before and then of this one, [row, column].
  ///   - x: What the next waves begin with; see `FrameSweep`.
  ///   - y: Likewise, where the two are kept apart, and empty where not.
  /// - Returns: |P_Q D|², photons.
  func solve(
    _ sums: ScanSums,
    _ coverage: [Float],
    object: inout [Complex64],
    x: inout AlignedArray<Complex64>,
    y: inout AlignedArray<Complex64>
  ) -> Double {
    if engine == .raar {
      // O_ψ, to begin with.
      if usesWaveSums {
        var target = x.mutableSpan
        _ = divide(sums.objectFromWave.span, by: coverage.span, above: threshold, into: &target)
      } else {
        set(x.mutableSpan, to: object.span, times: 1)
      }
    }
    var target = object.mutableSpan
    let explained = divide(
      sums.objectFromData.span,
      by: coverage.span,
      above: threshold,
      into: &target
    )
    switch engine {
    case .raar where keepsApart:
      if usesWaveSums {
        if y.isEmpty { y = AlignedArray(repeating: .zero, count: x.count) }
        set(y.mutableSpan, to: x.span, times: -beta)
      } else {
        y = AlignedArray()
      }
      set(x.mutableSpan, to: object.span, times: 2 * beta)
    case .raar:
      y = AlignedArray()
      var x = x.mutableSpan
      combine(&x, times: -beta, object.span, times: 2 * beta)
    case .differenceMap:
      takeWhole(sums.objectFromWave.span, coverage.span, &x)
    case .errorReduction, .epie: break
    }
    return explained
  }

  /// What is added to the coverage of the difference map's object.
  static func floor(under threshold: Float) -> Float { 1e-4 * threshold + .leastNormalMagnitude }

  /// Σ P* ψ / Σ|P|² wherever a probe reaches: what is not projected would be added up from one
  /// iteration to the next.
  ///
  /// The floor under the coverage is a ten-thousandth of what counts as lit. Without it pixels that
  /// hardly any light reaches are so large that their rounding, once the transforms of the probe's
  /// copies have spread it, is larger than the probe.
  private func takeWhole(
    _ sum: Span<Complex64>,
    _ coverage: Span<Float>,
    _ x: inout AlignedArray<Complex64>
  ) {
    var x = x.mutableSpan
    precondition(sum.count == x.count && coverage.count == x.count, "sums differ")
    let floor = Self.floor(under: threshold)
    for i in x.indices { x[i] = (1 / (coverage[i] + floor)) * sum[i] }
  }
}
