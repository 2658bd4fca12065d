// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A static background b(q) ≥ 0 that all patterns share, found along with the object.
///
/// As in SHARP (Marchesini et al., arXiv:1209.4924; J. Appl. Cryst. 49, 2016), with
/// G = |F P O|² of the current probe and object and d = I − b:
/// η = Σ G² / Σ G d, not below 0.9, then b ← max(0, b + mean(d − G/η)). The floor on η keeps the
/// background from swallowing signal. G comes from probe times object, not from the RAAR iterate,
/// whose noise would be taken for background.
struct BackgroundRetrieval: Sendable {
  /// b over the number of pixels, DC at the corner.
  private(set) var background: [Float]
  private var squares: [Float]
  private var products: [Float]
  private var modelSum: [Float]
  private var dataSum: [Float]
  private var counts: [Float]

  init(count: Int) {
    background = [Float](repeating: 0, count: count)
    squares = background
    products = background
    modelSum = background
    dataSum = background
    counts = background
  }

  /// Adds one frame.
  ///
  /// - Parameters:
  ///   - model: The unscaled transform of P O, [row, column], DC at the corner.
  ///   - measured: Measured amplitudes over √(pixels), negative where unmeasured.
  mutating func add(model: [Complex64], measured: [Float]) {
    let scale = 1 / Float(model.count) / Float(model.count)
    for i in measured.indices {
      let isMeasured: Float = measured[i] < 0 ? 0 : 1
      let g = isMeasured * scale * model[i].squaredModulus
      let d = isMeasured * (measured[i] * measured[i] - background[i])
      squares[i] += g * g
      products[i] += g * d
      modelSum[i] += g
      dataSum[i] += d
      counts[i] += isMeasured
    }
  }

  /// Takes the new background from the frames that were added and starts the sums anew.
  mutating func update() {
    for i in background.indices {
      let ratio = squares[i] / products[i]
      let eta = ratio.isFinite ? max(ratio, 0.9) : 0.9
      let step = (dataSum[i] - modelSum[i] / eta) / max(counts[i], 1)
      background[i] = max(0, background[i] + (step.isFinite ? step : 0))
      squares[i] = 0
      products[i] = 0
      modelSum[i] = 0
      dataSum[i] = 0
      counts[i] = 0
    }
  }

  /// Makes a frame ask for what the background leaves.
  func subtract(from frame: inout ScanFrame) {
    var photons: Float = 0
    for i in background.indices {
      let m = frame.measured[i]
      let left = max(0, m * m - background[i])
      frame.moduli[i] = m < 0 ? m : left.squareRoot()
      photons += m < 0 ? 0 : left
    }
    frame.targetPhotons = Double(photons) * Double(background.count)
  }
}
