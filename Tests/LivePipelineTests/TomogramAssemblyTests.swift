// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Testing
import Tomography

@Suite struct TomogramAssemblyTests {
  let series = SimulatedSeries()

  @Test func aNoisyJitteredSeriesIsRegisteredAndReconstructed() {
    var assembly = series.assembly
    for projection in series.interleaved {
      let report = assembly.fold(projection)
      #expect(report.accepted, "\(report)")
    }
    let live = series.registrationError(of: assembly)
    let reports = assembly.finish()
    let final = series.registrationError(of: assembly)
    print("registration error: live \(live), final \(final) px RMS")
    #expect(live.rows < 0.7 && live.columns < 0.7)
    #expect(final.rows < 0.35 && final.columns < 0.35)
    #expect(reports.allSatisfy { $0.accepted })
  }
}
