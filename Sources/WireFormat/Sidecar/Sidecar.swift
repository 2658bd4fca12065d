// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging

/// What a sidecar file says: where scans belong, and scans that no stream announces.
///
/// It travels as a message of its own, `[sidecar, JSON]`, ahead of the stream, so that a recording
/// holds it. The keys stand in Docs/Reference/WireProtocol.md; an unknown key is an error, because a
/// person wrote it.
public struct Sidecar: Sendable {
  /// The topic of its message.
  public static let topic = "sidecar"

  /// The tomogram of every scan that names no other.
  public var tomogram: String?
  /// The number of tilts of the tomogram, where said.
  public var tiltCount: Int?
  /// The number of energies of each tilt, where said.
  public var energyCount: Int?
  /// Where scans belong, by their names.
  public var placements: [String: Placement] = [:]
  /// Scans to come, in order.
  public var scans: [SidecarScan] = []
  /// The scan from which on they come; nil for all.
  public var firstScan: String?

  /// Reads the text of a sidecar file.
  ///
  /// - Parameter json: The file as JSON.
  /// - Throws: `WireError` that names the key.
  public init(json: SharedBytes) throws(WireError) {
    try self.init(parts: [json], part: 0)
  }

  /// Reads a message `[sidecar, JSON]`.
  init(message parts: [SharedBytes]) throws(WireError) {
    guard parts.count == 2 else {
      throw WireError("message has \(parts.count) parts", expected: "2")
    }
    try self.init(parts: parts, part: 1)
  }

  /// Whether a message is one.
  static func isMessage(_ parts: [SharedBytes]) -> Bool {
    parts.first.map { $0.count == topic.utf8.count && $0.array().elementsEqual(topic.utf8) }
      ?? false
  }

  private init(parts: [SharedBytes], part: Int) throws(WireError) {
    let root = try WireObject.read(json: parts, part: part)
    try root.allow([
      "schema", "tomogram_id", "tilt_count", "energy_count", "placements", "scans", "first_scan",
    ])
    if let schema = try root.name("schema"), schema != Self.schema {
      throw WireError("is \(quoted(schema))", part: part, key: "schema", expected: Self.schema)
    }
    tomogram = try root.name("tomogram_id")
    tiltCount = try root.integer("tilt_count", in: WireLimits.count)
    energyCount = try root.integer("energy_count", in: WireLimits.count)
    for entry in try root.list("placements") {
      try entry.allow(["scan"] + Self.placementKeys)
      guard let scan = try entry.name("scan") else { throw entry.lack("scan") }
      placements[scan] = try placement(entry)
    }
    for entry in try root.list("scans") {
      let scan = try self.scan(entry)
      guard !scans.contains(where: { $0.name == scan.name }) else {
        throw entry.error("has the name of another, \(quoted(scan.name))")
      }
      scans.append(scan)
    }
    firstScan = try root.name("first_scan")
    if let firstScan, !scans.contains(where: { $0.name == firstScan }) {
      throw WireError(
        "is \(quoted(firstScan))",
        part: part,
        key: "first_scan",
        expected: "the name of one of the scans"
      )
    }
  }

  private func placement(_ entry: WireObject) throws(WireError) -> Placement {
    Placement(
      tilt: try entry.number("rotation_angle_deg", in: -3600...3600).map(TiltAngle.init(degrees:)),
      tiltIndex: try entry.integer("tilt_index", in: WireLimits.index),
      energyIndex: try entry.integer("energy_index", in: WireLimits.index),
      tomogram: try entry.name("tomogram_id") ?? tomogram
    )
  }

  private func scan(_ entry: WireObject) throws(WireError) -> SidecarScan {
    try entry.allow(
      ["name", "energy_eV", "positions_m", "grid", "darks", "exposure_s", "first_frame"]
        + Self.placementKeys
    )
    guard let name = try entry.name("name") else { throw entry.lack("name") }
    guard let energy = try entry.number("energy_eV", in: 1...1e6) else {
      throw entry.lack("energy_eV")
    }
    var positions = try grid(entry)
    if let pairs = try entry.pairs("positions_m", in: -1...1) {
      positions = pairs.map { ScanPosition(x: $0.0, y: $0.1) }
    }
    guard !positions.isEmpty else { throw entry.lack("positions_m or grid") }
    var times: [Double] = []
    for time in try entry.list("exposure_s") {
      guard let seconds = time.number, (0...36_000).contains(seconds) else {
        throw time.error("is no exposure time", expected: "seconds, 0 to 36000")
      }
      times.append(seconds)
    }
    guard (1...64).contains(times.count) else { throw entry.lack("exposure_s") }
    return SidecarScan(
      name: name,
      placement: try placement(entry),
      energy: PhotonEnergy(electronVolts: energy),
      positions: positions,
      darks: try entry.integer("darks", in: 0...10_000) ?? 0,
      exposureTimes: times,
      firstFrame: try entry.integer("first_frame", in: 0...1 << 40),
      tiltCount: tiltCount,
      energyCount: energyCount
    )
  }

  /// Row after row, x fastest.
  private func grid(_ entry: WireObject) throws(WireError) -> [ScanPosition] {
    guard let grid = entry["grid"] else { return [] }
    try grid.allow(["rows", "columns", "step_m"])
    guard let rows = try grid.integer("rows", in: 1...1000),
      let columns = try grid.integer("columns", in: 1...1000),
      let step = try grid.number("step_m", in: 1e-10...1e-3)
    else {
      throw grid.error("is not complete", expected: "rows, columns and step_m")
    }
    return (0..<rows * columns).map {
      ScanPosition(x: Double($0 % columns) * step, y: Double($0 / columns) * step)
    }
  }

  private static let schema = "tiltfold-sidecar/1"
  private static let placementKeys = [
    "rotation_angle_deg", "tilt_index", "energy_index", "tomogram_id",
  ]
}

extension WireObject {
  /// Throws for a key that is none of these.
  fileprivate func allow(_ known: [String]) throws(WireError) {
    guard isDictionary else {
      throw error("is no mapping", expected: known.joined(separator: ", "))
    }
    guard let strange = keys.first(where: { !known.contains($0) }) else { return }
    throw error("has an unknown key \(quoted(strange))", expected: known.joined(separator: ", "))
  }

  /// The items at a key; none where nothing is there.
  fileprivate func list(_ key: String) throws(WireError) -> [WireObject] {
    guard let value = self[key] else { return [] }
    guard let items = value.items, items.count <= 100_000 else {
      throw value.error("has the wrong type", expected: "a list")
    }
    return items
  }

  fileprivate func lack(_ key: String) -> WireError {
    WireError("is missing", part: part, key: path.isEmpty ? key : "\(path).\(key)")
  }
}
