// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// What turns the sums of detector pixels into photons on pattern pixels.
///
/// With shares w, sensitivities t (0 where unused) and area A in detector pixels, a pattern pixel
/// of the summed counts Σ w c has Σ w c · A / Σ w t photons. The ratio of sums, not the sum of
/// ratios, weighs a photon behind the attenuator no more than one beside it.
struct PatternGain: Sendable {
  /// Σ w t / A: the part of its photons that each pattern pixel counts, [row, column]; 0 where too
  /// little of it is measured at all.
  private(set) var sensitivity: [Float]
  /// Σ w t, [row, column].
  let weights: [Float]
  /// The part of each pattern pixel's area that is measured, [row, column].
  let coverage: [Float]

  /// Sums the sensitivities as the counts of a frame will be summed.
  init(
    _ resampling: PatternResampling,
    _ map: PatternMap,
    _ sensitivity: PixelSensitivity,
    minimumCoverage: Double
  ) {
    let count = map.side * map.side
    let vectorsPerRow = FastCCDGeometry.pictureSide / 4
    func pattern(_ value: (SIMD4<Float>) -> SIMD4<Float>) -> [Float] {
      var sum = PatternSum(resampling)
      for row in resampling.rows {
        let start = row * vectorsPerRow + resampling.vectors.lowerBound
        sum.add(row) { line in
          for i in line.indices { line[i] = value(sensitivity.values[start + i]) }
        }
      }
      sum.finish()
      return sum.pattern
    }
    let weights = pattern { $0 }
    let all = pattern { _ in SIMD4(repeating: 1) }
    let used = pattern { SIMD4<Float>.zero.replacing(with: 1, where: $0 .> 0) }
    var coverage = [Float](repeating: 0, count: count)
    var part = [Float](repeating: 0, count: count)
    for row in 0..<map.side {
      for column in 0..<map.side {
        let i = row * map.side + column
        let area = Float(map.area(patternRow: row, patternColumn: column))
        // Where all of it lies on the detector, the area as summed: then counts are conserved
        // exactly.
        let extent = all[i] > 0.995 * area ? all[i] : area
        coverage[i] = used[i] / extent
        part[i] = weights[i] / extent
        if coverage[i] < Float(minimumCoverage) { part[i] = 0 }
      }
    }
    self.weights = weights
    self.coverage = coverage
    self.sensitivity = part
  }
}
