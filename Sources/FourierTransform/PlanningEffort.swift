// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3

/// How long FFTW may search for the fastest transform.
///
/// Measured at 256 x 256 on one core: estimate 1.4 ms, measure 0.25 ms, patient 0.14 ms for each
/// transform; planning takes nothing, 0.1 to 0.4 s and 1 to 3 s. Wisdom makes the second time free.
public enum PlanningEffort: String, CaseIterable, Sendable {
  /// Guess; the same plan every time, for tests that compare bits.
  case estimate
  /// Time a few.
  case measure
  /// Time many; for everything that runs more than a few thousand times.
  case patient

  var flags: UInt32 {
    switch self {
    case .estimate: UInt32(FFTW_ESTIMATE)
    case .measure: UInt32(FFTW_MEASURE)
    case .patient: UInt32(FFTW_PATIENT)
    }
  }
}
