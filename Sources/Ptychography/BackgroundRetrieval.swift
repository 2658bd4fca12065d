// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A static background b(q) ≥ 0 that all patterns share, found along with the object.
///
/// As in SHARP (Marchesini et al., arXiv:1209.4924; J. Appl. Cryst. 49, 2016), with
/// G = |F P O|² of the current probe and object and d = I − b:
/// η = Σ G² / Σ G d, not below 0.9, then b ← max(0, b + mean(d − G/η)). The floor on η keeps the
/// background from swallowing signal. G comes from probe times object, not from the RAAR iterate,
/// whose noise would be taken for background. All arrays are in the order of the transform's tiles,
/// photons over the number of pixels.
struct BackgroundRetrieval: Sendable {
  /// The sums over frames that an update needs.
  struct Sums: Sendable {
    /// Σ G over measured pixels.
    var model: [Float]
    /// Σ G².
    var squares: [Float]
    /// Σ G I.
    var products: [Float]

    init(count: Int) {
      model = [Float](repeating: 0, count: count)
      squares = model
      products = model
    }
  }

  /// b.
  var background: [Float]
  /// Σ I over the frames that are there.
  private var intensities: [Float]
  /// The frames that measured a pixel.
  private var counts: [Float]

  init(count: Int) {
    background = [Float](repeating: 0, count: count)
    intensities = background
    counts = background
  }

  /// Goes on from a background that was found before.
  mutating func start(from background: [Float]) {
    precondition(background.count == self.background.count, "the background has another shape")
    self.background = background
  }

  /// Adds a frame's photons.
  mutating func add(measured: [Float]) {
    for i in measured.indices {
      let isMeasured = measured[i] >= 0
      intensities[i] += isMeasured ? measured[i] : 0
      counts[i] += isMeasured ? 1 : 0
    }
  }

  /// Takes the new background from sums over all frames.
  mutating func update(_ sums: Sums) {
    for i in background.indices {
      let b = background[i]
      // Σ G d = Σ G I − b Σ G.
      let ratio = sums.squares[i] / (sums.products[i] - b * sums.model[i])
      let eta = ratio.isFinite ? max(ratio, 0.9) : 0.9
      let rest = intensities[i] - counts[i] * b - sums.model[i] / eta
      let step = rest / max(counts[i], 1)
      background[i] = max(0, b + (step.isFinite ? step : 0))
    }
  }
}
