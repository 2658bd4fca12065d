// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// What goes wrong on the way, on request.
///
/// Parts are of all frame messages, or of all scans.
public struct FaultPlan: Sendable, Hashable {
  /// The part of frame messages that are lost.
  public var dropFraction = 0.0
  /// The part that are sent twice.
  public var duplicateFraction = 0.0
  /// The part that change places with the next one.
  public var swapFraction = 0.0
  /// The part whose last message part arrives cut in half.
  public var truncateFraction = 0.0
  /// The part whose pixels are more or fewer than is said of them.
  public var wrongSizeFraction = 0.0
  /// The part that is preceded by a message that nobody should believe.
  public var hostileFraction = 0.0
  /// The part of the camera's packets that are missing inside raw frames.
  public var lostPacketFraction = 0.0
  /// What stands in place of a missing packet.
  public var missingWord = MissingWord.either
  /// The part of the frames' events that are lost where they travel apart from the pixels.
  public var lostEventFraction = 0.0
  /// The part of the starts that are lost.
  public var lostStartFraction = 0.0
  /// The part of the scans whose start is announced twice.
  public var doubleStartFraction = 0.0
  /// The part of the stops that are lost.
  public var lostStopFraction = 0.0
  /// Whether the source announces no scans at all; nothing is lost then.
  public var omitsStart = false
  /// Whether the source ends no scans at all; nothing is lost then.
  public var omitsStop = false
  /// Starts the random choice of frames.
  public var seed: UInt64 = 1

  /// Nothing goes wrong.
  public init() {}

  /// Throws where a part is no part.
  public func validate() throws(ParameterError) {
    let parts = [
      ("drop_fraction", dropFraction), ("duplicate", duplicateFraction),
      ("out_of_order", swapFraction), ("truncate", truncateFraction),
      ("wrong_size", wrongSizeFraction), ("hostile", hostileFraction),
      ("lost_packets", lostPacketFraction), ("lost_starts", lostStartFraction),
      ("lost_events", lostEventFraction),
      ("double_starts", doubleStartFraction), ("lost_stops", lostStopFraction),
    ]
    for (key, part) in parts { try ParameterError.require(part, in: 0...1, key: key) }
  }
}

/// What went wrong on request.
public struct FaultCounts: Sendable, Hashable {
  /// Frame messages lost.
  public var dropped = 0
  /// Frame messages sent twice.
  public var duplicated = 0
  /// Frame messages sent late.
  public var swapped = 0
  /// Frame messages cut.
  public var truncated = 0
  /// Frames with more or fewer pixels than is said of them.
  public var wrongSizes = 0
  /// Messages that nobody should believe.
  public var hostile = 0
  /// Packets missing inside frames.
  public var packetsLost = 0
  /// Frames with packets missing.
  public var framesWithLostPackets = 0
  /// Events of frames lost.
  public var eventsLost = 0
  /// Starts lost.
  public var lostStarts = 0
  /// Scans whose start was announced twice.
  public var doubleStarts = 0
  /// Stops lost.
  public var lostStops = 0

  /// Nothing went wrong.
  public init() {}
}
