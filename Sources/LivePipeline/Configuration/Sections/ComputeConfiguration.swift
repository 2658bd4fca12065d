// SPDX-License-Identifier: BSD-3-Clause

public import FourierTransform

/// Section `compute`: how the machine is used.
public struct ComputeConfiguration: Hashable, Sendable {
  /// Key `workers`: threads that reconstruct; 0 for one on each core.
  public var workers = 0
  /// Key `niceness`: how far those threads stand back behind receiving and recording, 0 to 19.
  public var niceness = 10
  /// Key `planning_effort`: how long FFTW may search for the fastest transform.
  public var planningEffort = PlanningEffort.patient
  /// Key `wisdom_path`: where found plans are kept; nil for the user's cache folder.
  public var wisdomPath: String?

  /// Key `unfinished_scans`: how many scans may be unfinished at once.
  public var unfinishedScans = 3
  /// Key `when_behind`: what happens when more scans than that are unfinished.
  public var whenBehind = WhenBehind.cut

  /// Makes the defaults.
  public init() {}
}
