// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import FourierTransform
import Imaging

extension ComputeConfiguration {
  /// The threads that reconstruct: as configured, else one for each core.
  var threadCount: Int {
    workers > 0 ? workers : ProcessInfo.processInfo.activeProcessorCount
  }

  /// Plans transforms of one shape; the search for the fastest is paid once for each machine.
  ///
  /// - Parameters:
  ///   - shape: The extent of the patterns.
  ///   - onProblem: Told in words where the plans cannot be kept for the next run.
  /// - Returns: The plan.
  func makePlan(shape: Shape2D, onProblem: (String) -> Void) -> FourierPlan2D {
    let wisdom = wisdomPath ?? Wisdom.defaultPath
    if let wisdom { Wisdom.load(from: wisdom) }
    let plan = FourierPlan2D(shape: shape, effort: planningEffort)
    _ = plan.blocked
    if let wisdom {
      do throws(WisdomError) {
        try Wisdom.save(to: wisdom)
      } catch {
        onProblem("FFTW's plans cannot be kept for the next run: \(error)")
      }
    }
    return plan
  }
}
