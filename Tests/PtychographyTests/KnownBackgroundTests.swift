// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Testing

/// A background that another scan has found.
@Suite struct KnownBackgroundTests {
  private static let level: Float = 100
  private static let scan = SyntheticScan(
    background: Image(shape: SyntheticScan.shape, filledWith: level)
  )

  private static func solver() -> IncrementalReconstruction {
    scan.reconstruction {
      // The power of a probe that is refined is that of the beam.
      $0.probeUpdateStart = 0
      $0.incidentPhotons = 1e6
      $0.iterationsPerBatch = 3
      $0.retrievesBackground = true
      $0.backgroundStart = 10
      $0.backgroundPeriod = 5
    }
  }

  @Test func itIsKeptWhileFramesComeAndRetrievedOnAfterThem() throws {
    let known = Image(shape: SyntheticScan.shape, filledWith: Self.level)
    var solver = Self.solver()
    solver.start(withBackground: known, ofPower: 1e6)
    for (number, pattern) in Self.scan.patterns.enumerated() {
      solver.add(pattern)
      if number >= 8 { solver.iterate(1) }
    }
    func departure() throws -> Float {
      let found = try #require(solver.result().background).values
      return found.reduce(0) { max($0, abs($1 - Self.level)) }
    }
    #expect(try departure() < 0.01)
    solver.iterate(100)
    #expect(try departure() > 0.01, "it is retrieved on")
    let mean = try #require(solver.result().background).values.reduce(0, +) / 1024
    // With the probe refined, patterns tell its level less well than BackgroundBiasTests have it.
    #expect(abs(mean / Self.level - 1) < 0.1, "\(mean)")
  }

  @Test func fewIterationsDoWithItWhatTakesManyWithout() {
    func error(_ known: Image?) -> Double {
      var solver = Self.solver()
      if let known { solver.start(withBackground: known, ofPower: 1e6) }
      for pattern in Self.scan.patterns { solver.add(pattern) }
      solver.iterate(40)
      return Self.scan.error(of: solver.result())
    }
    let known = Image(shape: SyntheticScan.shape, filledWith: Self.level)
    #expect(error(known) < 0.5 * error(nil))
  }

  @Test func anotherShapeIsLeftAlone() {
    var solver = Self.solver()
    solver.start(withBackground: Image(shape: Shape2D(square: 8), filledWith: 5), ofPower: 1e6)
    for pattern in Self.scan.patterns { solver.add(pattern) }
    solver.iterate(5)
    #expect(solver.result().background?.values.allSatisfy { $0 == 0 } == true)
  }

  @Test func theScheduleWaitsForAllFramesAndNeverStartsAnew() {
    var schedule = BackgroundSchedule()
    schedule.isKnown = true
    let turns = (0..<80).map {
      schedule.turn(iteration: $0, frames: min(10 + $0, 40), start: 10, period: 5)
    }
    #expect(turns.firstIndex { $0 != .none } == 35, "all there at the 30th, quiet at the 35th")
    #expect(!turns.contains(.restart))
    #expect(schedule.knowsAll(frames: 40) && !schedule.knowsAll(frames: 50))
  }

  /// Three iterations after each batch are no silence, even where every iteration is due.
  @Test func theIterationsOfABatchAreNoSilence() {
    var schedule = BackgroundSchedule()
    schedule.isKnown = true
    let turns = (0..<120).map {
      schedule.turn(
        iteration: $0,
        frames: min(20 + 5 * ($0 / 3), 120),
        start: 10,
        period: 1,
        batch: 3
      )
    }
    // The last batch comes with the 60th iteration.
    #expect(turns.firstIndex { $0 != .none } == 64)
  }

  @Test func itFollowsThePowerOfTheProbe() throws {
    let weak = Image(shape: SyntheticScan.shape, filledWith: Self.level / 2)
    var solver = Self.solver()
    solver.start(withBackground: weak, ofPower: 0.5e6)
    for pattern in Self.scan.patterns { solver.add(pattern) }
    solver.iterate(2)
    let found = try #require(solver.result().background).values
    // The refined probe has the power of the beam, 10⁶.
    #expect(abs(found[0] / Self.level - 1) < 1e-3)
  }
}
