// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Testing
import Tomography

/// 158 tilts from −80° to 77° with jitter of ±4 pixels, as the experiment had them.
@Suite struct TiltRegistrationTests {
  @Test(arguments: [(0.02, 0.05), (0.10, 0.12)])
  func jitteredTiltsAreLaidWhereTheyBelong(noise: Double, bound: Double) {
    let series = SimulatedSeries(tiltCount: 158, noise: noise * SimulatedSeries.strongest)
    var assembly = series.assembly
    for projection in series.interleaved { _ = assembly.fold(projection) }
    let live = series.registrationError(of: assembly)
    #expect(max(live.rows, live.columns) < 2 * bound, "\(live)")
    let folded = series.chemistryError(of: assembly)
    var refinements = 0
    while assembly.refine() { refinements += 1 }
    #expect(refinements == 2 * 6 * 158 && assembly.isAtRest)
    let refined = series.chemistryError(of: assembly)
    let shifts = series.registrationError(of: assembly)
    assembly.finish()
    let end = series.chemistryError(of: assembly)
    // Within 5 % of the converged volume's error once nothing else is to be done.
    #expect(refined.density < 1.05 * end.density, "\(folded), \(refined), \(end)")
    print("noise \(noise): live \(folded), at rest \(refined) \(shifts), final \(end)")
    let final = series.registrationError(of: assembly)
    #expect(max(final.rows, final.columns) < bound, "\(final)")
    #expect(assembly.heldBackTilts.isEmpty)
    print("registration at noise \(noise): live \(live), final \(final) px")
  }

  /// The strongest density is what the noise is a part of.
  @Test func theNoiseIsAPartOfTheStrongestDensity() {
    let phantom = SimulatedSeries(tiltCount: 2).phantom
    let strongest =
      stride(from: -80.0, through: 77, by: 4).flatMap { degrees in
        phantom.projection(
          tilt: TiltAngle(degrees: degrees),
          energy: 0,
          shape: Shape2D(square: 80),
          displacedBy: .zero
        ).values
      }.max() ?? 0
    #expect(abs(Double(strongest) - SimulatedSeries.strongest) < 0.1, "\(strongest)")
  }

  /// A film of a third of the plates' density, thicker as 1/cos t.
  @Test(arguments: [true, false])
  func aSupportFilmDoesNotPullAndGoesWhereThatIsWanted(isSubtracted: Bool) {
    let series = SimulatedSeries(tiltCount: 40, noise: 0.03, litRadius: 70, film: 0.3)
    var tomography = TomographyParameters()
    tomography.subtractsFilm = isSubtracted
    var assembly = TomogramAssembly(
      name: "plates",
      energies: series.energies,
      tomography: tomography
    )
    for projection in series.interleaved {
      let report = assembly.fold(projection)
      #expect(report.accepted, "\(report)")
      if isSubtracted {
        #expect(report.film == nil)
      } else {
        let thick = 0.3 / cosine(series.tilts[report.tiltIndex ?? 0].radians)
        #expect(abs((report.film ?? 0) - thick) < 0.05)
      }
    }
    assembly.finish()
    let error = series.registrationError(of: assembly)
    print(
      "film \(isSubtracted ? "taken off" : "left"): \(error)",
      series.chemistryError(of: assembly)
    )
    #expect(max(error.rows, error.columns) < (isSubtracted ? 0.1 : 0.3), "\(error)")
    guard isSubtracted else { return }
    let chemistry = series.chemistryError(of: assembly)
    #expect(chemistry.density < 0.3, "\(chemistry)")
  }

  /// The lit circle is smaller than the object, and jitter moves other parts of it into view.
  @Test func anObjectThatLeavesTheViewIsStillLaidWhereItBelongs() {
    let series = SimulatedSeries(tiltCount: 60, noise: 0.03, jitter: 3, litRadius: 30)
    var assembly = series.assembly
    for projection in series.interleaved { _ = assembly.fold(projection) }
    assembly.finish()
    #expect(assembly.heldBackTilts.count < 3, "\(assembly.heldBackTilts)")
    let error = series.registrationError(of: assembly)
    #expect(max(error.rows, error.columns) < 0.3, "\(error)")
  }

  /// Tens of pixels apart, with an axis off by three degrees: as from a file, all at once.
  @Test func anUnalignedSeriesWithALeaningAxisIsAligned() {
    let lean = 3.0 * .pi / 180
    let series = SimulatedSeries(
      tiltCount: 60,
      noise: 0.03,
      jitter: 12,
      litRadius: 90,
      turn: { _ in lean }
    )
    var registration = RegistrationParameters()
    registration.maximumShift = 30
    var tomography = TomographyParameters()
    tomography.finalAlignmentRounds = 4
    var assembly = TomogramAssembly(
      name: "plates",
      energies: series.energies,
      registration: registration,
      tomography: tomography
    )
    let placement = assembly.take(series.interleaved)
    #expect(placement.refused.isEmpty)
    #expect(placement.sliceCount ?? 0 > 20)
    let coarse = series.registrationError(of: assembly)
    print("coarse \(coarse), lean \(assembly.axisLean)", placement.residual ?? -1)
    assembly.finish()
    let error = series.registrationError(of: assembly)
    print(
      "final \(error), lean \(assembly.axisLean)",
      series.chemistryError(of: assembly),
      assembly.selfConsistency ?? -1
    )
    #expect(max(error.rows, error.columns) < 0.1, "\(error)")
    #expect(abs(assembly.axisLean + 3) < 0.1, "\(assembly.axisLean)")
  }

  /// Single images turned by up to a degree, which only the similarity transform can undo.
  @Test func turnedImagesAreTurnedBack() {
    func turn(_ index: Int) -> Double { 0.015 * sine(Double(3 * index)) }
    let series = SimulatedSeries(tiltCount: 60, noise: 0.03, litRadius: 70, turn: turn)
    var assembly = series.assembly
    for projection in series.interleaved { _ = assembly.fold(projection) }
    let reports = assembly.finish()
    var squares = 0.0
    for report in reports {
      let error = report.rotation * .pi / 180 + turn(report.tiltIndex)
      squares += error * error
    }
    let rms = (squares / Double(reports.count)).squareRoot()
    print(
      "turns found to \(rms) rad of \(0.015 / 2.0.squareRoot())",
      series.registrationError(of: assembly)
    )
    #expect(rms < 0.004)
  }

  /// A tilt in which everything is three times as dense must not enter silently.
  @Test func aTiltOfAnotherStrengthIsHeldBackAndSaidSo() {
    let series = SimulatedSeries(tiltCount: 24)
    var assembly = series.assembly
    for (index, projections) in series.projections.enumerated() {
      var first = projections[0]
      if index == 14 {
        for i in first.opticalDensity.values.indices { first.opticalDensity.values[i] *= 3 }
      }
      let report = assembly.fold(first)
      #expect(report.accepted == (index != 14), "\(index) \(report)")
      if index == 14 { #expect(report.heldBackReason?.contains("times as dense") == true) }
    }
  }
}
