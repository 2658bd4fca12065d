// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import Tomography

/// Whole series: order, repeated and uneven tilts, reports, and what is held meanwhile.
@Suite struct TiltSeriesTests {
  let parameters: TomographyParameters = {
    var parameters = TomographyParameters()
    parameters.volumeSide = 32
    parameters.volumeHeight = 3
    parameters.finalSweeps = 8
    return parameters
  }()

  /// Two bars in three slices.
  var truth: Volume {
    var volume = Volume(sizeX: 32, sizeZ: 32, sizeY: 3)
    for x in 0..<32 {
      for z in 0..<32 {
        let isIn = abs(x - 10) < 3 && abs(z - 18) < 8 || abs(x - 22) < 4 && abs(z - 12) < 3
        for y in 0..<3 { volume[x: x, z: z, y: y] = isIn ? 0.1 : 0 }
      }
    }
    return volume
  }

  func series(_ degrees: [Double]) -> TiltSeries {
    let truth = truth
    let tilts = degrees.map { TiltAngle(degrees: $0) }
    return TiltSeries(tilts: tilts) { place in
      let values = ParallelProjector.project(truth, at: tilts[place])
      return AlignedProjection(
        values: values,
        weights: Image(shape: values.shape, filledWith: 1),
        tilt: tilts[place]
      )
    }
  }

  func error(_ volume: Volume) -> Double {
    let (a, b) = (volume.values, truth.values)
    let squares = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return (squares / b.reduce(0.0) { $0 + Double($1 * $1) }).squareRoot()
  }

  let even = (0..<40).map { -80 + 157 * Double($0) / 39 }

  @Test func theOrderOfComingDoesNotMatter() {
    let sorted = ARTReconstruction.volume(from: series(even), parameters: parameters)
    let mixed = ARTReconstruction.volume(
      from: series(even.indices.map { even[($0 * 17 + 5) % 40] }),
      parameters: parameters
    )
    #expect(sorted == mixed)
    #expect(error(sorted) < 0.15)
  }

  @Test func tiltsMayBeRepeatedAndUneven() {
    let once = error(ARTReconstruction.volume(from: series(even), parameters: parameters))
    // Every tilt twice, some three times, and steps between a tenth of a degree and eight.
    let uneven = even.map { $0 + 3 * Double(Int($0 * 7) % 2) } + even + even.prefix(5)
    #expect(
      error(ARTReconstruction.volume(from: series(uneven), parameters: parameters)) < 1.2 * once
    )
    // A tilt taken out afterwards is as one that never came.
    let without = ARTReconstruction.volume(
      from: series(Array(even.dropFirst(3))),
      parameters: parameters
    )
    #expect(error(without) < 2 * once)
    let nothing = ARTReconstruction.volume(from: series([]), parameters: parameters)
    #expect(nothing.values.allSatisfy { $0 == 0 })
  }

  @Test(arguments: ReconstructionMethod.allCases)
  func everyMethodLowersTheResidual(method: ReconstructionMethod) {
    var parameters = parameters
    parameters.method = method
    if method == .sirt { parameters.relaxation = 1.5 }
    var reports: [SweepReport] = []
    let volume = ARTReconstruction.volume(from: series(even), parameters: parameters, sweeps: 12) {
      reports.append($0)
      return true
    }
    #expect(reports.map(\.sweep) == Array(0..<12))
    #expect(reports.allSatisfy { $0.count == 12 && $0.change > 0 })
    #expect(reports[11].residual < 0.5 * reports[0].residual)
    #expect(reports[11].change < reports[0].change)
    #expect(volume.values.allSatisfy { $0 >= 0 })
  }

  @Test func progressMayEndASeries() {
    var count = 0
    _ = ARTReconstruction.volume(from: series(even), parameters: parameters) {
      count += 1
      return $0.sweep < 2
    }
    #expect(count == 3)
  }

  @Test func sweepsGoOnFromTheVolume() {
    var running = ARTReconstruction(parameters: parameters)
    running.sweep(over: series(even), parameters: parameters, sweeps: 1)
    let first = error(running.volume)
    running.sweep(
      over: series(even),
      parameters: parameters,
      sweeps: 3,
      sharing: SerialWork(parts: 2)
    )
    #expect(error(running.volume) < first)
  }

  @Test func relaxationFallsAndSettles() {
    var parameters = parameters
    parameters.relaxation = 0.5
    parameters.relaxationDecay = 0.1
    parameters.settlingSweeps = 5
    let steps = (0..<20).map { parameters.relaxation(ofSweep: $0, of: 20) }
    #expect(steps[0] == 0.5)
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 > $1 })
    #expect(steps[14] == parameters.relaxation(ofSweep: 14))
    #expect(abs(steps[19] - 0.1 * parameters.relaxation(ofSweep: 19)) < 1e-6)
    #expect(parameters.relaxation(ofSweep: 0, of: 1) == 0.5)
  }

  @Test func nothingGrowsOutsideASupport() {
    var mask = Volume(sizeX: 32, sizeZ: 32, sizeY: 3)
    for x in 0..<32 {
      for z in 0..<32 where x < 16 {
        for y in 0..<3 { mask[x: x, z: z, y: y] = 1 }
      }
    }
    let support = Support(mask)
    #expect(support.count == 16 * 32 * 3)
    let volume = ARTReconstruction.volume(
      from: series(even),
      parameters: parameters,
      support: support
    )
    let outside = volume.values.indices.filter { mask.values[$0] == 0 && volume.values[$0] != 0 }
    #expect(outside.isEmpty)
    #expect(volume[x: 10, z: 18, y: 1] > 0.05)
    // Of the truth itself, all bars and a rim about them are in.
    let found = Support(of: truth, threshold: 0.2)
    #expect(found.count > truth.values.count { $0 > 0 })
    #expect(found.count < 2 * truth.values.count { $0 > 0 })
  }
}
