// SPDX-License-Identifier: BSD-3-Clause

/// Why a reconstruction iterated no more.
public enum ReconstructionEnd: String, Codable, Sendable, Hashable, CaseIterable {
  /// It has had all its iterations.
  case iterations
  /// Its error had stopped falling.
  case stagnation
  /// Newer scans were due: its time was up.
  case cut
  /// Somebody asked for its end.
  case request
}
