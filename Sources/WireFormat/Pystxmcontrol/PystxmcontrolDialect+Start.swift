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
    let energy = try said.number("energy", in: 1...1e6)
    let energyIndex = try said.integer("energyIndex", in: WireLimits.index)
    let region = try said.name("scanRegion")
    madeUpCount += 1
    let stem = fileStem(said["header"]?.text) ?? "unnamed-\(madeUpCount)"
    let name =
      stem.contains("_ccdframes_")
      ? stem : "\(stem)_ccdframes_\(energyIndex ?? 0)_\(region ?? "Region1")"
    var tilt = try tilt(in: said)
    if tilt == nil { tilt = try self.tilt(in: event["data"]) }
    let identity = ScanIdentity(
      scan: name,
      tomogram: try said.name("tomogram_id"),
      tilt: tilt,
      energy: PhotonEnergy(electronVolts: energy ?? 1),
      energyIndex: energyIndex
    )
    let positions = try said.pairs("translations", in: -1e6...1e6) ?? []
    var description = ScanDescription(
      identity: identity,
      // The plan says (y, x).
      positions: positions.map { axes.position(x: $0.1 * 1e-6, y: $0.0 * 1e-6) }
    )
    description.positionsAreCentered = false
    description.exposureTimes = try exposureTimes(said)
    description.expectedFrames = try expectedFrames(said, description)
    if let geometry = said["geometry"] {
      description.detectorDistance = plausible(geometry["distance"], 1e-3, 1e-4...100)
      description.detectorPixelSize = plausible(geometry["psize"], 1e-6, 1e-9...1)
    }
    return WaitingStart(description: description, lacksEnergy: energy == nil)
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

  /// Seconds, in the order of taking: of two exposures the short one comes first.
  private func exposureTimes(_ said: WireObject) throws(WireError) -> [Double] {
    let long = try said.number("dwell1", in: 0...36_000_000).map { $0 / 1000 }
    let short = try said.number("dwell2", in: 0...36_000_000).map { $0 / 1000 }
    guard isDouble(said) else { return [long ?? short].compactMap(\.self) }
    return [short, long].compactMap(\.self)
  }

  private func isDouble(_ said: WireObject) -> Bool {
    said.flag("isDoubleExp") || said.flag("double_exposure")
  }

  /// The frames to expect, over all exposure times.
  ///
  /// The source's own number counts the two exposures of a point in some versions and not in others;
  /// the plan is counted where there is one.
  private func expectedFrames(
    _ said: WireObject,
    _ description: ScanDescription
  ) throws(WireError) -> Int? {
    guard description.positions.isEmpty else {
      return description.positions.count * (isDouble(said) ? 2 : 1)
    }
    return try said.integer("exp_num_total", in: WireLimits.count)
  }

  /// A length that says something about the instrument; nil where it makes no sense.
  private func plausible(
    _ value: WireObject?,
    _ unit: Double,
    _ range: ClosedRange<Double>
  ) -> Length? {
    value?.number.map { $0 * unit }.flatMap { range.contains($0) ? Length(meters: $0) : nil }
  }
}
