// SPDX-License-Identifier: BSD-3-Clause

/// What happens when more scans are unfinished than `compute.unfinished_scans` allows.
public enum WhenBehind: String, CaseIterable, Hashable, Sendable {
  /// The oldest scan is finished with the iterations that it has; for an instrument, which does
  /// not wait.
  case cut
  /// The source waits until a scan is finished; for replay and simulation.
  case wait
}
