// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

@Suite struct NoiseTests {
  /// Noise smoothed along all three axes by a Gaussian, of unit deviation; periodic.
  func noise(side: Int, sigma: Double, seed: UInt64) -> [Float] {
    var values = Phantoms.noise(count: side * side * side, seed: seed)
    guard sigma > 0 else { return values }
    let reach = Int(4 * sigma) + 1
    let kernel = (-reach...reach).map { exponential(-Double($0 * $0) / (2 * sigma * sigma)) }
    for stride in [1, side, side * side] {
      var next = values
      for i in values.indices {
        let place = i / stride % side
        var sum = 0.0
        for (k, weight) in kernel.enumerated() {
          let other = (place + k - reach + side) % side
          sum += weight * Double(values[i + (other - place) * stride])
        }
        next[i] = Float(sum)
      }
      values = next
    }
    let power = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
    return values.map { $0 / Float(power.squareRoot()) }
  }

  @Test(arguments: [0, 0.6, 1.0, 1.4])
  func smoothNoiseIsKnownWithItsLength(sigma: Double) {
    let side = 48
    let values = noise(side: side, sigma: sigma, seed: 3).map { 0.02 * $0 }
    let estimate = NoiseEstimate(of: values.span, rowLength: side) { _ in true }
    #expect(abs(estimate.deviation / 0.02 - 1) < 0.06, "\(estimate)")
    // Smoothing white noise by sigma correlates it over sqrt 2 sigma.
    #expect(abs(estimate.correlationLength - 2.0.squareRoot() * sigma) < 0.15 + 0.05 * sigma)
    // What that means for sums: the variance of the mean of many blocks.
    let record = OpticalDensityNoise(
      first: estimate.deviation,
      second: 0,
      correlationLength: estimate.correlationLength
    )
    let block = 12
    var sums: [Double] = []
    for x in stride(from: 0, to: side, by: block) {
      for z in stride(from: 0, to: side, by: block) {
        for y in stride(from: 0, to: side, by: block) {
          var sum = 0.0
          for a in x..<x + block {
            for b in z..<z + block {
              for c in y..<y + block { sum += Double(values[(a * side + b) * side + c]) }
            }
          }
          sums.append(sum)
        }
      }
    }
    let spread = sums.reduce(0) { $0 + $1 * $1 } / Double(sums.count)
    let expected =
      Double(block * block * block) * record.correlatedCount(dimensions: 3)
      * estimate.deviation * estimate.deviation
    // 64 blocks know a variance to 18 %; a block's rim shares less.
    #expect((0.45...1.6).contains(spread / expected), "\(spread / expected)")
  }

  @Test func noiseSmoothedBySciPyIsKnown() throws {
    let rows = try ReferenceNumbers("spectra.txt")["smooth"]
    let values = rows.flatMap { $0.map { Float($0) } }
    let estimate = NoiseEstimate(of: values.span, rowLength: rows[0].count) { _ in true }
    #expect(abs(estimate.deviation / 0.05 - 1) < 0.08, "\(estimate)")
    #expect(abs(estimate.correlationLength - 2.0.squareRoot() * 0.9) < 0.2)
  }

  @Test func errorsOfVoxelsAreTheScatterOfTheirCompositions() throws {
    let side = 32
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.02
    parameters.isNonNegative = false
    let inversion = try TwoEnergyInversion(parameters: parameters)
    let a = parameters.matrix
    for composition in [0.0, 0.3, 0.93] {
      let (l, d) = (composition * 6.7e-3, (1 - composition) * 6.7e-3)
      func volume(_ clean: Double, _ seed: UInt64) -> Volume {
        Volume(
          sizeX: side,
          sizeZ: side,
          sizeY: side,
          values: Phantoms.noise(count: side * side * side, seed: seed)
            .map { Float(clean) + 0.003 * $0 }
        )
      }
      let solved = inversion.solve(
        first: volume(a.lithiatedAtFirst * l + a.delithiatedAtFirst * d, 1),
        second: volume(a.lithiatedAtSecond * l + a.delithiatedAtSecond * d, 2),
        voxelSize: Length(nanometers: 6.7)
      )
      let errors = solved.composition.values.map { Double($0) - composition }
      let spread = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
      let stated = solved.compositionError.values.reduce(0.0) { $0 + Double($1) * Double($1) }
      let ratio = spread / (stated / Double(errors.count))
      #expect(abs(ratio.squareRoot() - 1) < 0.06, "\(composition): \(ratio.squareRoot())")
      #expect(abs(solved.noise.first - 0.003) < 1.5e-4)
      // With a noise that is given, errors are in proportion to it.
      let twice = inversion.solve(
        first: volume(a.lithiatedAtFirst * l + a.delithiatedAtFirst * d, 1),
        second: volume(a.lithiatedAtSecond * l + a.delithiatedAtSecond * d, 2),
        voxelSize: Length(nanometers: 6.7),
        noise: OpticalDensityNoise(first: 0.006, second: 0.006)
      )
      #expect(abs(twice.compositionError.values[77] / solved.compositionError.values[77] - 2) < 0.1)
    }
  }

