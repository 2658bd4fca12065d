// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import TestSupport
import Testing

/// What a background of smooth scatter and a hot ring does to optical densities.
@Suite struct BackgroundBiasTests {
  /// Photons added to every pattern, DC at the corner: a smooth halo and a ring.
  private static var background: Image {
    var image = Image(shape: SyntheticScan.shape)
    for row in 0..<32 {
      for column in 0..<32 {
        let y = Double(row < 16 ? row : row - 32)
        let x = Double(column < 16 ? column : column - 32)
        let radius = (x * x + y * y).squareRoot()
        let halo = 250 * exponential(-radius * radius / 200)
        let distance = (radius - 10) / 0.8
        let ring = 350 * exponential(-distance * distance / 2)
        image[row, column] = Float(halo + ring)
      }
    }
    return image
  }

  /// Measured over true density: the slope of the one on the other over what is well lit.
  private static func bias(retrieves: Bool) -> Double {
    let scan = SyntheticScan(background: background)
    var solver = scan.reconstruction {
      $0.probeUpdatePeriod = 0
      $0.retrievesBackground = retrieves
    }
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(300)
    let result = solver.result()
    let lit = 0.1 * (result.coverage.values.max() ?? 0)
    let chosen = result.coverage.values.indices.filter { result.coverage.values[$0] > lit }
    let truth = chosen.map { density(scan.object.values[$0]) }
    let found = chosen.map { density(result.transmission.values[$0]) }
    let count = Double(chosen.count)
    let (trueMean, foundMean) = (truth.reduce(0, +) / count, found.reduce(0, +) / count)
    var product = 0.0
    var square = 0.0
    for (t, f) in zip(truth, found) {
      product += (t - trueMean) * (f - foundMean)
      square += (t - trueMean) * (t - trueMean)
    }
    return product / square - 1
  }

  private static func density(_ value: Complex64) -> Double {
    -naturalLogarithm(Double(max(value.squaredModulus, 1e-6)))
  }

  @Test func aRetrievedBackgroundTakesTheBiasAway() {
    let without = Self.bias(retrieves: false)
    let with = Self.bias(retrieves: true)
    #expect(abs(without) > 0.1, "unmodelled: \(without)")
    #expect(abs(with) <= 0.02, "retrieved: \(with), unmodelled: \(without)")
  }
}
