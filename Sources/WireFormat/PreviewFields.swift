// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

/// The JSON of a preview; Docs/Reference/WireProtocol.md says what each key means.
struct PreviewFields: Codable {
  var schema: String
  var sequence: Int
  var generation: Int
  var scan: String?
  var tomogram: String?
  var rotationAngle: Double?
  var tiltIndex: Int?
  var energyElectronVolts: Double?
  var energyIndex: Int?
  var frameCount: Int?
  var timestamp: Int64?
  var quality: [String: Double]?
  var text: [String: String]?
  var arrays: [ArrayFields]?

  enum CodingKeys: String, CodingKey {
    case schema, sequence, generation, quality, text, arrays
    case scan = "identifier"
    case tomogram = "tomogram_id"
    case rotationAngle = "rotation_angle_deg"
    case tiltIndex = "tilt_index"
    case energyElectronVolts = "energy_eV"
    case energyIndex = "energy_index"
    case frameCount = "frame_count"
    case timestamp = "timestamp_ns"
  }

  /// What is said of one array.
  struct ArrayFields: Codable {
    var name: String
    var shape: [Int]
    var elementType: String
    var byteOrder: String?
    var order: String?
    var unit: String?
    var pixelSize: Double?

    enum CodingKeys: String, CodingKey {
      case name, shape, order, unit
      case elementType = "dtype"
      case byteOrder = "byteorder"
      case pixelSize = "pixel_size_m"
    }
  }
}

extension PreviewFields {
  init(_ header: PreviewHeader, arrays: [PreviewArray]) {
    self.init(
      schema: PreviewMessage.schema,
      sequence: header.sequence,
      generation: header.generation,
      scan: header.scan,
      tomogram: header.tomogram,
      rotationAngle: header.tilt?.degrees,
      tiltIndex: header.tiltIndex,
      energyElectronVolts: header.energy?.electronVolts,
      energyIndex: header.energyIndex,
      frameCount: header.frameCount,
      timestamp: header.timestamp,
      // What is not known yet (NaN) is left out: JSON has no word for it.
      quality: header.quality.filter { $0.value.isFinite },
      text: header.text,
      arrays: arrays.map {
        ArrayFields(
          name: $0.name,
          shape: $0.shape,
          elementType: $0.elementType.rawValue,
          byteOrder: "<",
          order: "C",
          unit: $0.unit,
          pixelSize: $0.pixelSize?.meters
        )
      }
    )
  }

  var header: PreviewHeader {
    var header = PreviewHeader(sequence: sequence, generation: generation)
    header.scan = scan
    header.tomogram = tomogram
    header.tilt = rotationAngle.map(TiltAngle.init(degrees:))
    header.tiltIndex = tiltIndex
    header.energy = energyElectronVolts.map(PhotonEnergy.init(electronVolts:))
    header.energyIndex = energyIndex
    header.frameCount = frameCount
    header.timestamp = timestamp
    header.quality = quality ?? [:]
    header.text = text ?? [:]
    return header
  }
}