  @Test func errorsAreNaNWithoutIronAndNeverMoreThanOne() throws {
    var parameters = ChemistryParameters()
    parameters.minimumIron = 0.01
    let inversion = try TwoEnergyInversion(parameters: parameters)
    let images = inversion.solve(
      first: Image(shape: Shape2D(rows: 1, columns: 3), values: [0.005, 0.02, .nan]),
      second: Image(shape: Shape2D(rows: 1, columns: 3), values: [0.005, 0.02, 0.5]),
      noise: OpticalDensityNoise(first: 10, second: 10)
    )
    #expect(images.compositionError.values[0].isNaN && images.compositionError.values[2].isNaN)
    #expect(images.compositionError.values[1] == 1)
  }

  @Test func volumesDoNotDependOnTheNumberOfThreads() throws {
    let values = noise(side: 24, sigma: 0.7, seed: 8)
    func volume(_ sign: Float) -> Volume {
      Volume(sizeX: 24, sizeZ: 24, sizeY: 24, values: values.map { 0.05 + sign * 0.03 * $0 })
    }
    let inversion = try TwoEnergyInversion()
    let serial = inversion.solve(
      first: volume(1),
      second: volume(-1),
      voxelSize: Length(nanometers: 6.7)
    )
    let shared = inversion.solve(
      first: volume(1),
      second: volume(-1),
      voxelSize: Length(nanometers: 6.7),
      sharing: ConcurrentWork()
    )
    #expect(serial.lithiated == shared.lithiated && serial.phaseLabel == shared.phaseLabel)
    #expect(
      serial.compositionError.values.map(\.bitPattern)
        == shared.compositionError.values.map(\.bitPattern)
    )
    #expect(serial.stateOfCharge == shared.stateOfCharge)
    let summary = inversion.summary(first: volume(1), second: volume(-1), sharing: ConcurrentWork())
    #expect(summary.stateOfCharge == serial.stateOfCharge && summary.noise == serial.noise)
  }

  @Test func theLevelOfEmptyVoxelsIsPartOfTheUncertainty() {
    let matrix = ChemistryParameters().matrix
    func sum(_ lithiated: Double, _ delithiated: Double) -> IronSum {
      IronSum(
        first: matrix.lithiatedAtFirst * lithiated + matrix.delithiatedAtFirst * delithiated,
        second: matrix.lithiatedAtSecond * lithiated + matrix.delithiatedAtSecond * delithiated,
        count: 100
      )
    }
    let none = OpticalDensityNoise(first: 0, second: 0)
    let sure = stateOfCharge(of: sum(80, 20), noise: none, matrix: matrix)
    #expect(abs((sure?.fraction ?? .nan) - 0.2) < 1e-12 && sure?.uncertainty ?? 1 < 1e-12)
    let unsure = stateOfCharge(
      of: sum(80, 20),
      atOtherLevels: [sum(82, 18), sum(76, 24)],
      noise: none,
      matrix: matrix
    )
    #expect(abs((unsure?.fraction ?? .nan) - 0.2) < 1e-12)
    // From 0.18 to 0.24, anywhere with equal chance.
    #expect(abs((unsure?.uncertainty ?? .nan) - 0.06 / 12.0.squareRoot()) < 1e-12)
    let alone = OpticalDensityNoise(first: 0.5, second: 0.5)
    let shared = OpticalDensityNoise(first: 0.5, second: 0.5, correlationLength: 1.5)
    let a = stateOfCharge(of: sum(80, 20), noise: alone, matrix: matrix)
    let b = stateOfCharge(of: sum(80, 20), noise: shared, matrix: matrix)
    // (√(2π) 1.5)³ voxels share their noise.
    let expected = (3.7599 * 3.7599 * 3.7599 as Double).squareRoot()
    #expect(abs((b?.uncertainty ?? 0) / (a?.uncertainty ?? 1) - expected) < 0.01)
  }
}
