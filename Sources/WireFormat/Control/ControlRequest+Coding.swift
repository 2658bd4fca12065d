// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import Imaging

extension ControlRequest {
  /// Reads a request.
  ///
  /// - Parameter parts: The message, without ZeroMQ's envelope: one part of JSON.
  /// - Returns: The request.
  /// - Throws: `WireError` that says what is wrong, where, and what would have been right.
  public static func decode(_ parts: [SharedBytes]) throws(WireError) -> ControlRequest {
    let fields = try fields(of: parts)
    if let tomogram = fields.tomogram_id { try check(tomogram, "tomogram_id") }
    if let scan = fields.scan { try check(scan, "scan") }
    switch fields.request {
    case "status": return .status
    case "parameters": return .parameters
    case "pause": return .pause
    case "resume": return .resume
    case "measure_resolution": return .measureResolution(fields.tomogram_id)
    case "realign": return .realign(fields.tomogram_id)
    case "finish_scan": return .finishScan(fields.scan)
    case "abort_scan", "abort": return .abortScan(fields.scan)
    case "hold_back": return .holdBack(try tilt(fields))
    case "drop_tilt": return .dropTilt(try tilt(fields))
    case "take_back": return .takeBack(try tilt(fields))
    case "snapshot": return .snapshot(try folder(fields))
    case "set":
      guard let key = fields.key else { throw missing("key", "a key of the configuration") }
      try check(key, "key")
      guard let value = fields.value else {
        throw missing("value", "a number, text or truth value")
      }
      try check(value.text, "value", maximumBytes: 64)
      return .set(key: key, value: value.text)
    case "place":
      guard let scan = fields.scan else { throw missing("scan", "the scan's name") }
      guard fields.rotation_angle_deg != nil else {
        throw missing("rotation_angle_deg", "the tilt in degrees")
      }
      return .place(
        ScanPlacement(
          scan: scan,
          tilt: try angle(fields),
          tomogram: fields.tomogram_id
        )
      )
    default:
      throw WireError(
        "is \(quoted(fields.request))",
        part: 0,
        key: "request",
        expected: names.joined(separator: ", ")
      )
    }
  }

  /// What a request's sender calls it, where that can be read: its `id`, to be set in the answer.
  ///
  /// - Parameter parts: The message, without ZeroMQ's envelope.
  /// - Returns: The name; nil where there is none.
  public static func identifier(of parts: [SharedBytes]) -> ControlIdentifier? {
    guard parts.count == 1,
      let fields = try? JSONPart.decode(
        IdentifierField.self,
        from: parts,
        part: 0,
        maximumBytes: WireLimits.headerBytes
      )
    else { return nil }
    return fields.id
  }

  /// The request as a message, one part of JSON.
  public func encode() -> [SharedBytes] {
    var fields = ControlFields(request: name)
    switch self {
    case .status, .parameters, .pause, .resume: break
    case .measureResolution(let tomogram), .realign(let tomogram): fields.tomogram_id = tomogram
    case .finishScan(let scan), .abortScan(let scan): fields.scan = scan
    case .snapshot(let folder): fields.directory = folder
    case .set(let key, let value):
      fields.key = key
      fields.value = ControlFields.Value(text: value)
    case .place(let placement):
      fields.scan = placement.scan
      fields.tomogram_id = placement.tomogram
      fields.rotation_angle_deg = placement.tilt.degrees
    case .holdBack(let tilt), .dropTilt(let tilt), .takeBack(let tilt):
      fields.tomogram_id = tilt.tomogram
      switch tilt.name {
      case .index(let index): fields.tilt_index = Double(index)
      case .angle(let angle): fields.rotation_angle_deg = angle.degrees
      }
    }
    return [JSONPart.encode(fields)]
  }

  private var name: String {
    switch self {
    case .status: "status"
    case .parameters: "parameters"
    case .place: "place"
    case .set: "set"
    case .measureResolution: "measure_resolution"
    case .realign: "realign"
    case .finishScan: "finish_scan"
    case .abortScan: "abort_scan"
    case .pause: "pause"
    case .resume: "resume"
    case .holdBack: "hold_back"
    case .dropTilt: "drop_tilt"
    case .takeBack: "take_back"
    case .snapshot: "snapshot"
    }
  }

  // MARK: - Checks

  private static func fields(of parts: [SharedBytes]) throws(WireError) -> ControlFields {
    guard parts.count == 1 else {
      throw WireError("message has \(parts.count) parts", expected: "1, a JSON object")
    }
    return try JSONPart.decode(
      ControlFields.self,
      from: parts,
      part: 0,
      maximumBytes: WireLimits.headerBytes
    )
  }

  private static func tilt(_ fields: ControlFields) throws(WireError) -> TiltReference {
    let expected = "the tilt's place from 0 in tilt_index, or its angle in rotation_angle_deg"
    guard (fields.tilt_index == nil) != (fields.rotation_angle_deg == nil) else {
      guard fields.tilt_index != nil else { throw missing("tilt_index", expected) }
      throw WireError(
        "stands beside rotation_angle_deg",
        part: 0,
        key: "tilt_index",
        expected: "one of both"
      )
    }
    guard let index = fields.tilt_index else {
      return TiltReference(.angle(try angle(fields)), tomogram: fields.tomogram_id)
    }
    guard (0...1_000_000).contains(index), let place = Int(exactly: index) else {
      throw WireError(
        "is \(index)",
        part: 0,
        key: "tilt_index",
        expected: "a whole number, 0 to 1000000"
      )
    }
    return TiltReference(.index(place), tomogram: fields.tomogram_id)
  }

  private static func angle(_ fields: ControlFields) throws(WireError) -> TiltAngle {
    let degrees = fields.rotation_angle_deg ?? .nan
    guard degrees.isFinite, abs(degrees) <= 360 else {
      throw WireError("is \(degrees)", part: 0, key: "rotation_angle_deg", expected: "-360 to 360")
    }
    return TiltAngle(degrees: degrees)
  }

  /// A folder's name: it must not lead anywhere else.
  private static func folder(_ fields: ControlFields) throws(WireError) -> String? {
    guard let name = fields.directory else { return nil }
    try check(name, "directory", maximumBytes: 100)
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isPlain, !name.hasPrefix(".") else {
      throw WireError(
        "is \(quoted(name))",
        part: 0,
        key: "directory",
        expected: "a name of letters, digits, -, _ and ., without folders: it is made in "
          + "RESULTS/snapshots"
      )
    }
    return name
  }

  private static func check(
    _ text: String,
    _ key: String,
    maximumBytes: Int = 256
  ) throws(WireError) {
    let count = text.utf8.count
    guard (1...maximumBytes).contains(count) else {
      throw WireError("has \(count) bytes", part: 0, key: key, expected: "1 to \(maximumBytes)")
    }
  }

  private static func missing(_ key: String, _ expected: String) -> WireError {
    WireError("is missing", part: 0, key: key, expected: expected)
  }
}
