// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import LivePipeline
import Testing

/// What counts as a change of the beam from scan to scan.
@Suite struct BeamWatchTests {
  private let low = PhotonEnergy(electronVolts: 708.2)
  private let high = PhotonEnergy(electronVolts: 710.2)

  @Test func aChangeIsToldOnceAndEachEnergyHasItsOwn() {
    var watch = BeamWatch()
    for scatter in [1, 0.98, 1.03, 1.01, 0.97, 1] {
      #expect(watch.take(2e8 * scatter, at: low) == nil)
      #expect(watch.take(3e8 * scatter, at: high) == nil)
    }
    #expect(watch.take(1.8e8, at: low) == nil)
    let drop = watch.take(1.82e8, at: low)
    #expect(drop?.before == 2e8 && abs((drop?.now ?? 0) / 1.81e8 - 1) < 1e-9)
    #expect(watch.take(1.8e8, at: low) == nil)
    #expect(watch.take(3e8, at: high) == nil)
    #expect(watch.take(2e8, at: low) == nil)
    let rise = watch.take(2e8, at: low)
    #expect(rise?.before == 1.8e8 && rise?.now == 2e8)
  }

  @Test func aSingleScanThatDepartsIsNoChange() {
    var watch = BeamWatch()
    for scan in [1, 1.01, 0.92, 1, 1.08, 0.93, 1, 0.99] {
      #expect(watch.take(2e8 * scan, at: low) == nil)
    }
  }

  @Test func aSlowDecayIsFollowed() {
    var watch = BeamWatch()
    var photons = 2e8
    for _ in 0..<100 {
      #expect(watch.take(photons, at: low) == nil)
      photons *= 0.99
    }
  }

  @Test func whatIsExpectedCountsBeforeAnyScan() {
    var watch = BeamWatch()
    #expect(watch.take(.nan, at: low, expected: 2e8) == nil)
    let change = watch.take(1.5e8, at: low, expected: 2e8)
    #expect(change?.before == 2e8 && change?.now == 1.5e8)
    #expect(watch.take(1.5e8, at: low, expected: 2e8) == nil)
  }

  /// A slow decay is followed by what is told once, and not by what lasts.
  @Test func theBeamIsHeldToWhatItFirstHad() {
    var watch = BeamWatch()
    #expect(watch.ratio(100, at: low) == nil)
    #expect(watch.ratio(.nan, at: low) == nil)
    #expect(watch.ratio(300, at: high) == nil)
    var last = 1.0
    for scan in 1..<40 { last = watch.ratio(100 * pow(0.95, Double(scan)), at: low) ?? .nan }
    #expect(abs(last - pow(0.95, 39) / pow(0.95, 2)) < 1e-9)
    #expect(watch.ratio(300, at: high) == 1)
    // Another tomogram begins anew.
    #expect(watch.ratio(20, at: low, of: "next") == nil)
    #expect(watch.ratio(10, at: low, of: "next") == 0.5)
  }
}
