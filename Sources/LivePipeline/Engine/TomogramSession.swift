// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Synchronization

/// One tomogram of a run, from its first projection to its files.
final class TomogramSession: Sendable {
  /// What the thread that works on the tomogram touches.
  struct Content: Sendable {
    var assembly: TomogramAssembly
    /// The energies of each tilt whose projections were taken, by place in the series.
    var energiesOfTilt: [Int: Set<Int>] = [:]
    var chemistry: ChemicalVolumes?
    /// What was said of each projection, in the order of their coming.
    var folds: [FoldReport] = []
    /// Scans of it that had no usable frame.
    var scansWithoutProjection = 0
    var isComplete = false
  }

  /// The tomogram's name.
  let name: String
  let content: Mutex<Content>
  /// The projections to come in all, where the source said.
  let expectedScans: Int?

  init(name: String, expectedScans: Int?, assembly: TomogramAssembly) {
    self.name = name
    self.expectedScans = expectedScans
    content = Mutex(Content(assembly: assembly))
  }

  /// Whether all scans that its source announced are in, or given up.
  func hasAll(_ content: Content) -> Bool {
    guard let expectedScans else { return false }
    return content.folds.count + content.scansWithoutProjection >= expectedScans
  }
}
