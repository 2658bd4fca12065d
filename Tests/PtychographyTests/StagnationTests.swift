// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography
import Testing

@Suite struct StagnationTests {
  /// The number of errors after which it is reached; nil where it never is.
  private func end(
    _ errors: [Double],
    tolerance: Double = 0.05,
    window: Int = 10
  ) -> Int? {
    var stagnation = Stagnation(tolerance: tolerance, window: window)
    for (number, error) in errors.enumerated() {
      stagnation.note(error)
      if stagnation.isReached { return number + 1 }
    }
    return nil
  }

  /// An error that halves every ten iterations towards a floor, with ups and downs of a tenth.
  private func falling(to floor: Double, _ count: Int = 300) -> [Double] {
    (0..<count).map { k in
      (floor + exponential(-0.0693 * Double(k))) * (k % 3 == 0 ? 1.1 : 1)
    }
  }

  @Test func anErrorThatFallsGoesOnAndOneThatHasAFloorEnds() throws {
    #expect(end(falling(to: 0)) == nil)
    let reached = try #require(end(falling(to: 0.02)))
    // The window before holds 0.02 + x and this one 0.02 + x/2: less than 5 % apart from
    // x = 0.0022 on, which is 88 iterations after the start, a window before the end.
    #expect((88...110).contains(reached), "\(reached)")
    // Every other error stays where it is, and what is between them falls.
    let jumps = (0..<100).map { k in
      k.isMultiple(of: 2) ? 1 : 0.9 * exponential(-0.02 * Double(k))
    }
    #expect(end(jumps) == nil)
  }

  @Test func nothingEndsWithoutAToleranceOrBeforeTwoWindows() {
    #expect(end([Double](repeating: 1, count: 500), tolerance: 0) == nil)
    #expect(end([Double](repeating: 1, count: 500)) == 20)
    #expect(end([Double](repeating: .nan, count: 500)) == nil)
    var stagnation = Stagnation(tolerance: 0.05, window: 10)
    for _ in 0..<20 { stagnation.note(1) }
    stagnation.restart()
    for _ in 0..<19 { stagnation.note(1) }
    #expect(!stagnation.isReached)
  }

  /// A noise-free scan goes on to fall; one of noisy counts has a floor, where it ends, no worse.
  @Test(arguments: [PtychographyEngine.raar, .epie])
  func aNoisyScanEndsWhereItIsNoBetterForGoingOn(engine: PtychographyEngine) {
    let scan = SyntheticScan(lens: SyntheticScan.lens(power: 3e4))
    var random = SeededGenerator(seed: 2)
    let noisy = scan.patterns.map { pattern in
      var pattern = pattern
      for i in pattern.amplitudes.values.indices {
        let photons = Double(pattern.amplitudes.values[i] * pattern.amplitudes.values[i])
        // Near enough to a count's scatter for a floor.
        let count = photons + photons.squareRoot() * random.normal()
        pattern.amplitudes.values[i] = Float(max(0, count).squareRoot())
      }
      return pattern
    }
    func run(_ tolerance: Double) -> (iteration: Int, error: Double) {
      var solver = scan.reconstruction(probe: SyntheticScan.lens(power: 1, curvature: 24)) {
        $0.engine = engine
        $0.stagnationTolerance = tolerance
      }
      for pattern in noisy { solver.add(pattern) }
      while !solver.hasStagnated, solver.iteration < 400 { solver.iterate(1) }
      return (solver.iteration, scan.error(of: solver.result()))
    }
    let early = run(0.01)
    let late = run(0)
    #expect(late.iteration == 400)
    #expect(early.iteration < 300, "\(early.iteration)")
    #expect(early.iteration >= 40)
    #expect(early.error < 1.15 * late.error, "\(early) \(late)")
  }

  /// A watch on ePIE takes an error every five iterations, and previews do not disturb it.
  @Test func comparisonsInBetweenDoNotMoveTheEndOfEPIE() {
    let scan = SyntheticScan()
    let patterns = scan.noisyPatterns(photons: 3e4, seed: 2)
    func end(comparing: Bool) -> Int {
      var solver = scan.reconstruction {
        $0.engine = .epie
        $0.stagnationTolerance = 0.02
      }
      for pattern in patterns { solver.add(pattern) }
      while !solver.hasStagnated, solver.iteration < 300 {
        solver.iterate(1)
        if comparing { solver.measureDataError() }
      }
      return solver.iteration
    }
    let alone = end(comparing: false)
    #expect(alone >= 40 && alone < 300 && alone.isMultiple(of: 5), "\(alone)")
    #expect(end(comparing: true) == alone)
  }

  @Test func framesThatJoinPutTheEndOff() {
    let scan = SyntheticScan()
    var solver = scan.reconstruction {
      // Any error will do for an end.
      $0.stagnationTolerance = 1
      $0.stagnationWindow = 5
      $0.probeUpdatePeriod = 0
    }
    for pattern in scan.patterns.dropLast() { solver.add(pattern) }
    solver.iterate(9)
    let before = solver.hasStagnated
    solver.iterate(1)
    let reached = solver.hasStagnated
    solver.add(scan.patterns[scan.patterns.count - 1])
    let joined = solver.hasStagnated
    solver.iterate(9)
    let early = solver.hasStagnated
    solver.iterate(1)
    let again = solver.hasStagnated
    #expect(!before && reached && !joined && !early && again)
  }

  /// The background's level takes its first step 75 iterations after its start; a frame that joins
  /// has it start anew.
  @Test func aBackgroundToComePutsTheEndOff() {
    let scan = SyntheticScan()
    var solver = scan.reconstruction {
      $0.stagnationTolerance = 1
      $0.stagnationWindow = 5
      $0.probeUpdatePeriod = 0
      $0.retrievesBackground = true
      $0.backgroundStart = 30
      $0.backgroundPeriod = 5
    }
    func end() -> Int {
      repeat { solver.iterate(1) } while !solver.hasStagnated && solver.iteration < 400
      return solver.iteration
    }
    for pattern in scan.patterns.dropLast() { solver.add(pattern) }
    // Ten errors, the first of the iteration with the step of the level.
    #expect(end() == 30 + 75 + 10)
    solver.add(scan.patterns[scan.patterns.count - 1])
    // Seen at the 115th, quiet at the 120th.
    #expect(end() == 120 + 30 + 75 + 10)
  }
}
