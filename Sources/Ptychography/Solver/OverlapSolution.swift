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
    x: inout [Complex64],
    y: inout [Complex64]
  ) -> Double {
    let splits = engine == .raar && keepsApart
    y = splits ? [Complex64](repeating: .zero, count: x.count) : []
    let dataSum = sums.objectFromData.span
    let waveSum = sums.objectFromWave.span
    let coverage = coverage.span
    var object = object.mutableSpan
    var x = x.mutableSpan
    var y = y.mutableSpan
    precondition(dataSum.count == object.count && waveSum.count == object.count, "sums differ")
    precondition(coverage.count == object.count && x.count == object.count, "sums differ")
    var explained = 0.0
    for i in object.indices {
      let weight = coverage[i]
      let isLit = weight > threshold
      let inverse = isLit ? 1 / weight : 0
      let unlit = Complex64(isLit ? 0 : 1)
      let data = inverse * dataSum[i] + unlit
      let wave = usesWaveSums ? inverse * waveSum[i] + unlit : object[i]
      switch engine {
      case .raar where splits:
        x[i] = 2 * beta * data
        y[i] = -beta * wave
      case .raar: x[i] = 2 * beta * data - beta * wave
      case .differenceMap:
        // No threshold: what is not projected would be added up from one iteration to the next.
        x[i] = (1 / (weight + .leastNormalMagnitude)) * waveSum[i]
      case .errorReduction, .epie: break
      }
      object[i] = data
      explained += isLit ? Double(data.squaredModulus * weight) : 0
    }
    return explained
  }
}
