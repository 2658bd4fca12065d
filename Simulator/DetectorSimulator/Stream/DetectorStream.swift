// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging
import WireFormat

/// Takes a whole acquisition and sends it in the native dialect (DESIGN.md, 4).
///
/// For each scan a start, the darks before the first one's exposures, the exposures, a stop.
public struct DetectorStream: Sendable {
  /// What was sent.
  public struct Summary: Sendable, Hashable {
    /// Scans whose exposures were all taken.
    public var scans = 0
    /// Exposures taken.
    public var exposures = 0
    /// Darks taken.
    public var darks = 0
    /// Frame messages handed to the socket, duplicates counted.
    public var frameMessages = 0
    /// Frame messages left out on purpose.
    public var dropped = 0
    /// Frame messages sent twice on purpose.
    public var duplicated = 0

    /// Makes a count of nothing.
    public init() {}
    /// Frame messages sent late on purpose.
    public var swapped = 0
    /// Frame messages cut on purpose.
    public var truncated = 0
    /// The time it took.
    public var seconds = 0.0
    /// Whether it was broken off.
    public var wasAborted = false
  }

  /// How far it has come, after each scan.
  public struct Progress: Sendable {
    /// The scan just sent.
    public var identity: ScanIdentity
    /// Scans sent.
    public var scan: Int
    /// Scans in all.
    public var scanCount: Int
    /// What was sent so far.
    public var summary: Summary
  }

  private var detector: SimulatedDetector
  private var injector: FaultInjector
  private let faults: FaultPlan
  private let framesPerSecond: Double?
  private let dialect = NativeDialect()
  private var sequence = 0
  private var summary = Summary()

  /// Prepares a stream.
  ///
  /// - Parameters:
  ///   - detector: What takes the frames.
  ///   - faults: What goes wrong on the way.
  ///   - framesPerSecond: The pace; nil for as fast as frames can be made and sent.
  public init(
    _ detector: SimulatedDetector,
    faults: FaultPlan = FaultPlan(),
    framesPerSecond: Double? = nil
  ) {
    self.detector = detector
    self.faults = faults
    self.framesPerSecond = framesPerSecond
    injector = FaultInjector(faults)
  }

  /// Takes and sends everything.
  ///
  /// - Parameters:
  ///   - isCancelled: Asked before each frame; true ends the running scan with an abort.
  ///   - report: Told after each scan.
  ///   - post: Sends one message; false where there is no room for it yet, to be asked again.
  /// - Returns: What was sent.
  /// - Throws: What `post` throws.
  public mutating func send<Failure: Error>(
    isCancelled: () -> Bool = { false },
    report: (Progress) -> Void = { _ in },
    post: ([SharedBytes]) throws(Failure) -> Bool
  ) throws(Failure) -> Summary {
    var pacing = Pacing(framesPerSecond: framesPerSecond)
    sequence = 0
    summary = Summary()
    injector = FaultInjector(faults)
    /// Sends messages, waiting for as long as a full queue takes.
    func postAll(_ messages: [[SharedBytes]]) throws(Failure) {
      for message in messages {
        while try !post(message) {
          if isCancelled() { return }
        }
      }
    }
    for (number, scan) in detector.plan.scans.enumerated() {
      if !faults.omitsStart {
        try postAll([encoded(.start(description(of: scan), sequence: nil))])
      }
      for index in 0..<(number == 0 ? detector.parameters.darkCount : 0) {
        guard !isCancelled(), let frame = detector.dark(scan, index: index) else { break }
        summary.darks += 1
        let messages = messages(for: frame)
        pacing.waitForNext()
        try postAll(messages)
      }
      for point in scan.positions.indices where !isCancelled() {
        let frame = detector.exposure(scan, point: point)
        summary.exposures += 1
        let messages = messages(for: frame)
        pacing.waitForNext()
        try postAll(messages)
      }
      try postAll(lateMessages())
      summary.seconds = pacing.elapsed
      if isCancelled() {
        summary.wasAborted = true
        _ = try post(encoded(.abort(scan: scan.identity.scan, sequence: nil)))
        break
      }
      if !faults.omitsStop {
        try postAll([encoded(.stop(scan: scan.identity.scan, sequence: nil))])
      }
      summary.scans += 1
      report(progress(after: scan, number: number))
    }
    return summary
  }

  private func progress(after scan: ScanPlan.Scan, number: Int) -> Progress {
    Progress(
      identity: scan.identity,
      scan: number + 1,
      scanCount: detector.plan.scans.count,
      summary: summary
    )
  }

  private mutating func encoded(_ event: AcquisitionEvent) -> [SharedBytes] {
    defer { sequence += 1 }
    return dialect.encode(event, sequence: sequence)
  }

  private mutating func messages(for frame: DetectorFrame) -> [[SharedBytes]] {
    var frame = frame
    frame.header.timestamp = nanosecondsSince1970()
    let messages = injector.pass(encoded(.frame(frame)))
    summary.frameMessages += messages.count
    summary.dropped = injector.dropped
    summary.duplicated = injector.duplicated
    summary.swapped = injector.swapped
    summary.truncated = injector.truncated
    return messages
  }

  private mutating func lateMessages() -> [[SharedBytes]] {
    let late = injector.release()
    summary.frameMessages += late.count
    return late
  }

  /// What is told when a scan starts.
  func description(of scan: ScanPlan.Scan) -> ScanDescription {
    let parameters = detector.parameters
    var description = ScanDescription(identity: scan.identity, positions: scan.positions)
    description.expectedFrames = parameters.pointCount
    description.exposureTimes = [parameters.exposureTime]
    description.tiltCount = parameters.tiltCount
    description.energyCount = parameters.energies.count
    description.detectorDistance = parameters.detectorDistance
    description.detectorPixelSize = parameters.statedPixelSize(at: scan.identity.energy)
    return description
  }
}

extension SimulationParameters {
  /// The pixel size that is stated for the frames: the detector's own for raw ones, that which
  /// makes λ z / (N p) the voxel size for cleaned ones.
  func statedPixelSize(at energy: PhotonEnergy) -> Length {
    guard frames == .cleaned else { return detectorPixel }
    let side = Double(SimulatedDetector.cleanedSide)
    return Length(
      meters: energy.wavelength.meters * detectorDistance.meters / (side * voxelSize.meters)
    )
  }
}
