// SPDX-License-Identifier: BSD-3-Clause

/// The JSON of a `start`; Docs/Reference/WireProtocol.md says what each key means.
struct StartFields: Codable {
  var schema: String?
  var identifier: String
  var energy: Double?
  var energyElectronVolts: Double?
  var translations: NumberTable<Double>?
  var exposureTimes: ExposureTimes?
  var rotationAngle: Double?
  var tomogram: String?
  var tiltIndex: Int?
  var tiltCount: Int?
  var energyIndex: Int?
  var energyCount: Int?
  var expectedFrames: Int?
  var detectorDistance: Double?
  var pixelSizeX: Double?
  var pixelSizeY: Double?
  var illuminationReal: NumberTable<Float>?
  var illuminationImaginary: NumberTable<Float>?
  var sequence: Int?

  enum CodingKeys: String, CodingKey {
    case schema, identifier, energy, translations, sequence
    case energyElectronVolts = "energy_eV"
    case exposureTimes = "exposure_s"
    case rotationAngle = "rotation_angle_deg"
    case tomogram = "tomogram_id"
    case tiltIndex = "tilt_index"
    case tiltCount = "tilt_count"
    case energyIndex = "energy_index"
    case energyCount = "energy_count"
    case expectedFrames = "expected_frames"
    case detectorDistance = "detector_distance"
    case pixelSizeX = "x_pixel_size"
    case pixelSizeY = "y_pixel_size"
    case illuminationReal = "illumination_real"
    case illuminationImaginary = "illumination_imag"
  }
}

/// Exposure times: a list, or one number.
struct ExposureTimes: Codable {
  var seconds: [Double]

  init(seconds: [Double]) { self.seconds = seconds }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let single = try? container.decode(Double.self) {
      seconds = [single]
    } else {
      seconds = try container.decode([Double].self)
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(seconds)
  }
}

/// A list of lists of numbers, counted before it is read.
struct NumberTable<Number: Codable>: Codable {
  var rows: [[Number]]

  init(rows: [[Number]]) { self.rows = rows }

  init(from decoder: any Decoder) throws {
    let list = try decoder.unkeyedContainer()
    if let count = list.count, count > WireLimits.rows {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "has \(count) entries; expected at most \(WireLimits.rows)"
        )
      )
    }
    rows = try decoder.singleValueContainer().decode([[Number]].self)
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rows)
  }
}
