// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Takes a whole acquisition and sends it in one of the dialects (DESIGN.md, 4).
///
/// For each scan a start, darks of each exposure time (before the first scan, or before every
/// one), the exposures point by point, a stop.
public struct DetectorStream: Sendable {
  private let parameters: SimulationParameters
  private let scans: [ScanPlan.Scan]
  private let settings: StreamSettings
  private var supply: FrameSupply
  /// What takes the frames of the tilt that is sent raw.
  private var rawSupply: FrameSupply?
  private var injector: FaultInjector
  private var encoder: any DialectEncoder
  private var pacing: Pacing
  /// The camera's number of the next frame.
  private var number = 0
  private var summary = Summary()

  /// Prepares a stream.
  ///
  /// - Parameters:
  ///   - detector: What takes the frames.
  ///   - settings: How they are sent.
  /// - Throws: `ParameterError` where a setting is out of range.
  public init(
    _ detector: SimulatedDetector,
    _ settings: StreamSettings
  ) throws(ParameterError) {
    try settings.validate(for: detector.parameters)
    try self.init(checked: detector, settings)
  }

  /// Prepares a stream in the native dialect.
  ///
  /// - Parameters:
  ///   - detector: What takes the frames.
  ///   - faults: What goes wrong on the way.
  ///   - framesPerSecond: The pace; nil for as fast as frames can be made and sent.
  /// - Throws: `ParameterError` where the camera of a tilt that is sent raw cannot be simulated.
  public init(
    _ detector: SimulatedDetector,
    faults: FaultPlan = FaultPlan(),
    framesPerSecond: Double? = nil
  ) throws(ParameterError) {
    var settings = StreamSettings()
    settings.faults = faults
    settings.framesPerSecond = framesPerSecond
    try self.init(checked: detector, settings)
  }

  private init(
    checked detector: SimulatedDetector,
    _ settings: StreamSettings
  ) throws(ParameterError) {
    self.settings = settings
    parameters = detector.parameters
    scans = detector.plan.scans
    let encoder = Self.encoder(detector.parameters, settings)
    self.encoder = encoder
    supply = FrameSupply(detector, order: encoder.wordOrder, ring: settings.ring)
    if parameters.rawTilt != nil {
      rawSupply = FrameSupply(
        try detector.withRawFrames(),
        order: encoder.wordOrder,
        ring: settings.ring
      )
    }
    injector = FaultInjector(settings.faults, dialect: settings.dialect)
    pacing = Pacing(framesPerSecond: settings.framesPerSecond)
  }

  /// Whether a scan is sent as raw frames among cleaned ones.
  private func isRaw(_ scan: ScanPlan.Scan) -> Bool { scan.tiltIndex == parameters.rawTilt }

  private static func encoder(
    _ parameters: SimulationParameters,
    _ settings: StreamSettings
  ) -> any DialectEncoder {
    switch settings.dialect {
    case .tiltfold: NativeEncoder(parameters)
    case .pystxmcontrol: EventEncoder(parameters, settings.events, carriesPixels: true)
    case .fastccd:
      FrameServerEncoder(
        settings.frameServer,
        events: EventEncoder(parameters, settings.events, carriesPixels: false)
      )
    }
  }

  /// Takes and sends everything on one socket.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked before each frame; true ends the running scan with an abort.
  ///   - report: Told after each scan.
  ///   - post: Sends the parts of one message; false where there is no room for it yet, to be
  ///     asked again.
  /// - Returns: What was sent.
  /// - Throws: What `post` throws.
  public mutating func send<Failure: Error>(
    isCancelled: () -> Bool = { false },
    report: (Progress) -> Void = { _ in },
    post: ([SharedBytes]) throws(Failure) -> Bool
  ) throws(Failure) -> Summary {
    try publish(isCancelled: isCancelled, report: report) { (message) throws(Failure) in
      try post(message.parts)
    }
  }

  /// Takes and sends everything.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked before each frame; true ends the running scan with an abort.
  ///   - report: Told after each scan.
  ///   - post: Sends one message; false where there is no room for it yet, to be asked again.
  /// - Returns: What was sent.
  /// - Throws: What `post` throws.
  public mutating func publish<Failure: Error>(
    isCancelled: () -> Bool = { false },
    report: (Progress) -> Void = { _ in },
    post: (StreamMessage) throws(Failure) -> Bool
  ) throws(Failure) -> Summary {
    restart()
    /// Sends messages, waiting for as long as a full queue takes.
    func postAll(_ messages: [StreamMessage]) throws(Failure) {
      for message in messages {
        while try !post(message) {
          if isCancelled() { return }
        }
      }
    }
    for (place, scan) in scans.enumerated() {
      prepare(scan)
      try postAll(start(of: scan))
      for dark in darks(before: place) where !isCancelled() {
        guard let messages = takeDark(scan, dark) else { break }
        pacing.waitForNext()
        try postAll(messages)
      }
      for point in scan.positions.indices {
        for exposure in parameters.exposureTimes.indices where !isCancelled() {
          let messages = takeExposure(scan, point: point, exposure: exposure)
          pacing.waitForNext()
          try postAll(messages)
        }
      }
      try postAll(lateMessages())
      if isCancelled() {
        count()
        summary.wasAborted = true
        for message in encoder.abort(scan) { _ = try post(message) }
        break
      }
      try postAll(end(of: scan))
      summary.scans += 1
      count()
      report(progress(after: scan, number: place))
    }
    return summary
  }

