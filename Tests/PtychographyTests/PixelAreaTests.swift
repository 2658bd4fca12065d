// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography
import Testing

/// Counts that are means over the area of a pixel.
@Suite struct PixelAreaTests {
  /// Samples of the far field along each axis of a pixel.
  private static let fine = 5

  /// A scan's patterns as pixels catch them: the means of the far field of the wave in a window that is
  /// five times as wide, which samples it five times as finely.
  private static func caught(_ scan: SyntheticScan) -> [DiffractionPattern] {
    let n = SyntheticScan.shape.rows
    let wide = Shape2D(square: n * fine)
    let plan = FourierPlan2D(shape: wide, effort: .estimate)
    return zip(scan.patterns, scan.positions).map { pattern, position in
      let place = scan.grid.place(of: position)
      let (top, left) = (Int(place.row), Int(place.column))
      var wave = ComplexImage(shape: wide)
      for r in 0..<n {
        for c in 0..<n { wave[r, c] = scan.probe[r, c] * scan.object[top + r, left + c] }
      }
      plan.forwardUnitary(&wave)
      var caught = pattern
      for r in 0..<n {
        for c in 0..<n {
          var sum: Float = 0
          for y in -(fine / 2)...fine / 2 {
            for x in -(fine / 2)...fine / 2 {
              let row = ((r - n / 2) * fine + y + wide.rows) % wide.rows
              let column = ((c - n / 2) * fine + x + wide.rows) % wide.rows
              sum += wave[row, column].squaredModulus
            }
          }
          // Unitary transforms of the two sizes differ by `fine`; the mean is over its square.
          caught.amplitudes[r, c] = sum.squareRoot()
        }
      }
      return caught
    }
  }

  private static func error(period: Int) -> Double {
    let scan = SyntheticScan()
    var solver = scan.reconstruction {
      $0.pixelAreaPeriod = period
      $0.probeUpdatePeriod = 0
      $0.incidentPhotons = 1e6
    }
    for pattern in caught(scan) { solver.add(pattern) }
    solver.iterate(200)
    return scan.error(of: solver.result())
  }

  @Test func theCountsOfPixelsAreNotTakenForTheLightInTheirMiddles() {
    let plain = Self.error(period: 0)
    let corrected = Self.error(period: 10)
    #expect(corrected < 0.3 * plain, "\(corrected), uncorrected \(plain)")
  }

  @Test func patternsStayWhatTheyAreWhereTheCorrectionIsOff() {
    let scan = SyntheticScan()
    var solver = scan.reconstruction { $0.pixelAreaPeriod = 0 }
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(60)
    #expect(scan.error(of: solver.result()) < 0.01)
  }

  @Test func unmeasuredPixelsStayFree() {
    let scan = SyntheticScan(mask: { row, column in row == 16 && column > 12 && column < 20 })
    var solver = scan.reconstruction { $0.pixelAreaPeriod = 10 }
    for pattern in scan.patterns { solver.add(pattern) }
    solver.iterate(60)
    let result = solver.result()
    #expect(result.dataError.isFinite && result.dataError < 0.1)
  }
}
