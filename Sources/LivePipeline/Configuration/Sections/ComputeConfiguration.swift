// SPDX-License-Identifier: BSD-3-Clause

public import FourierTransform

/// Section `compute`: how the machine is used.
public struct ComputeConfiguration: Hashable, Sendable {
  /// Key `workers`: threads that reconstruct; 0 for one on each core.
  public var workers = 0
  /// Key `planning_effort`: how long FFTW may search for the fastest transform.
  public var planningEffort = PlanningEffort.patient
  /// Key `wisdom_path`: where found plans are kept; nil for the user's cache folder.
  public var wisdomPath: String?

  public var unfinishedScans = 3
  public var whenBehind = WhenBehind.wait

  /// Makes the defaults.
  public init() {}
}

public enum WhenBehind: String, CaseIterable, Hashable, Sendable {
  case cut
  case wait
}
