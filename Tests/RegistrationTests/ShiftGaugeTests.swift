// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Testing

@Suite struct ShiftGaugeTests {
  let tilts = (0..<24).map { TiltAngle(degrees: -80 + 157 * Double($0) / 23) }

  @Test func aDisplacedObjectIsPureGauge() {
    let gauge = ShiftGauge(x: 2.5, y: -1, z: 4, axis: 0.7)
    let rest = removeGauge(tilts.map { gauge.shift(at: $0) }, tilts: tilts)
    for shift in rest {
      #expect(abs(shift.rows) < 1e-9)
      #expect(abs(shift.columns) < 1e-5)
    }
    let fitted = ShiftGauge(
      fittedTo: tilts.map { gauge.shift(at: $0) },
      at: tilts,
      includingAxis: true
    )
    #expect(abs(fitted.z - 4) < 1e-5)
    #expect(abs(fitted.axis - 0.7) < 1e-4)
  }

  @Test func aPointMovesAsItsProjectionDoes() {
    // x cos t + z sin t, as a projection shows it.
    let gauge = ShiftGauge(x: 3, y: 2, z: -5)
    let shift = gauge.shift(at: TiltAngle(degrees: 90))
    #expect(abs(shift.columns + 5) < 1e-12)
    #expect(shift.rows == 2)
    #expect(abs(gauge.shift(at: TiltAngle(degrees: 0)).columns - 3) < 1e-12)
  }

  @Test func removingTheGaugeIsAProjection() {
    var random = SeededGenerator(seed: 4)
    let shifts = tilts.map { _ in
      PixelShift(rows: random.normal(), columns: random.normal())
    }
    let once = removeGauge(shifts, tilts: tilts)
    let twice = removeGauge(once, tilts: tilts)
    for (a, b) in zip(once, twice) {
      #expect(abs(a.rows - b.rows) < 1e-9)
      #expect(abs(a.columns - b.columns) < 1e-5)
    }
    let removed = zip(shifts, once).map { $0 - $1 }
    let overlap = zip(removed, once).reduce(0) { $0 + $1.0.columns * $1.1.columns }
    #expect(abs(overlap) < 1e-4)
  }

  @Test func oneTiltAloneIsAllGauge() {
    let rest = removeGauge([PixelShift(rows: 3, columns: -2)], tilts: [tilts[5]])
    #expect(abs(rest[0].rows) < 1e-6 && abs(rest[0].columns) < 1e-6)
    #expect(removeGauge([], tilts: []).isEmpty)
  }
}
