// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import WireFormat

/// Where a scan of raw frames belongs, which its file does not say by itself: the control system
/// writes its field for the angle empty.
///
/// The motor of `source.tilt_motor` says the tilt, from among those that stand in the file. What a
/// sidecar file says counts before it: that of `source.sidecar`, else one that lies beside the scan.
struct RawScanPlace {
  /// What a sidecar file beside a scan may be called.
  static let sidecarNames = ["sidecar.yaml", "sidecar.yml", "sidecar.json"]

  private let path: String
  private let motors: [String: Double]
  private let source: SourceConfiguration

  /// - Parameters:
  ///   - path: The scan's file.
  ///   - motors: The motors' places in it, by name.
  ///   - source: The motor, the sidecar file and the tomogram that are configured.
  init(_ path: String, motors: [String: Double], _ source: SourceConfiguration) {
    self.path = path
    self.motors = motors
    self.source = source
  }

  /// Says of a scan where it belongs, as far as anything does.
  ///
  /// - Parameters:
  ///   - description: The scan.
  ///   - remark: Told what a person should know.
  func apply(to description: inout ScanDescription, remark: (String) -> Void) {
    if let motor = source.tiltMotor, let degrees = motors[motor], abs(degrees) <= 3600 {
      description.identity.tilt = TiltAngle(degrees: degrees)
    }
    if let sidecar {
      do throws(PipelineError) {
        try SidecarFile.read(sidecar).place(&description)
      } catch {
        remark("\(error); it is left out")
      }
    }
    description.identity.tomogram = description.identity.tomogram ?? source.tomogram
    guard description.identity.tilt == nil, let motor = source.tiltMotor else { return }
    let names = motors.keys.sorted()
    remark(
      "\(path) does not say where the motor \(motor) of source.tilt_motor stands; "
        + (names.isEmpty ? "no motors are in it" : "in it are \(Words.list(names))")
        + ". Say the tilt by a sidecar file or --tilt"
    )
  }

  private var sidecar: String? {
    if let configured = source.sidecar { return configured }
    let folder = URL(filePath: path).deletingLastPathComponent()
    return Self.sidecarNames.lazy
      .map { folder.appending(path: $0).path(percentEncoded: false) }
      .first { FileManager.default.fileExists(atPath: $0) }
  }
}
