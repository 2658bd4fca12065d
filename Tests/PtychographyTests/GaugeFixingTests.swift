// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography
import Testing

@Suite struct GaugeFixingTests {
  /// A known pair as a reconstruction would hold it, in any gauge.
  private struct Pair {
    var ramp = (row: 0.0, column: 0.0)
    var shift = (row: 0.0, column: 0.0)
    var phase = 0.0
    var scale = 1.0

    /// The object times its ramp, the probe times the opposite and moved; the origin follows.
    func object(of scan: SyntheticScan, object truth: ComplexImage) -> ReconstructedObject {
      var object = truth
      for row in 0..<object.shape.rows {
        for column in 0..<object.shape.columns {
          let angle = ramp.row * Double(row) + ramp.column * Double(column) + phase
          object[row, column] =
            Complex64(modulus: Float(scale), phase: Float(angle)) * object[row, column]
        }
      }
      var probe = SyntheticScan.moved(scan.probe, shift.row, shift.column)
      for row in 0..<probe.shape.rows {
        for column in 0..<probe.shape.columns {
          let angle = -ramp.row * Double(row) - ramp.column * Double(column)
          probe[row, column] =
            Complex64(modulus: Float(1 / scale), phase: Float(angle)) * probe[row, column]
        }
      }
      let pixel = scan.grid.pixelSize.meters
      return ReconstructedObject(
        identity: ScanIdentity(scan: "a", energy: PhotonEnergy(electronVolts: 708.2)),
        transmission: object,
        probe: probe,
        coverage: Self.coverage(of: scan),
        pixelSize: scan.grid.pixelSize,
        origin: ScanPosition(
          x: scan.grid.origin.x + shift.column * pixel,
          y: scan.grid.origin.y + shift.row * pixel
        )
      )
    }

    private static func coverage(of scan: SyntheticScan) -> Image {
      var coverage = Image(shape: scan.grid.objectShape)
      for position in scan.positions {
        let place = scan.grid.place(of: position)
        for row in 0..<32 {
          for column in 0..<32 {
            coverage[Int(place.row) + row, Int(place.column) + column] +=
              scan.probe[row, column].squaredModulus
          }
        }
      }
      return coverage
    }
  }

  /// The patterns that an object and its probe make at a scan's positions.
  private static func patterns(of object: ReconstructedObject, _ scan: SyntheticScan) -> [Image] {
    let pixel = object.pixelSize.meters
    return scan.positions.map { position in
      SyntheticScan.amplitudes(
        object.probe,
        object.transmission,
        (
          (position.y - object.origin.y) / pixel - 16,
          (position.x - object.origin.x) / pixel - 16
        ),
        nil,
        { _, _ in false }
      )
    }
  }

  private static func difference(_ first: [Image], _ second: [Image]) -> Double {
    var square = 0.0
    var norm = 0.0
    for (a, b) in zip(first, second) {
      for i in a.values.indices {
        square += Double((a.values[i] - b.values[i]) * (a.values[i] - b.values[i]))
        norm += Double(a.values[i] * a.values[i])
      }
    }
    return (square / norm).squareRoot()
  }

  @Test func aRampAShiftAPhaseAndAFactorAreTakenOffAgain() throws {
    // A probe that is dark at the frame's edges, where what is moved wraps around.
    let scan = SyntheticScan(lens: SyntheticScan.lens(power: 1e6, curvature: 10, radius: 5))
    var plain = Pair().object(of: scan, object: scan.object)
    plain.fixGauge()
    let own = try #require(plain.gauge)
    let pair = Pair(ramp: (0.11, -0.07), shift: (1.3, -2.6), phase: 2.1, scale: 1.07)
    let object = pair.object(of: scan, object: scan.object)
    var fixed = object
    fixed.fixGauge()
    let gauge = try #require(fixed.gauge)
    #expect(gauge.isVacuumInView)
    #expect(abs(gauge.rampRows - own.rampRows - 0.11) < 1e-3)
    #expect(abs(gauge.rampColumns - own.rampColumns + 0.07) < 1e-3)
    #expect(abs(gauge.shiftRows - own.shiftRows - 1.3) < 0.02)
    #expect(abs(gauge.shiftColumns - own.shiftColumns + 2.6) < 0.02)
    #expect(abs(gauge.scale / own.scale - 1.07) < 2e-3)
    let turn = Complex64(modulus: 1, phase: Float(gauge.phase - own.phase - 2.1))
    #expect(abs(turn.phase) < 0.03)

    #expect(Self.difference(Self.patterns(of: fixed, scan), scan.patterns.map(\.amplitudes)) < 1e-4)
    // Both are the same object, at the same place, now.
    let pixel = object.pixelSize.meters
    #expect(abs(fixed.origin.x - plain.origin.x) < 0.02 * pixel)
    #expect(abs(fixed.origin.y - plain.origin.y) < 0.02 * pixel)
    let lit = 0.1 * (fixed.coverage.values.max() ?? 0)
    for i in fixed.transmission.values.indices where fixed.coverage.values[i] > lit {
      let ratio = fixed.transmission.values[i] * plain.transmission.values[i].conjugate
      #expect(abs(ratio.phase) < 0.01)
      let truth = fixed.transmission.values[i] * scan.object.values[i].conjugate
      #expect(abs(truth.phase) < 0.03)
      #expect(abs(fixed.transmission.values[i].modulus - scan.object.values[i].modulus) < 0.01)
    }
    // Nothing is left to do.
    var again = fixed
    again.gauge = nil
    again.fixGauge()
    #expect(abs(again.gauge?.rampRows ?? 1) < 1e-3)
    #expect(abs(again.gauge?.shiftRows ?? 1) < 2e-3)
  }

