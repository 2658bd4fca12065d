// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Testing
import Tomography

/// A simulated series with noise of 0.07 OD and jitter of ±4 pixels, about which the demo's are.
@Suite struct TomogramAssemblyTests {
  static let series = SimulatedSeries()
  var series: SimulatedSeries { Self.series }

  @Test func aNoisyJitteredSeriesIsRegisteredAndReconstructed() {
    var assembly = series.assembly
    for projection in series.interleaved {
      let report = assembly.fold(projection)
      #expect(report.accepted, "\(report)")
    }
    let live = series.registrationError(of: assembly)
    #expect(live.rows < 0.2 && live.columns < 0.3, "\(live)")
    let early = series.chemistryError(of: assembly)
    #expect(early.composition < 0.10, "\(early)")
    #expect(early.density < 0.5, "\(early)")

    let reports = assembly.finish()
    let final = series.registrationError(of: assembly)
    #expect(final.rows < 0.2 && final.columns < 0.3, "\(final)")
    let chemistry = series.chemistryError(of: assembly)
    #expect(chemistry.composition < 0.09, "\(chemistry)")
    #expect(chemistry.density < 0.33, "\(chemistry)")
    #expect(reports.count == 24)
    for report in reports {
      #expect(report.accepted)
      for residual in report.residuals { #expect((residual ?? 1) < 0.12) }
    }
    print("registration: live \(live), final \(final) px; chemistry: \(early), \(chemistry)")
  }

  @Test func wholeSeriesOfEnergiesEndAtTheSameShifts() {
    var assembly = series.assembly
    for energy in 0..<2 {
      for projections in series.projections {
        #expect(assembly.fold(projections[energy]).accepted)
      }
    }
    let error = series.registrationError(of: assembly)
    #expect(error.rows < 0.2 && error.columns < 0.3, "\(error)")
    for report in assembly.tiltReports() {
      // Both energies lie alike in the images, so that nothing but noise is between them.
      let offset = report.energyOffsets[1] ?? .zero
      #expect(abs(offset.rows) < 0.2 && abs(offset.columns) < 0.2)
    }
  }

  @Test func theSameProjectionsGiveTheSameVolumes() {
    func run() -> [Volume] {
      var assembly = series.assembly
      for projection in series.interleaved.prefix(8) { _ = assembly.fold(projection) }
      assembly.finish()
      return assembly.volumes
    }
    #expect(run() == run())
  }

  @Test func aTiltThatShowsSomethingElseIsHeldBack() {
    var assembly = series.assembly
    for projection in series.interleaved.prefix(12) { _ = assembly.fold(projection) }
    let before = assembly.volumes
    var foreign = series.projections[6][0]
    var random = SeededGenerator(seed: 3)
    for i in foreign.opticalDensity.values.indices {
      foreign.opticalDensity.values[i] = Float(0.3 * random.normal())
    }
    let report = assembly.fold(foreign)
    #expect(!report.accepted)
    #expect(report.heldBackReason != nil)
    #expect(assembly.volumes == before)
    #expect(assembly.heldBackTilts == [6])
    // The same tilt, taken again, goes in.
    #expect(assembly.fold(series.projections[6][0]).accepted)
    #expect(assembly.heldBackTilts.isEmpty)
  }

  @Test func anglesWithinTheToleranceAreOneTilt() {
    var assembly = series.assembly
    for (energy, offset) in [(0, 0.0), (1, 0.03), (1, 0.2)] {
      var projection = series.projections[3][energy]
      projection.identity.tiltIndex = nil
      let degrees = (projection.identity.tilt?.degrees ?? 0) + offset
      projection.identity.tilt = TiltAngle(degrees: degrees)
      _ = assembly.fold(projection)
    }
    let reports = assembly.tiltReports()
    #expect(reports.count == 2)
    #expect(reports[0].residuals.allSatisfy { $0 != nil })
  }

  @Test func whatCannotBePlacedIsRefusedInWords() {
    var assembly = series.assembly
    var untilted = series.projections[0][0]
    untilted.identity.tilt = nil
    #expect(assembly.fold(untilted).heldBackReason == "its tilt is not known")
    var strange = series.projections[0][0]
    strange.identity.energy = PhotonEnergy(electronVolts: 700)
    #expect(assembly.fold(strange).heldBackReason?.contains("700") == true)
    var dark = series.projections[0][0]
    dark.coverage = Image(shape: dark.coverage.shape)
    #expect(assembly.fold(dark).heldBackReason?.contains("lit") == true)
    var coarse = series.projections[0][0]
    coarse.pixelSize = Length(nanometers: 10)
    #expect(assembly.fold(coarse).heldBackReason?.contains("size") == true)
    #expect(assembly.acceptedTiltCount == 0)
    #expect(assembly.finish().isEmpty)
  }

  @Test func notANumberInUnlitPixelsDoesNotSpread() {
    var assembly = series.assembly
    for var projection in series.interleaved.prefix(4) {
      for i in projection.coverage.values.indices where projection.coverage.values[i] == 0 {
        projection.opticalDensity.values[i] = .nan
      }
      #expect(assembly.fold(projection).accepted)
    }
    #expect(assembly.volumes.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
  }
}
