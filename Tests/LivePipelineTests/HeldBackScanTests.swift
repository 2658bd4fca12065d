// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Registration
import Testing
import Tomography

/// What cannot be trusted must not reach a volume, whichever way it comes.
@Suite struct HeldBackScanTests {
  static let series = SimulatedSeries()
  var series: SimulatedSeries { Self.series }

  private func noise(_ projection: Projection, largest: Double = 5) -> Projection {
    var random = SeededGenerator(seed: 17)
    var foreign = projection
    for i in foreign.opticalDensity.values.indices {
      foreign.opticalDensity.values[i] = Float(largest * random.uniform())
    }
    return foreign
  }

  private func multiplied(_ projection: Projection, by factor: Float) -> Projection {
    var denser = projection
    for i in denser.opticalDensity.values.indices { denser.opticalDensity.values[i] *= factor }
    return denser
  }

  /// Folds both energies of all tilts, some of them changed.
  private func folded(
    _ change: (_ tilt: Int, _ energy: Int, Projection) -> Projection
  ) -> (assembly: TomogramAssembly, refused: [(tilt: Int, energy: Int)]) {
    var assembly = series.assembly
    var refused: [(tilt: Int, energy: Int)] = []
    for (tilt, projections) in series.projections.enumerated() {
      for (energy, projection) in projections.enumerated() {
        if !assembly.fold(change(tilt, energy, projection)).accepted {
          refused.append((tilt, energy))
        }
      }
    }
    return (assembly, refused)
  }

  @Test func aSecondEnergyThatShowsSomethingElseIsHeldBackAlone() {
    var (assembly, refused) = folded { tilt, energy, projection in
      tilt == 14 && energy == 1 ? noise(projection) : projection
    }
    #expect(refused.count == 1 && refused[0] == (14, 1))
    let reports = assembly.finish()
    #expect(reports[14].accepted)
    #expect(reports[14].residuals[0] ?? 1 < 0.12 && reports[14].residuals[1] == nil)
    #expect(assembly.heldBackScans.count == 1 && assembly.heldBackScans[0].tiltIndex == 14)
    #expect(reports[13].residuals[1] ?? 1 < 0.12)
    // The file says that the tilt takes part: its other energy must not stand beside it.
    #expect(!assembly.alignedProjections(energy: 1).contains { $0.tiltIndex == 14 })
  }

  @Test func aFirstEnergyThatIsHeldBackDoesNotEnterThroughTheSecond() {
    var (assembly, refused) = folded { tilt, energy, projection in
      tilt == 14 && energy == 0 ? multiplied(projection, by: 3) : projection
    }
    #expect(refused.count == 1 && refused[0] == (14, 0))
    let live = assembly.tiltReports(measuringResiduals: false)
    #expect(live[14].accepted && live[14].residuals[0] == nil)
    let reports = assembly.finish()
    #expect(reports[14].residuals[0] == nil && reports[14].residuals[1] ?? 1 < 0.12)
  }

  @Test func aBadRepeatDoesNotTakeThePlaceOfAGoodScan() {
    var (assembly, refused) = folded { _, _, projection in projection }
    #expect(refused.isEmpty)
    for energy in 0..<2 {
      let report = assembly.fold(noise(series.projections[10][energy]))
      #expect(!report.accepted && report.tiltIndex == 10, "\(report)")
    }
    #expect(assembly.acceptedTiltCount == 24 && assembly.heldBackScans.isEmpty)
    #expect(assembly.finish()[10].residuals.allSatisfy { $0 ?? 1 < 0.12 })
    // A good one does, and stands where it was taken.
    var moved = series.projections[10][0]
    moved.opticalDensity = resampled(
      moved.opticalDensity,
      to: moved.opticalDensity.shape,
      columns: 2
    )
    moved.coverage = resampled(moved.coverage, to: moved.coverage.shape, columns: 2)
    #expect(assembly.fold(moved).accepted)
    let offset = assembly.tiltReports(measuringResiduals: false)[10].energyOffsets[0]
    #expect(abs((offset?.columns ?? 0) + 2) < 0.3, "\(String(describing: offset))")
  }

