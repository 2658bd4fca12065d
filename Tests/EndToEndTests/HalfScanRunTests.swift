// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// What stands in the files of a live run beside object and probe.
@Suite struct HalfScanRunTests {
  @Test func eachTiltHasItsCorrelationItsErrorAndItsPhase() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 2
    run.configuration.results.halfScanTiming = .perTilt
    run.configuration.results.halfScanIterations = 15
    let outcome = try run.run()
    #expect(outcome.summary.scans.count == 4)
    for scan in outcome.summary.scans {
      let file = try StorageFile(reading: "\(outcome.results)/scans/\(scan.scan).cxi")
      let image = "/entry_1/image_1"
      let correlation = try file.read(Double.self, at: "\(image)/frc_1/correlation").values
      let halfBit = try file.read(Double.self, at: "\(image)/frc_1/half_bit").values
      #expect(correlation.count == halfBit.count && correlation.count > 10)
      #expect(correlation.prefix(2).allSatisfy { $0 > 0.8 })
      let atHalfBit = try file.readValue(Double.self, at: "\(image)/frc_1/half_period_at_half_bit")
      #expect(scan.halfPeriod == (atHalfBit.isFinite ? atHalfBit : nil))
      #expect(try file.readValue(Int32.self, at: "\(image)/frc_1/iterations") == 15)

      let object = try readCXIResult("\(outcome.results)/scans/\(scan.scan).cxi")
      let maps = try #require(object.maps)
      #expect(maps.opticalDensityError.values.allSatisfy { $0.isFinite && $0 > 0 })
      #expect(maps.phase.values.allSatisfy { $0.isFinite })
      let modulus = try file.readValue(
        Double.self,
        at: "\(image)/process_1/gauge/vacuum_modulus"
      )
      #expect(modulus == scan.vacuumModulus)
    }
  }

  @Test func withoutBeingAskedNoHalvesAreCompared() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 1
    let outcome = try run.run()
    #expect(outcome.summary.scans.allSatisfy { $0.halfPeriod == nil })
  }
}
