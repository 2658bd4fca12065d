// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// What a client asks a running pipeline to do (Docs/Reference/WireProtocol.md, control).
///
/// One JSON object of at most 64 kB. Nothing in it is evaluated: names are looked up and numbers
/// are held to bounds.
public enum ControlRequest: Sendable, Hashable {
  /// How the run stands.
  case status
  /// Says where a scan belongs that does not say so itself.
  case place(ScanPlacement)
  /// Sets a key of the configuration to a value as it would stand in the file.
  case set(key: String, value: String)
  /// Measures the resolution of a tomogram, or of all that grow, when there is time.
  case measureResolution(String?)
  /// Ends a scan, or all that have not ended, as if its source had stopped it.
  case finishScan(String?)
  /// Ends a scan, or all that have not ended, as if its source had given it up.
  case abortScan(String?)

  /// The names of the requests.
  public static let names = [
    "status", "place", "set", "measure_resolution", "finish_scan", "abort_scan",
  ]

  /// Reads a request.
  ///
  /// - Parameter parts: The message, without ZeroMQ's envelope: one part of JSON.
  /// - Returns: The request.
  /// - Throws: `WireError` that says what is wrong, where, and what would have been right.
  public static func decode(_ parts: [SharedBytes]) throws(WireError) -> ControlRequest {
    guard parts.count == 1 else {
      throw WireError("message has \(parts.count) parts", expected: "1, a JSON object")
    }
    let fields = try JSONPart.decode(
      ControlFields.self,
      from: parts,
      part: 0,
      maximumBytes: WireLimits.headerBytes
    )
    switch fields.request {
    case "status": return .status
    case "measure_resolution": return .measureResolution(fields.tomogram_id)
    case "finish_scan": return .finishScan(fields.scan)
    case "abort_scan": return .abortScan(fields.scan)
    case "set":
      guard let key = fields.key else { throw missing("key", "a key of the configuration") }
      guard let value = fields.value else {
        throw missing("value", "a number, text or truth value")
      }
      return .set(key: key, value: value.text)
    case "place":
      guard let scan = fields.scan else { throw missing("scan", "the scan's name") }
      guard let degrees = fields.rotation_angle_deg else {
        throw missing("rotation_angle_deg", "the tilt in degrees")
      }
      guard degrees.isFinite, abs(degrees) <= 360 else {
        throw WireError(
          "is \(degrees)",
          part: 0,
          key: "rotation_angle_deg",
          expected: "-360 to 360"
        )
      }
      return .place(
        ScanPlacement(
          scan: scan,
          tilt: TiltAngle(degrees: degrees),
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

  /// The request as a message, one part of JSON.
  public func encode() -> [SharedBytes] {
    let fields =
      switch self {
      case .status: ControlFields(request: "status")
      case .measureResolution(let tomogram):
        ControlFields(request: "measure_resolution", tomogram_id: tomogram)
      case .finishScan(let scan): ControlFields(request: "finish_scan", scan: scan)
      case .abortScan(let scan): ControlFields(request: "abort_scan", scan: scan)
      case .set(let key, let value):
        ControlFields(request: "set", key: key, value: ControlFields.Value(text: value))
      case .place(let placement):
        ControlFields(
          request: "place",
          scan: placement.scan,
          tomogram_id: placement.tomogram,
          rotation_angle_deg: placement.tilt.degrees
        )
      }
    return [JSONPart.encode(fields)]
  }

  private static func missing(_ key: String, _ expected: String) -> WireError {
    WireError("is missing", part: 0, key: key, expected: expected)
  }
}

/// The keys of a request.
private struct ControlFields: Codable {
  var request: String
  var scan: String?
  var tomogram_id: String?
  var rotation_angle_deg: Double?
  var key: String?
  var value: Value?

  /// A number, text or truth value, as it would stand in a configuration.
  struct Value: Codable {
    let text: String

    init(text: String) { self.text = text }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(text)
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        text = flag ? "true" : "false"
      } else if let integer = try? container.decode(Int.self) {
        text = "\(integer)"
      } else if let number = try? container.decode(Double.self) {
        text = "\(number)"
      } else {
        text = try container.decode(String.self)
      }
    }
  }
}
