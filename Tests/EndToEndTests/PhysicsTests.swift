// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import Ptychography
import Registration
import Testing
import Tomography

/// What the whole path, from the bytes on the wire to voxels, must get right.
@Suite(.serialized) struct PhysicsTests {
  /// Two plates of different phases in a place that no mirror image has: handedness and signs of
  /// every step from the wire to the volume decide where they come out.
  @Test func aLopsidedSampleComesOutTheRightWayRound() throws {
    let lithiated = SIMD3(45e-9, -35e-9, 40e-9)
    let delithiated = SIMD3(-50e-9, 30e-9, -15e-9)
    func plate(_ center: SIMD3<Double>, _ half: SIMD3<Double>, _ part: Double) -> NanoPlate {
      NanoPlate(
        box: OrientedBox(
          center: center,
          axes: [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)],
          halfLengths: half
        ),
        lithiation: .uniform(part)
      )
    }
    var run = SimulatedRun()
    run.parameters.tiltCount = 9
    run.parameters.photonsPerSecond = 2e9
    run.phantom = Phantom(plates: [
      plate(lithiated, SIMD3(35e-9, 25e-9, 20e-9), 1),
      plate(delithiated, SIMD3(20e-9, 30e-9, 25e-9), 0),
    ])
    let outcome = try run.run()
    let tomogram = try outcome.tomogram()
    let chemistry = try #require(tomogram.chemistry)
    let found =
      (Self.centroid(of: chemistry.delithiated, tomogram.voxelSize)
        - Self.centroid(of: chemistry.lithiated, tomogram.voxelSize))
    let wanted = delithiated - lithiated
    for axis in 0..<3 {
      #expect(
        abs(found[axis] - wanted[axis]) < 10e-9,
        "axis \(["x", "y", "z"][axis]): found \(found[axis]), true \(wanted[axis]) m"
      )
    }
    // The phases themselves: each plate's own voxels are of its own phase.
    let labels = chemistry.phaseLabel.values
    let pure = labels.count { $0 == 1 || $0 == 3 }
    #expect(pure > 20 * labels.count { $0 == 2 } / 10)
    try Self.expectBothPlates(outcome, lithiated, delithiated)
  }

  /// At the end of a run its particles are told apart: here each plate, and which one has reacted.
  private static func expectBothPlates(
    _ outcome: SimulatedRun.Outcome,
    _ lithiated: SIMD3<Double>,
    _ delithiated: SIMD3<Double>
  ) throws {
    let particles = try #require(try outcome.tomogram().particles)
    func column(_ name: String) throws -> [Double] {
      try #require(particles.columns.first { $0.name == name }).values
    }
    let active = try column("is_active")
    #expect(try column("is_bunch") == [0, 0])
    #expect(active.sorted() == [0, 1])
    let places = try ["x", "y", "z"].map { try column("centroid_\($0)") }
    for row in active.indices where active.count == 2 {
      let other = 1 - row
      let wanted =
        active[row] == 1 ? delithiated - lithiated : lithiated - delithiated
      for axis in 0..<3 {
        let found = 1e-9 * (places[axis][row] - places[axis][other])
        #expect(abs(found - wanted[axis]) < 10e-9, "axis \(axis), particle \(row + 1)")
      }
    }
    #expect(outcome.summary.files.contains("particles.csv"))
  }

  /// The OD of a slab times its area is absorption times volume, at whatever tilt it is seen.
  ///
  /// A zone plate's hard edge puts some of its light outside a window of 128 object pixels, which
  /// passes beside a small slab and lowers its OD (Docs/Explanations/Ptychography.md). Zones of
  /// 50 nm keep this to 4 %; the scale is held to 10 %, tilts and energies among themselves to 5 %.
  @Test func aSlabHasItsOpticalDensityAtEveryTiltAndBothEnergies() throws {
    let half = SIMD3(55e-9, 60e-9, 30e-9)
    var run = SimulatedRun()
    run.parameters.tiltCount = 7
    run.parameters.firstAngle = TiltAngle(degrees: -60)
    run.parameters.lastAngle = TiltAngle(degrees: 60)
    run.parameters.photonsPerSecond = 2e10
    run.parameters.shiftJitter = 1
    run.parameters.outerZone = Length(nanometers: 50)
    run.parameters.defocus = Length(micrometers: 4)
    run.parameters.scanColumns = 7
    run.parameters.scanRows = 7
    run.parameters.step = Length(nanometers: 40)
    run.configuration.probe.outerZoneWidth = run.parameters.outerZone
    run.configuration.probe.defocus = run.parameters.defocus
    run.configuration.ptychography.iterations = 100
    // Few tilts of a body with few sides look little alike; here only their sums matter.
    run.configuration.registration.minimumConfidence = 0.1
    run.phantom = Phantom(plates: [
      NanoPlate(
        box: OrientedBox(
          center: .zero,
          axes: [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)],
          halfLengths: half
        ),
        lithiation: .uniform(1)
      )
    ])
    let tomogram = try run.run().tomogram()
    let pixel = tomogram.voxelSize.meters
    #expect(tomogram.accepted.allSatisfy { $0 })
    #expect(tomogram.tilts.count == 7 && tomogram.energies.count == 2)
    var ratios: [[Double]] = []
    for (energy, stack) in zip(tomogram.energies, tomogram.projections) {
      let perMicrometer = energy.electronVolts < 709 ? 11.80 : 5.45
      let wanted = perMicrometer * 1e6 * 8 * half.x * half.y * half.z
      ratios.append(
        tomogram.tilts.enumerated().map { place, tilt in
          let (cosine, sine) = (abs(cosine(tilt.radians)), abs(sine(tilt.radians)))
          let measured = Self.sum(
            over: stack[place],
            halfRows: half.y / pixel + 4,
            halfColumns: (half.x * cosine + half.z * sine) / pixel + 4
          )
          return measured * pixel * pixel / wanted
        }
      )
    }
    let all = ratios.flatMap { $0 }
    let mean = all.reduce(0, +) / Double(all.count)
    #expect(abs(mean - 1) < 0.1, "\(ratios)")
    // Their noise is some 2 %.
    for ratio in all { #expect(abs(ratio / mean - 1) < 0.07, "\(ratios)") }
    let first = ratios[0].reduce(0, +) / 7
    let second = ratios[1].reduce(0, +) / 7
    #expect(abs(first / second - 1) < 0.04, "\(first) and \(second)")
  }

  /// The sum over a rectangle about an image's middle.
  private static func sum(over image: Image, halfRows: Double, halfColumns: Double) -> Double {
    var total = 0.0
    for row in 0..<image.shape.rows {
      for column in 0..<image.shape.columns {
        let down = abs(Double(row) - Double(image.shape.rows - 1) / 2)
        let across = abs(Double(column) - Double(image.shape.columns - 1) / 2)
        if down <= halfRows, across <= halfColumns { total += Double(image[row, column]) }
      }
    }
    return total
  }

  /// The centre of mass about the volume's middle, (x, y, z), metres.
  private static func centroid(of volume: Volume, _ voxel: Length) -> SIMD3<Double> {
    var weight = 0.0
    var moment = SIMD3<Double>.zero
    let highest = volume.values.max() ?? 0
    for x in 0..<volume.sizeX {
      for z in 0..<volume.sizeZ {
        for y in 0..<volume.sizeY {
          let value = volume[x: x, z: z, y: y]
          guard value > 0.3 * highest else { continue }
          weight += Double(value)
          moment += Double(value) * SIMD3(Double(x), Double(y), Double(z))
        }
      }
    }
    let middle = SIMD3(
      Double(volume.sizeX - 1) / 2,
      Double(volume.sizeY - 1) / 2,
      Double(volume.sizeZ - 1) / 2
    )
    return (moment / weight - middle) * voxel.meters
  }
}
