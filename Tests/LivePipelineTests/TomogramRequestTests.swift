// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import TestSupport
import Testing

/// Tilts that somebody takes out of a tomogram that grows, and takes back.
@Suite struct TomogramRequestTests {
  static let series = SimulatedSeries()
  var series: SimulatedSeries { Self.series }

  /// The first tilts, both energies of each.
  private func grown(_ tilts: Int = 12) -> TomogramAssembly {
    var assembly = series.assembly
    for projections in series.projections.prefix(tilts) {
      for projection in projections { #expect(assembly.fold(projection).accepted) }
    }
    return assembly
  }

  @Test func aTiltThatIsHeldBackLeavesNothingInTheVolumes() throws {
    var assembly = grown()
    let tookPartBefore = assembly.holdBack(tilt: 5)
    #expect(tookPartBefore)
    #expect(assembly.withheldTilts == [5] && assembly.heldBackTilts.isEmpty)
    assembly.rebuildRunning()
    let report = try #require(assembly.tiltReports().first { $0.tiltIndex == 5 })
    #expect(!report.accepted && report.heldBackReason == "held back on request")
    #expect(report.residuals.allSatisfy { $0 == nil })

    // The same as of a series that never had it, where both are made anew from the same places.
    var without = assembly
    let tookPart = without.drop(tilt: 5)
    #expect(!tookPart)
    without.rebuildRunning()
    #expect(assembly.volumes == without.volumes)
    #expect(without.tiltReports().count == 11 && without.withheldTilts.isEmpty)

    // It stays out at the end, too, and a repeat of it is kept and not folded.
    let repeated = assembly.fold(series.projections[5][0])
    #expect(!repeated.accepted && repeated.heldBackReason == "held back on request")
    let reports = assembly.finish()
    #expect(reports.filter { !$0.accepted }.map(\.tiltIndex) == [5])
  }

  @Test func aTiltThatIsTakenBackLiesWhereItWas() throws {
    var assembly = grown()
    let before = try #require(assembly.tiltReports().first { $0.tiltIndex == 5 })
    assembly.holdBack(tilt: 5)
    assembly.rebuildRunning()
    let refusal = assembly.takeBack(tilt: 5)
    #expect(refusal == nil)
    assembly.rebuildRunning()
    let after = try #require(assembly.tiltReports().first { $0.tiltIndex == 5 })
    #expect(after.accepted && after.heldBackReason == nil)
    #expect(abs(after.shift.rows - before.shift.rows) < 0.5)
    #expect(abs(after.shift.columns - before.shift.columns) < 0.5)
    #expect(assembly.acceptedTiltCount == 12 && assembly.withheldTilts.isEmpty)
  }

  @Test func whatDoesNotFitStaysHeldBackAndSaysWhy() throws {
    var assembly = grown()
    var foreign = series.projections[12][0]
    var random = SeededGenerator(seed: 3)
    for i in foreign.opticalDensity.values.indices {
      foreign.opticalDensity.values[i] = Float(0.3 * random.normal())
    }
    #expect(!assembly.fold(foreign).accepted)
    let refusal = assembly.takeBack(tilt: 12)
    let reason = try #require(refusal)
    #expect(reason.contains("correlation"), "\(reason)")
    let report = try #require(assembly.tiltReports().first { $0.tiltIndex == 12 })
    #expect(report.heldBackReason == reason)
    let unknown = assembly.takeBack(tilt: 99)
    #expect(unknown == "there is no such tilt")
    let isThere = [assembly.holdBack(tilt: 99), assembly.drop(tilt: 99)]
    #expect(isThere == [false, false])
  }

  @Test func aDroppedTiltCanBeMeasuredAgain() {
    var assembly = grown()
    let isGone = assembly.drop(tilt: 5)
    #expect(isGone)
    assembly.rebuildRunning()
    #expect(assembly.acceptedTiltCount == 11)
    for projection in series.projections[5] { #expect(assembly.fold(projection).accepted) }
    #expect(assembly.acceptedTiltCount == 12)
    let isRefined = assembly.refine()
    #expect(isRefined)
  }

  @Test func allTiltsCanBeHeldBack() {
    var assembly = grown(4)
    for tilt in 0..<4 { assembly.holdBack(tilt: tilt) }
    assembly.rebuildRunning()
    #expect(assembly.volumes.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
    let none = assembly.realign()
    #expect(none == nil)
    for tilt in 0..<4 {
      let refusal = assembly.takeBack(tilt: tilt)
      #expect(refusal == nil)
      assembly.rebuildRunning()
    }
    #expect(assembly.acceptedTiltCount == 4)
  }

  @Test func aJointAlignmentOnRequestLaysTheTiltsWell() throws {
    var assembly = grown(24)
    let before = series.registrationError(of: assembly)
    let realigned = assembly.realign()
    let done = try #require(realigned)
    #expect(done.rounds >= 1 && done.moved.isFinite)
    let after = series.registrationError(of: assembly)
    #expect(after.rows < 0.2 && after.columns < 0.3, "\(before) became \(after)")
  }

  @Test func aGrowingTomogramIsAlignedAsOftenAsSomebodyWants() throws {
    var assembly = grown(8)
    let realigned = assembly.realign()
    let done = try #require(realigned)
    // So many rounds on request: a repetition has those of the recorded run.
    var again = grown(8)
    let repeated = again.realign(rounds: done.rounds)
    #expect(repeated?.rounds == done.rounds)
    #expect(again.volumes == assembly.volumes)
    var stopped = grown(8)
    let one = stopped.realign(while: { false })
    #expect(one?.rounds == 1)
    for projection in series.projections[8] { #expect(assembly.fold(projection).accepted) }
    var few = grown(2)
    let none = few.realign()
    #expect(none == nil)
  }
}