  // MARK: - Scans

  private mutating func restart() {
    summary = Summary()
    number = settings.frameServer.firstNumber
    encoder = Self.encoder(parameters, settings)
    injector = FaultInjector(settings.faults, dialect: settings.dialect)
    if let first = scans.first {
      if isRaw(first) { rawSupply?.prepare(first) } else { supply.prepare(first) }
    }
    pacing = Pacing(framesPerSecond: settings.framesPerSecond)
  }

  private mutating func prepare(_ scan: ScanPlan.Scan) {
    if isRaw(scan) {
      pacing.pause { rawSupply?.prepare(scan) }
    } else {
      pacing.pause { supply.prepare(scan) }
    }
    if settings.frameServer.restartsEachScan { number = settings.frameServer.firstNumber }
  }

  private mutating func start(of scan: ScanPlan.Scan) -> [StreamMessage] {
    settings.faults.omitsStart ? [] : injector.start(encoder.start(scan))
  }

  private mutating func end(of scan: ScanPlan.Scan) -> [StreamMessage] {
    let stop = settings.faults.omitsStop ? [] : injector.stop(encoder.stop(scan))
    return stop + encoder.end(scan)
  }

  private mutating func lateMessages() -> [StreamMessage] {
    defer { summary.frameMessages = injector.framesPassed }
    return injector.release()
  }

  private mutating func count() {
    summary.faults = injector.counts
    summary.seconds = pacing.elapsed
    summary.senderSeconds = settings.ring == nil ? nil : pacing.worked
  }

  private func progress(after scan: ScanPlan.Scan, number: Int) -> Progress {
    Progress(
      identity: scan.identity,
      scan: number + 1,
      scanCount: scans.count,
      summary: summary
    )
  }

  // MARK: - Frames

  /// The darks before a scan: (number, exposure time), each number at all times in turn.
  private func darks(before scan: Int) -> [(index: Int, exposure: Int)] {
    // The camera's first scan: the run's, or that of the tilt that is sent raw.
    let isFirst =
      scan == 0 || (isRaw(scans[scan]) && !isRaw(scans[scan - 1]))
    guard isFirst || parameters.takesDarksEachScan else { return [] }
    return (0..<parameters.darkCount).flatMap { index in
      parameters.exposureTimes.indices.map { (index, $0) }
    }
  }

  private mutating func takeDark(
    _ scan: ScanPlan.Scan,
    _ dark: (index: Int, exposure: Int)
  ) -> [StreamMessage]? {
    let frame =
      isRaw(scan)
      ? rawSupply?.dark(scan, index: dark.index, exposure: dark.exposure)
      : supply.dark(scan, index: dark.index, exposure: dark.exposure)
    guard let frame else { return nil }
    summary.darks += 1
    return messages(for: frame, of: scan, exposure: dark.exposure)
  }

  private mutating func takeExposure(
    _ scan: ScanPlan.Scan,
    point: Int,
    exposure: Int
  ) -> [StreamMessage] {
    let frame = exposed(scan, point: point, exposure: exposure)
    summary.exposures += 1
    if scan.exposures[point][exposure].shutterFails { summary.shutterFailures += 1 }
    return messages(for: frame, of: scan, exposure: exposure)
  }

  /// A frame of what takes the scan's frames: raw ones never come from the supply of cleaned ones.
  private mutating func exposed(
    _ scan: ScanPlan.Scan,
    point: Int,
    exposure: Int
  ) -> DetectorFrame {
    guard isRaw(scan) else { return supply.exposure(scan, point: point, exposure: exposure) }
    guard let frame = rawSupply?.exposure(scan, point: point, exposure: exposure) else {
      preconditionFailure("a raw tilt without a camera that sends raw frames")
    }
    return frame
  }

  private mutating func messages(
    for frame: DetectorFrame,
    of scan: ScanPlan.Scan,
    exposure: Int
  ) -> [StreamMessage] {
    var frame = frame
    frame.pixels = injector.damaged(frame)
    let taken = TakenFrame(
      scan: scan,
      frame: frame,
      exposure: exposure,
      number: number,
      elapsed: pacing.elapsed
    )
    number += 1
    if number > Int(UInt16.max) {
      number = 0
      summary.counterWraps += 1
    }
    let written = encoder.frame(taken)
    let passed = injector.pass(written.frame)
    summary.frameMessages = injector.framesPassed
    return passed + injector.events(written.events)
  }
}
