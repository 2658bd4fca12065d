// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import LivePipeline
import Ptychography
import Testing

/// A scan that starts from what another one found.
@Suite(.serialized) struct WarmStartTests {
  /// The mean iterations of the second energy's scans until their error has stopped falling, and
  /// their mean data error.
  private func secondEnergy(reusesObject: Bool) throws -> (iterations: Double, error: Double) {
    var run = SimulatedRun()
    run.parameters.tiltCount = 4
    run.configuration.probe.reusesObject = reusesObject
    // One scan after the other, so that the first energy is finished.
    run.configuration.compute.unfinishedScans = 1
    run.configuration.ptychography.iterations = 400
    run.configuration.ptychography.iterationsPerBatch = 0
    run.configuration.ptychography.stagnationTolerance = 0.02
    run.configuration.ptychography.stagnationWindow = 10
    run.isRecorded = reusesObject
    let outcome = try run.run()
    let scans = outcome.summary.scans
    #expect(scans.count == 8)
    if reusesObject { try Self.checkRepetition(outcome, run.configuration) }
    let second = scans.filter { $0.energy > 709 }
    #expect(second.allSatisfy { $0.end == .stagnation })
    let count = Double(second.count)
    return (
      Double(second.reduce(0) { $0 + $1.iterations }) / count,
      second.reduce(0) { $0 + ($1.dataError ?? .nan) } / count
    )
  }

  @Test func theObjectOfTheOtherEnergySavesIterations() throws {
    let cold = try secondEnergy(reusesObject: false)
    let warm = try secondEnergy(reusesObject: true)
    #expect(warm.error < 1.02 * cold.error, "\(warm) \(cold)")
    #expect(warm.iterations < 0.8 * cold.iterations, "\(warm) \(cold)")
  }

  /// What is recorded says which object a scan started from, and how it ended.
  private static func checkRepetition(
    _ outcome: SimulatedRun.Outcome,
    _ configuration: PipelineConfiguration
  ) throws {
    let (repeated, _) = try SimulatedRun.replay(
      outcome,
      into: "repeated",
      configuration: configuration,
      asRecorded: true
    )
    for scan in outcome.summary.scans {
      let again = try #require(repeated.scans.first { $0.scan == scan.scan })
      #expect(again.iterations == scan.iterations)
      #expect(again.end == scan.end)
      let (now, before) = (try #require(again.dataError), try #require(scan.dataError))
      #expect(abs(now / before - 1) < 1e-4, "\(scan.scan): \(before) live, \(now) repeated")
    }
  }
}
