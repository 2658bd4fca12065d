// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography

/// A scan that is done: its object and probe, and its projection on its way into a tomogram.
struct FinishedScan: Sendable {
  /// The name that makes it unique in the run.
  let key: String
  /// Object, probe and figures.
  private(set) var object: ReconstructedObject
  /// The optical density.
  private(set) var projection: Projection
  /// What vacuum was taken from.
  let vacuum: VacuumEstimate
  /// Where the probe of each frame sat, as told or as refined.
  let positions: [ScanPosition]
  /// Where it was told to sit.
  let toldPositions: [ScanPosition]
  /// The tilts and energies of its tomogram, where its source said.
  let tiltCount: Int?
  /// The energies of each tilt, where its source said.
  let energyCount: Int?
  /// Its scan points as planned; 0 if unknown.
  let expectedFrames: Int
  /// How it ended; nil where nobody said.
  let end: ScanAssembler.End?
  /// When its first frame was expected and when it was done, nanoseconds since 1970.
  let startedAt: Int64
  let finishedAt: Int64
  /// The configuration that it was reconstructed with.
  let configuration: PipelineConfiguration
  /// The configuration that its projection is folded with: as it stood when its last frame had come.
  let foldConfiguration: PipelineConfiguration
  /// The number of the message that opened it.
  let firstMessage: Int

  /// Whether it was given up.
  var wasAborted: Bool { end?.isAbort ?? false }

  /// Why it has too few frames to be folded, in words; nil where it has enough.
  var shortage: String? {
    // Whoever plans fewer points knows it.
    let least = configuration.ptychography.minimumFrames
    let count = object.frameCount
    guard count < (expectedFrames > 0 ? min(expectedFrames, least) : least) else { return nil }
    let came = expectedFrames > 0 ? "\(count) of \(expectedFrames)" : "\(count)"
    return "\(came) frames are too few (ptychography.minimum_frames is \(least))"
  }

  /// The same scan at the place that somebody says.
  func placed(_ placement: ScanPlacement) -> FinishedScan {
    var scan = self
    scan.object.identity = object.identity.placed(placement)
    scan.projection.identity = projection.identity.placed(placement)
    return scan
  }
}
