// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// Writes a sidecar file (Docs/Reference/WireProtocol.md): which scans a stream of bare frames
/// holds, or at which tilt the files of the control system belong.
public enum SidecarText {
  /// The sidecar of an acquisition, as JSON.
  ///
  /// - Parameters:
  ///   - detector: What takes the frames.
  ///   - settings: How they are sent; for `fastccd` the scans are listed with their frames'
  ///     numbers, for the other dialects the places of the files.
  /// - Returns: The text.
  public static func json(_ detector: SimulatedDetector, _ settings: StreamSettings) -> String {
    let parameters = detector.parameters
    let isBare = settings.dialect == .fastccd
    let entries =
      isBare ? scans(detector, settings.frameServer) : placements(detector, settings.events)
    return """
      {
        "schema": "tiltfold-sidecar/1",
        "tomogram_id": \(quoted(parameters.tomogram)),
        "tilt_count": \(parameters.tiltCount),
        "energy_count": \(parameters.energies.count),
        "\(isBare ? "scans" : "placements")": [
          \(entries.joined(separator: ",\n    "))
        ]
      }

      """
  }

  private static func scans(
    _ detector: SimulatedDetector,
    _ settings: FrameServerSettings
  ) -> [String] {
    let parameters = detector.parameters
    let times = parameters.exposureTimes
    var number = settings.firstNumber
    return detector.plan.scans.enumerated().map { place, scan in
      if settings.restartsEachScan { number = settings.firstNumber }
      let darks = place == 0 || parameters.takesDarksEachScan ? parameters.darkCount : 0
      let first = number
      number += (darks + scan.positions.count) * times.count
      return object([
        ("name", quoted(scan.identity.scan)),
        ("rotation_angle_deg", "\(parameters.tilts[scan.tiltIndex].degrees)"),
        ("tilt_index", "\(scan.tiltIndex)"), ("energy_index", "\(scan.energyIndex)"),
        ("energy_eV", "\(scan.identity.energy.electronVolts)"),
        ("exposure_s", list(times.map { "\($0)" })),
        ("darks", "\(darks)"), ("first_frame", "\(first)"),
        ("positions_m", list(scan.positions.map { list(["\($0.x)", "\($0.y)"]) })),
      ])
    }
  }

  private static func placements(
    _ detector: SimulatedDetector,
    _ settings: EventSettings
  ) -> [String] {
    let records = ScanRecords(detector.parameters, settings)
    var seen: Set<String> = []
    return detector.plan.scans.compactMap { scan in
      let file = records.fileStem(of: scan)
      guard seen.insert(file).inserted else { return nil }
      return object([
        ("scan", quoted(file)),
        ("rotation_angle_deg", "\(detector.parameters.tilts[scan.tiltIndex].degrees)"),
        ("tilt_index", "\(scan.tiltIndex)"),
      ])
    }
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  private static func list(_ items: [String]) -> String {
    "[" + items.joined(separator: ", ") + "]"
  }

  /// A text in quotes, as JSON has it.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 32: quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
