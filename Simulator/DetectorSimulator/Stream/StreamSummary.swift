// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

extension DetectorStream {
  /// What was sent.
  public struct Summary: Sendable, Hashable {
    /// Scans whose exposures were all taken.
    public var scans = 0
    /// Exposures taken.
    public var exposures = 0
    /// Darks taken.
    public var darks = 0
    /// Exposures in which the shutter failed.
    public var shutterFailures = 0
    /// Frame messages handed to the socket, duplicates counted.
    public var frameMessages = 0
    /// How often the camera's number started again from 0 because it has 16 bits.
    public var counterWraps = 0
    /// What went wrong on request.
    public var faults = FaultCounts()
    /// The time that it took, without that in which a ring was filled.
    public var seconds = 0.0
    /// The time that the sending thread worked, where frames came from a ring.
    public var senderSeconds: Double?
    /// Whether it was broken off.
    public var wasAborted = false

    /// Makes a count of nothing.
    public init() {}

    /// Frame messages left out on purpose.
    public var dropped: Int { faults.dropped }
    /// Frame messages sent twice on purpose.
    public var duplicated: Int { faults.duplicated }
    /// Frame messages sent late on purpose.
    public var swapped: Int { faults.swapped }
    /// Frame messages cut on purpose.
    public var truncated: Int { faults.truncated }
    /// Frames taken each second.
    public var framesPerSecond: Double { Double(exposures + darks) / max(seconds, 1e-9) }
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
}
