// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// What somebody asked for one tilt of a tomogram.
struct TiltChange: Sendable, Hashable {
  /// What was asked for.
  enum Kind: Sendable, Hashable {
    /// Keep it out of the volumes until it is taken back.
    case holdBack
    /// Give it up, its projections included; scans of it that begin later are a new tilt.
    case drop
    /// Take it back.
    case takeBack
  }

  let kind: Kind
  let tomogram: String
  /// The place of the tilt in the series.
  let index: Int
  let degrees: Double
  /// The number of the last message that had come.
  let message: Int

  /// "tilt 3 at -12.5 degrees of plates".
  var place: String { "tilt \(index) at \(Words.angle(degrees)) degrees of \(tomogram)" }

  /// Whether it is about a scan's tilt.
  ///
  /// - Parameters:
  ///   - identity: The scan.
  ///   - name: The tomogram that it belongs to.
  ///   - tolerance: Angles closer than this belong to one tilt, degrees.
  /// - Returns: Whether it is.
  func concerns(_ identity: ScanIdentity, of name: String, tolerance: Double) -> Bool {
    guard name == tomogram, let tilt = identity.tilt else { return false }
    if let place = identity.tiltIndex { return place == index }
    return abs(tilt.degrees - degrees) <= tolerance
  }

  /// Whether it is about the tilt that another change is about.
  func concerns(_ other: TiltChange, tolerance: Double) -> Bool {
    tomogram == other.tomogram && index == other.index
      && abs(degrees - other.degrees) <= tolerance
  }

  /// The change as a step of the schedule.
  var step: ScheduleStep {
    let kind: ScheduleStep.Kind =
      switch self.kind {
      case .holdBack: .holdBack
      case .drop: .dropTilt
      case .takeBack: .takeBack
      }
    return ScheduleStep(
      kind,
      messages: [message],
      tomogram: tomogram,
      tilt: degrees,
      index: index
    )
  }

  init(_ kind: Kind, tomogram: String, index: Int, degrees: Double, message: Int) {
    self.kind = kind
    self.tomogram = tomogram
    self.index = index
    self.degrees = degrees
    self.message = message
  }

  /// Reads a step; nil where it is none of these.
  init?(_ step: ScheduleStep) {
    let kinds: [ScheduleStep.Kind: Kind] = [
      .holdBack: .holdBack, .dropTilt: .drop, .takeBack: .takeBack,
    ]
    guard let kind = kinds[step.step], let tomogram = step.tomogram, let index = step.index,
      let degrees = step.tilt
    else { return nil }
    self.init(
      kind,
      tomogram: tomogram,
      index: index,
      degrees: degrees,
      message: step.messages?.max() ?? -1
    )
  }
}
