// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

// The phase between the light that a sample scatters and the light that goes through.
extension IncrementalReconstruction {
  /// Iterations of a refinement from one search of the scattered light's phase to the next.
  static let scatterPhasePeriod = 20

  /// Turns and moves the scattered light to where it fits the patterns best, fine detail last.
  ///
  /// Its phase decides how much of the contrast is absorption and how much is phase, and its slope with
  /// q where the object stands under the probe. Patterns tell them only where two parts of the light
  /// meet that have them differently: the direct beam and what is scattered within twice the lens's
  /// aperture, and from there on ring by ring. Few of all the pixels' constraints are such, so that
  /// iterations find them by a part in a hundred each, while the misfit is a parabola: three
  /// comparisons with every other pattern find its lowest point, for all the scattered light and for
  /// what lies beyond 1.5, 3 and 6 RMS radii of the probe's far field, along phase, rows and columns.
  mutating func turnScatteredLight() {
    refreshCoverage()
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
      inGroups { $0.compare(sweep, half: half, byLikelihood: true) }
      return groups.reduce(0) { $0 + $1.comparison.residual }
    }
    let radius = probeFourierRadius
    let start = misfit(before)
    var here = start
    for times in [0, 1.5, 3, 6] where times * radius < 0.5 {
      let none = ScatterPhase.Turn(beyond: times * radius)
      for (way, step, limit) in [
        (\ScatterPhase.Turn.angle, 0.2, 0.5), (\.rows, 0.3, 0.7), (\.columns, 0.3, 0.7),
      ] {
        var turn = none
        turn[keyPath: way] = -step
        let behind = misfit(scattered.object(with: turn))
        turn[keyPath: way] = step
        let ahead = misfit(scattered.object(with: turn))
        let curvature = behind - 2 * here + ahead
        guard curvature > 0 else { continue }
        let found = min(max(0.5 * step * (behind - ahead) / curvature, -limit), limit)
        turn[keyPath: way] = found
        scattered.apply(turn)
        // Down the parabola.
        let steps = found / step
        here += 0.5 * steps * (ahead - behind) + 0.5 * curvature * steps * steps
      }
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
