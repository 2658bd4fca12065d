// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// The language of a stream.
public enum StreamDialect: String, Sendable, Hashable, CaseIterable {
  /// Topics, JSON and pixels, as TiltFold and the beamline's preprocessor have it.
  case tiltfold
  /// Pickled events of the beamline's control system.
  case pystxmcontrol
  /// Numbered raw frames of the beamline's frame server.
  case fastccd
}

/// How an acquisition is sent.
public struct StreamSettings: Sendable, Hashable {
  /// The language.
  public var dialect = StreamDialect.tiltfold
  /// The pace; nil for as fast as frames can be made and sent.
  public var framesPerSecond: Double?
  /// Frames of each exposure time that are made before they are sent; nil makes each as it is due.
  ///
  /// Where a scan has no more points, each scan's own frames are made before it starts; where it
  /// has more, those of the first scan are sent again and again, for every point and scan.
  public var ring: Int?
  /// What goes wrong on the way.
  public var faults = FaultPlan()
  /// How events of the control system are written.
  public var events = EventSettings()
  /// How the frame server sends.
  public var frameServer = FrameServerSettings()

  /// The native dialect, as fast as frames are made.
  public init() {}

  /// Throws where a value lies outside what can be sent.
  public func validate(for parameters: SimulationParameters) throws(ParameterError) {
    if let ring { try ParameterError.require(ring, in: 1...1000, key: "ring") }
    if let framesPerSecond {
      try ParameterError.require(framesPerSecond, in: 1e-3...100_000, key: "rate")
    }
    try ParameterError.require(frameServer.firstNumber, in: 0...65_535, key: "first_frame_number")
    try faults.validate()
    guard dialect == .tiltfold || parameters.frames == .raw else {
      throw ParameterError(
        key: "frames",
        value: "cleaned in the dialect \(dialect.rawValue)",
        expected: "raw: that dialect carries raw frames only"
      )
    }
  }
}

/// How events of the control system are written.
public struct EventSettings: Sendable, Hashable {
  /// Under which name NumPy's functions stand in a pickle.
  public enum NumPyNames: String, Sendable, Hashable, CaseIterable {
    /// `numpy.core.multiarray`, up to NumPy 1.
    case numpy1
    /// `numpy._core.multiarray`, from NumPy 2 on.
    case numpy2
  }

  /// Where the pixels stand in a frame's event.
  public enum PixelPlace: String, Sendable, Hashable, CaseIterable {
    /// `data.ccd_frame`, up to 2025.
    case frame = "ccd_frame"
    /// `data.rawData.CCD.data`, since then.
    case rawData
  }

  /// Under which name NumPy's functions stand.
  public var numpyNames = NumPyNames.numpy2
  /// Where the pixels stand.
  public var pixelPlace = PixelPlace.frame
  /// The motor that carries the tilt, degrees; nil for none.
  public var tiltMotor: String? = "SampleTheta"
  /// Whether a text in JSON names the scan's file after its last frame.
  public var endsWithText = false
  /// Where the middle of the scan stands on the stage.
  public var stageMiddle = ScanPosition(x: 12.5e-6, y: -7.25e-6)

  /// As the control system of 2024 on NumPy 2.
  public init() {}
}

/// How the frame server sends.
public struct FrameServerSettings: Sendable, Hashable {
  /// The number of the first frame; numbers go up to 65 535 and start again from 0.
  public var firstNumber = 0
  /// Whether each scan starts again from the first number.
  public var restartsEachScan = false
  /// Whether the control system's events are sent as well, on their own socket, without pixels.
  public var sendsEvents = true

  /// As the beamline has it.
  public init() {}
}
