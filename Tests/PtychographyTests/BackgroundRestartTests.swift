// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography
import Testing

/// What a background that starts anew leaves in results, and which frames its updates take.
@Suite struct BackgroundRestartTests {
  @Test func untilTheNextUpdateResultsTellTheBackgroundOfBefore() throws {
    let scan = SyntheticScan(
      background: Image(shape: SyntheticScan.shape, filledWith: 100)
    )
    var solver = scan.reconstruction {
      $0.probeUpdatePeriod = 0
      $0.retrievesBackground = true
      $0.backgroundStart = 20
      $0.backgroundPeriod = 5
    }
    for pattern in scan.patterns.dropLast(9) { solver.add(pattern) }
    solver.iterate(60)
    for pattern in scan.patterns.suffix(9) { solver.add(pattern) }
    // Updated at the 60th, quiet at the 65th.
    solver.iterate(5)
    let before = try #require(solver.result().background)
    solver.iterate(2)
    let waiting = solver.result()
    #expect(before.values.reduce(0, +) > 5e4, "of 10⁵ photons")
    #expect(waiting.background == before)
    #expect(abs(waiting.dataError / Self.dataError(waiting, scan) - 1) < 1e-3)
    // Updated anew at the 85th.
    solver.iterate(20)
    #expect(try #require(solver.result().background) != before)
  }

  /// E_d by its definition, from what a result tells.
  private static func dataError(_ result: ReconstructedObject, _ scan: SyntheticScan) -> Double {
    let background = result.background ?? Image(shape: SyntheticScan.shape)
    var (residual, total) = (0.0, 0.0)
    for pattern in scan.patterns {
      let model = SyntheticScan.amplitudes(
        result.probe,
        result.transmission,
        scan.grid.place(of: pattern.position),
        centerToCorner(background),
        { _, _ in false }
      )
      for i in model.values.indices {
        let measured = Double(pattern.amplitudes.values[i])
        let departure = Double(model.values[i]) - measured
        residual += departure * departure
        total += max(0, measured * measured - Double(background.values[i]))
      }
    }
    return (residual / total).squareRoot()
  }

  /// At a period of 13 every other update is one of the level; those in between take turns all the same.
  @Test func evenAndOddFramesTakeTurnsAtLongPeriods() throws {
    let scan = SyntheticScan()
    var solver = scan.reconstruction {
      $0.probeUpdatePeriod = 0
      $0.retrievesBackground = true
      $0.backgroundStart = 26
      $0.backgroundPeriod = 13
    }
    for var pattern in scan.patterns {
      let background: Float = pattern.index.isMultiple(of: 2) ? 20 : 40
      for i in pattern.amplitudes.values.indices {
        let amplitude = pattern.amplitudes.values[i]
        pattern.amplitudes.values[i] = (amplitude * amplitude + background).squareRoot()
      }
      solver.add(pattern)
    }
    /// The mean where hardly any signal falls.
    func corner() throws -> Float {
      let background = try #require(solver.result().background)
      return (0..<16).reduce(0) { $0 + background[$1 / 4, $1 % 4] / 16 }
    }
    // After the seventh update, the ninth and the eleventh.
    solver.iterate(26 + 7 * 13 + 1)
    let first = try corner()
    solver.iterate(2 * 13)
    let second = try corner()
    solver.iterate(2 * 13)
    let third = try corner()
    #expect(second > first + 8, "\(first) \(second) \(third)")
    #expect(third < second - 8, "\(first) \(second) \(third)")
  }
}