  /// Through a file, where all tilts are placed by their mass at once.
  @Test func aTiltOfAnotherStrengthInAFileIsHeldBack() {
    let series = SimulatedSeries(tiltCount: 40, noise: 0.03, litRadius: 80)
    var assembly = series.assembly
    let projections = series.projections.enumerated().map { tilt, projections in
      tilt == 14 ? multiplied(projections[0], by: 3) : projections[0]
    }
    let placement = assembly.take(projections)
    #expect(placement.sliceCount != nil)
    let reports = assembly.finish()
    #expect(!reports[14].accepted)
    #expect(assembly.heldBackTilts == [14])
  }

  /// With a leaning axis a tilt that is tried again must be turned like the others.
  @Test func aTiltTriedAgainIsTurnedLikeTheOthers() {
    let lean = 4.0 * .pi / 180
    let series = SimulatedSeries(
      tiltCount: 60,
      noise: 0.03,
      litRadius: 90,
      turn: { _ in lean }
    )
    var assembly = series.assembly
    let projections = series.projections.enumerated().map { tilt, projections in
      tilt == 20 ? multiplied(projections[0], by: 1.6) : projections[0]
    }
    _ = assembly.take(projections)
    let reports = assembly.finish()
    let others = reports.filter { $0.tiltIndex != 20 }
    #expect(others.allSatisfy { abs($0.rotation + 4) < 0.4 })
    if reports[20].accepted {
      #expect(abs(reports[20].rotation + 4) < 0.6, "\(reports[20])")
    }
    #expect(abs(assembly.axisLean + 4) < 0.15, "\(assembly.axisLean)")
  }

  /// The energies change places from tilt to tilt, and lie three pixels apart.
  @Test func whatLiesBetweenEnergiesIsCountedOnce() {
    var assembly = series.assembly
    for (tilt, projections) in series.projections.enumerated() {
      var pair = projections
      let shape = pair[1].opticalDensity.shape
      pair[1].opticalDensity = resampled(pair[1].opticalDensity, to: shape, columns: 3)
      pair[1].coverage = resampled(pair[1].coverage, to: shape, columns: 3)
      if tilt == 11 { pair[0] = noise(pair[0]) }
      for projection in tilt % 2 == 0 ? pair : pair.reversed() { _ = assembly.fold(projection) }
      // Taken again: now the good one.
      if tilt == 11 { #expect(assembly.fold(projections[0]).accepted) }
    }
    let reports = assembly.finish()
    #expect(reports.allSatisfy { $0.accepted })
    for report in reports {
      #expect(report.residuals.allSatisfy { $0 ?? 1 < 0.12 }, "\(report)")
      let between =
        (report.energyOffsets[1] ?? .zero).columns - (report.energyOffsets[0] ?? .zero).columns
      #expect(abs(between + 3) < 0.4, "\(report)")
    }
  }

  @Test func whatStandsFinallyIsNotMoved() {
    var tomography = TomographyParameters()
    tomography.finalAlignmentRounds = 0
    var assembly = TomogramAssembly(
      name: "standing",
      energies: series.energies,
      tomography: tomography
    )
    _ = assembly.take(series.interleaved, standing: .final, heldBack: [14])
    let reports = assembly.finish()
    #expect(!reports[14].accepted && reports[14].shift == .zero)
    #expect(reports.allSatisfy { $0.shift == .zero && $0.rotation == 0 })
  }

  @Test func aTiltFarOutIsRefusedWithWhereItLies() {
    var (assembly, _) = folded { _, _, projection in projection }
    var far = series.projections[5][0]
    far.identity.tiltIndex = 77
    far.identity.tilt = TiltAngle(degrees: -41)
    let shape = far.opticalDensity.shape
    far.opticalDensity = resampled(far.opticalDensity, to: shape, columns: 40)
    far.coverage = Image(shape: shape, filledWith: 1)
    for i in far.opticalDensity.values.indices where !(far.opticalDensity.values[i] < 8) {
      far.opticalDensity.values[i] = 0
    }
    let report = assembly.fold(far)
    #expect(!report.accepted, "\(report)")
  }
}
