// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

// The phase between the light that a sample scatters and the light that goes through.
extension IncrementalReconstruction {
  /// Iterations of a refinement from one search of the scattered light's phase to the next.
  static let scatterPhasePeriod = 10

  /// Turns the scattered light to the phase that fits the patterns best, fine detail last.
  ///
  /// The phase decides how much of the contrast is absorption and how much is phase. Patterns tell it
  /// only where two parts of the light meet that have it differently: the direct beam and what is
  /// scattered within twice the lens's aperture, and from there on ring by ring. Few of all the
  /// pixels' constraints are such, so that iterations find it by a part in a hundred each, while the
  /// misfit is a parabola of the angle: three comparisons with every other pattern find its lowest
  /// point, for all the scattered light and for what lies beyond 1.5, 3 and 6 RMS radii of the probe's
  /// far field.
  mutating func turnScatteredLight() {
    if coverageIsStale {
      takeCoverage()
      coverageIsStale = false
    }
    let threshold = litThreshold
    let shape = object.shape
    let plan = objectPlan ?? FourierPlan2D(shape: shape, effort: .estimate)
    objectPlan = plan
    let before = object.values
    let half = refinedIterations / Self.scatterPhasePeriod % 2
    var scattered = ScatterPhase(object, isLit: coverage.map { $0 > threshold }, plan: plan)
    func misfit(_ values: [Complex64]) -> Double {
      object.values = values
      let sweep = sweep(ScanSums.Wanted())
      inGroups { $0.compare(sweep, half: half) }
      return groups.reduce(0) { $0 + $1.comparison.residual }
    }
    let radius = probeFourierRadius
    let step = 0.2
    let start = misfit(before)
    var here = start
    for times in [0, 1.5, 3, 6] where times * radius < 0.5 {
      let behind = misfit(scattered.object(beyond: times * radius, by: -step))
      let ahead = misfit(scattered.object(beyond: times * radius, by: step))
      let curvature = behind - 2 * here + ahead
      guard curvature > 0 else { continue }
      let angle = min(max(0.5 * step * (behind - ahead) / curvature, -0.5), 0.5)
      scattered.turn(beyond: times * radius, by: angle)
      here -= min(0.5 * curvature * (angle / step) * (angle / step), 0.5 * here)
    }
    let turned = scattered.object()
    // Far from its lowest point a misfit is no parabola.
    object.values = misfit(turned) < start ? turned : before
  }

  /// The RMS radius of the probe's far field, cycles per pixel.
  private var probeFourierRadius: Double {
    var far = illumination.modes[0]
    self.plan.forwardUnitary(&far)
    let (rows, columns) = (far.shape.rows, far.shape.columns)
    var (moment, total) = (0.0, 0.0)
    for row in 0..<rows {
      let y = Double(row <= rows / 2 ? row : row - rows) / Double(rows)
      for column in 0..<columns {
        let x = Double(column <= columns / 2 ? column : column - columns) / Double(columns)
        let power = Double(far[row, column].squaredModulus)
        moment += power * (x * x + y * y)
        total += power
      }
    }
    return total > 0 ? (moment / total).squareRoot() : 0
  }
}
