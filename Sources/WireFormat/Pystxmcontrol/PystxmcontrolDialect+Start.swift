// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

// What a start says of its scan.
extension PystxmcontrolDialect {
  /// Reads a start; its energy and tilt may be unknown yet.
  mutating func description(of event: WireObject) throws(WireError) -> WaitingStart {
    // Simulators of the beamline send the metadata as `data`.
    guard let said = event["metadata"] ?? event["data"], said.isDictionary else {
      throw WireError("is missing", part: 0, key: "metadata", expected: "what the scan is")
    }
    let metadata = try said.scanMetadata()
    let region = try said.name("scanRegion")
    madeUpCount += 1
    let stem = fileStem(metadata.header) ?? "unnamed-\(madeUpCount)"
    let name =
      stem.contains("_ccdframes_")
      ? stem : "\(stem)_ccdframes_\(metadata.energyIndex ?? 0)_\(region ?? "Region1")"
    var tilt = try tilt(in: said)
    if tilt == nil { tilt = try self.tilt(in: event["data"]) }
    let identity = ScanIdentity(
      scan: name,
      tomogram: try said.name("tomogram_id"),
      tilt: tilt,
      energy: metadata.energy ?? PhotonEnergy(electronVolts: 1),
      energyIndex: metadata.energyIndex
    )
    var description = ScanDescription(
      identity: identity,
      positions: metadata.translations.map { axes.position(x: $0.x, y: $0.y) }
    )
    description.positionsAreCentered = false
    description.exposureTimes = metadata.exposureTimes
    if metadata.isDoubleExposure, let only = metadata.exposureTimes.first {
      // The other time may not be known, and need not be: two exposures make a point.
      description.exposureTimes += metadata.exposureTimes.count < 2 ? [only] : []
    }
    // The source's own number counts the two exposures of a point in some versions and not in
    // others; the plan is counted where there is one.
    let planned = description.positions.count * metadata.exposuresPerPoint
    description.expectedFrames = planned > 0 ? planned : metadata.expectedExposures
    description.detectorDistance = metadata.detectorDistance
    description.detectorPixelSize = metadata.detectorPixelSize
    return WaitingStart(description: description, lacksEnergy: metadata.energy == nil)
  }

  /// Where the configured motor stands: among the motors, or as a key of its own.
  private func tilt(in said: WireObject?) throws(WireError) -> TiltAngle? {
    guard let said, let tiltMotor else { return nil }
    for place in [said["motorPositions"], said["motors"], said] {
      guard let place, let degrees = try place.number(tiltMotor, in: -3600...3600) else { continue }
      return TiltAngle(degrees: degrees)
    }
    return nil
  }
}

extension WireObject {
  /// What a start's metadata say, in the one form that files have, too.
  fileprivate func scanMetadata() throws(WireError) -> BeamlineScanMetadata {
    // A pickle may hold anything beside; what is not asked for is not looked at.
    var entries: [String: MetadataValue] = [:]
    for key in BeamlineScanMetadata.keys { entries[key] = try self[key]?.metadataValue() }
    do throws(ParameterError) {
      return try BeamlineScanMetadata(.table(entries))
    } catch {
      throw WireError(
        "is \(error.value)",
        part: part,
        key: path.isEmpty ? error.key : "\(path).\(error.key)",
        expected: error.expected
      )
    }
  }
}
