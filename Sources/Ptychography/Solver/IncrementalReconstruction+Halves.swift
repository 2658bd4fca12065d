// SPDX-License-Identifier: BSD-3-Clause

import Imaging

extension IncrementalReconstruction {
  /// A reconstruction of every other frame, from the probe as it is now and an object of vacuum.
  ///
  /// Frames are taken in the order of their scan points, so that it does not matter how they came.
  /// They are shared, not copied. The object is not handed on, for its noise would be in both halves.
  ///
  /// - Parameter part: 0 for the first frame, the third and so on, 1 for the others.
  /// - Returns: The half, with no iteration run.
  public func half(_ part: Int) -> IncrementalReconstruction {
    var parameters = parameters
    // What refinement has found counts for both.
    parameters.positionUpdatePeriod = 0
    parameters.retrievesBackground = false
    parameters.incidentPhotons = illumination.power
    var half = IncrementalReconstruction(
      grid: grid,
      identity: identity,
      plan: plan,
      parameters: parameters,
      modes: illumination.modes
    )
    let frames = groups.flatMap(\.frames).sorted { $0.index < $1.index }
    for number in stride(from: part % 2, to: frames.count, by: 2) {
      var frame = frames[number]
      frame.previousSeat = frame.seat
      half.indices.insert(frame.index)
      half.join(frame)
    }
    half.background.start(from: background.reported)
    return half
  }

  /// The number of frames that a half must have at least.
  public var hasEnoughFramesForHalves: Bool { frameCount >= 2 * max(parameters.minimumFrames, 2) }
}
