// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import Tomography

@Suite struct ARTReconstructionTests {
  let tilts = (0..<60).map { TiltAngle(degrees: -80 + 157 * Double($0) / 59) }

  /// Three plates at different slants, one of them twice as dense, in four slices.
  var plates: Volume {
    var volume = Volume(sizeX: 48, sizeZ: 48, sizeY: 4)
    for x in 0..<48 {
      for z in 0..<48 {
        let (u, w) = (Double(x) - 23.5, Double(z) - 23.5)
        let first = abs(0.6 * u + 0.8 * w - 6) < 2 && abs(0.8 * u - 0.6 * w) < 12
        let second = abs(0.9 * u - 0.436 * w + 8) < 2.5 && abs(0.436 * u + 0.9 * w) < 9
        let third = abs(w + 12) < 2 && abs(u) < 10
        for y in 0..<4 {
          volume[x: x, z: z, y: y] = (first ? 0.08 : 0) + (second ? 0.16 : 0) + (third ? 0.08 : 0)
        }
      }
    }
    return volume
  }

  /// The relative error after sweeps in an order.
  func error(order: [Int], sweeps: Int, isNonNegative: Bool) -> Double {
    let truth = plates
    var reconstruction = ARTReconstruction(
      volume: Volume(sizeX: 48, sizeZ: 48, sizeY: 4),
      isNonNegative: isNonNegative
    )
    let ones = Image(shape: Shape2D(rows: 4, columns: 48), filledWith: 1)
    for _ in 0..<sweeps {
      for tilt in order {
        let rays = RayTable(tilt: tilts[tilt], sizeX: 48, sizeZ: 48)
        reconstruction.fold(
          ParallelProjector.project(truth, along: rays),
          weights: ones,
          along: rays,
          relaxation: 1
        )
      }
    }
    return relativeDifference(reconstruction.volume, truth)
  }

  func relativeDifference(_ a: Volume, _ b: Volume) -> Double {
    let squares = zip(a.values, b.values).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return (squares / innerProduct(b.values.span, b.values.span)).squareRoot()
  }

  @Test func platesComeBackFromNoiseFreeProjections() {
    let order = ReplayOrder.decorrelated(tilts)
    #expect(error(order: order, sweeps: 1, isNonNegative: true) < 0.3)
    #expect(error(order: order, sweeps: 40, isNonNegative: true) < 0.05)
  }

  @Test func decorrelatedOrderAndNonNegativityEachLowerTheError() {
    let order = ReplayOrder.decorrelated(tilts)
    let best = error(order: order, sweeps: 1, isNonNegative: true)
    #expect(error(order: Array(tilts.indices), sweeps: 1, isNonNegative: true) > 1.3 * best)
    #expect(error(order: order, sweeps: 1, isNonNegative: false) > 1.3 * best)
  }

  @Test func unlitPixelsNeverEnter() {
    let rays = RayTable(tilt: TiltAngle(degrees: 17), sizeX: 20, sizeZ: 20)
    let shape = Shape2D(rows: 3, columns: 20)
    var garbage = Image(shape: shape, filledWith: 1)
    var weights = Image(shape: shape, filledWith: 1)
    for column in 0..<20 {
      garbage[1, column] = 1e6
      weights[1, column] = 0
    }
    var reconstruction = ARTReconstruction(volume: Volume(sizeX: 20, sizeZ: 20, sizeY: 3))
    let residual = reconstruction.fold(garbage, weights: weights, along: rays, relaxation: 1)
    #expect(residual < 1.01)
    for x in 0..<20 {
      for z in 0..<20 { #expect(reconstruction.volume[x: x, z: z, y: 1] == 0) }
    }
    #expect(reconstruction.volume[x: 10, z: 10, y: 0] > 0)
    #expect(reconstruction.volume[x: 10, z: 10, y: 2] > 0)
  }

  @Test func oneFoldAtFullRelaxationMeetsDisjointRays() {
    // At 0° the rays share no voxel, so that one fold satisfies each exactly.
    var random = SeededGenerator(seed: 5)
    let rays = RayTable(tilt: TiltAngle(degrees: 0), sizeX: 12, sizeZ: 9)
    var measured = Image(shape: Shape2D(rows: 5, columns: 12), random: &random)
    for i in measured.values.indices { measured.values[i] += 0.5 }
    let weights = Image(shape: measured.shape, filledWith: 1)
    var reconstruction = ARTReconstruction(volume: Volume(sizeX: 12, sizeZ: 9, sizeY: 5))
    let before = reconstruction.fold(measured, weights: weights, along: rays, relaxation: 1)
    let after = reconstruction.fold(measured, weights: weights, along: rays, relaxation: 1)
    #expect(before > 0.3)
    #expect(after < 1e-5)
  }

  @Test func replayVisitsEveryTiltOnceAndFarFromItsNeighbour() {
    let order = ReplayOrder.decorrelated(tilts)
    #expect(order.sorted() == Array(tilts.indices))
    let steps = zip(order, order.dropFirst()).map {
      abs(tilts[$0].degrees - tilts[$1].degrees)
    }
    #expect(steps.reduce(0, +) / Double(steps.count) > 40)
  }

  @Test func parametersOutOfBoundsAreNamed() {
    var parameters = TomographyParameters()
    #expect(throws: Never.self) { try parameters.validate() }
    parameters.settlingSweeps = parameters.finalSweeps + 1
    #expect(throws: ParameterError.self) { try parameters.validate() }
  }
}
