// SPDX-License-Identifier: BSD-3-Clause

public import WireFormat

/// The language that a source speaks.
public enum SourceDialect: String, CaseIterable, Hashable, Sendable {
  /// The native stream, a superset of cosmicstreams (Docs/Reference/WireProtocol.md).
  case tiltfold
  /// The events of the beamline's control system, Python pickles.
  case pystxmcontrol
  /// The frame server's raw frames, with the events of the control system or a sidecar file.
  case fastccd

  /// The topics to subscribe to where the configuration names none.
  var topics: [String] {
    switch self {
    case .tiltfold: NativeDialect.topics
    case .pystxmcontrol: PystxmcontrolDialect.topics
    case .fastccd: FastCCDDialect.topics
    }
  }
}

/// Section `source`: where frames come from and how they are to be understood.
public struct SourceConfiguration: Sendable {
  /// Key `dialect`: the language of the stream.
  public var dialect = SourceDialect.tiltfold
  /// Key `connect`: the ZeroMQ endpoints to subscribe to.
  public var endpoints: [String] = []
  /// Key `topics`: the topics to subscribe to; nil for those of the dialect.
  public var topics: [String]?
  /// Key `tilt_motor`: the motor of pystxmcontrol whose place is the tilt in degrees.
  public var tiltMotor: String?
  /// Key `tomogram_id`: the tomogram of scans whose source names none.
  public var tomogram: String?
  /// Key `sidecar`: a file that says where scans belong, or what the scans to come are.
  public var sidecar: String?
  /// Key `position_axes`: how the source's scan positions turn into ours.
  public var axes = PositionAxes.identity
  /// Key `idle_time_s`: a scan without a stop ends after so many seconds without a frame.
  public var idleTime = 10.0
  /// Key `high_water_mark`: messages that ZeroMQ holds for us before the source must wait or drop.
  ///
  /// A raw frame has 2.4 MB, so 1000 of them are 2.4 GB.
  public var highWaterMark = 1000
  /// Key `tilt_tolerance_deg`: angles closer than this belong to one tilt.
  public var tiltTolerance = 0.05
  /// Key `energy_tolerance_eV`: photon energies closer than this are one energy.
  public var energyTolerance = 0.2

  /// Makes the defaults; there is no default endpoint.
  public init() {}
}