  @Test func withoutVacuumTheFarFieldOfTheProbeDecides() throws {
    let scan = SyntheticScan()
    // Absorbs everywhere, so much that no modulus passes for vacuum.
    var truth = scan.object
    truth.values = truth.values.map { Complex64(modulus: 0.5, phase: 0.3) * $0 }
    let pair = Pair(ramp: (0.12, -0.2), phase: 0.5)
    let object = pair.object(of: scan, object: truth)
    var fixed = object
    fixed.fixGauge(start: scan.probe)
    let gauge = try #require(fixed.gauge)
    #expect(!gauge.isVacuumInView)
    #expect(gauge.scale == 1)
    #expect(abs(gauge.rampRows - 0.12) < 4e-3)
    #expect(abs(gauge.rampColumns + 0.2) < 4e-3)
    #expect(Self.difference(Self.patterns(of: object, scan), Self.patterns(of: fixed, scan)) < 1e-4)
  }

  @Test func theProjectionOfAFixedObjectLiesWhereThatOfTheObjectLay() {
    let scan = SyntheticScan()
    let object = Pair(ramp: (0.1, 0), shift: (2.3, 0)).object(of: scan, object: scan.object)
    let before = opticalDensityProjection(of: object).0
    var fixed = object
    fixed.fixGauge()
    fixed.maps = objectMaps(of: fixed)
    let after = opticalDensityProjection(of: fixed).0
    for i in before.opticalDensity.values.indices {
      #expect(abs(before.opticalDensity.values[i] - after.opticalDensity.values[i]) < 1e-3)
    }
  }

  /// What is no number in an object, lit or unlit, is in nothing that comes out.
  @Test(arguments: [Float.nan, .infinity])
  func noBorderIsNaN(bad: Float) {
    let scan = SyntheticScan()
    var object = Pair(ramp: (0.1, -0.05), shift: (0.4, 0.3)).object(of: scan, object: scan.object)
    let shape = object.transmission.shape
    let dark = object.coverage.values.indices.filter { object.coverage.values[$0] == 0 }
    #expect(!dark.isEmpty)
    for i in dark { object.transmission.values[i] = i % 2 == 0 ? Complex64(bad, 0) : .one }
    object.transmission[shape.rows / 2, shape.columns / 2] = Complex64(0, bad)
    object.fixGauge()
    object.maps = objectMaps(of: object)
    let projection = opticalDensityProjection(
      of: object,
      shape: Shape2D(rows: shape.rows + 20, columns: shape.columns + 20)
    ).0
    #expect(object.transmission.values.allSatisfy { $0.re.isFinite && $0.im.isFinite })
    #expect(dark.allSatisfy { object.transmission.values[$0] == .one })
    let images = [
      object.maps?.opticalDensity, object.maps?.opticalDensityError, object.maps?.phase,
      projection.opticalDensity, projection.coverage, projection.opticalDensityError,
    ]
    for image in images { #expect(image?.values.allSatisfy(\.isFinite) == true) }
    #expect(dark.allSatisfy { object.maps?.phase.values[$0] == 0 })
    #expect(projection.opticalDensity[0, 0] == 0 && projection.coverage[0, 0] == 0)
  }

  /// Two reconstructions from different starts, as of two energies, end in one gauge.
  @Test func reconstructionsFromDifferentStartsAgreeInPhaseAndPlace() {
    let scan = SyntheticScan()
    func run(_ probe: ComplexImage) -> ReconstructedObject {
      var solver = scan.reconstruction(probe: probe)
      for pattern in scan.patterns { solver.add(pattern) }
      solver.iterate(150)
      return solver.finishedResult()
    }
    // The second starts half a pattern pixel and a pixel of the object off.
    var tilted = SyntheticScan.moved(scan.probe, 1, 0)
    for row in 0..<32 {
      for column in 0..<32 {
        tilted[row, column] =
          Complex64(modulus: 1, phase: Float(0.1 * Double(column))) * tilted[row, column]
      }
    }
    let first = run(scan.probe)
    let second = run(tilted)
    #expect(first.gauge?.isVacuumInView == true)
    #expect(abs((first.gauge?.rampColumns ?? 0) - (second.gauge?.rampColumns ?? 0)) > 0.005)
    let lit = 0.2 * (first.coverage.values.max() ?? 0)
    var (square, count) = (0.0, 0.0)
    for row in 2..<first.transmission.shape.rows - 2 {
      for column in 2..<first.transmission.shape.columns - 2 where first.coverage[row, column] > lit
      {
        let value = first.maps?.phase[row, column] ?? .nan
        let truth = scan.object[row, column].phase
        square += Double((value - truth) * (value - truth))
        count += 1
      }
    }
    #expect((square / count).squareRoot() < 0.03)
    let pixel = first.pixelSize.meters
    #expect(abs(first.origin.x - second.origin.x) < 1.2 * pixel)
    for object in [first, second] {
      let isFinite = object.transmission.values.allSatisfy { $0.re.isFinite && $0.im.isFinite }
      #expect(isFinite)
      for i in object.transmission.values.indices where object.coverage.values[i] == 0 {
        #expect(object.transmission.values[i] == .one)
        #expect(object.maps?.phase.values[i] == 0)
        #expect(object.maps?.opticalDensity.values[i] == 0)
      }
    }
  }
}
