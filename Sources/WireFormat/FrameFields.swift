// SPDX-License-Identifier: BSD-3-Clause

/// The JSON of a `frame`; Docs/Reference/WireProtocol.md says what each key means.
struct FrameFields: Codable {
  var schema: String?
  var identifier: String
  var index: Int
  var positionX: Double?
  var positionY: Double?
  var rows: Int
  var columns: Int
  var sampleType: String
  var byteOrder: String?
  var order: String?
  var role: String?
  var exposureTime: Double?
  var sequence: Int?
  var timestamp: Int64?

  enum CodingKeys: String, CodingKey {
    case schema, identifier, index, order, role, sequence
    case positionX = "posx"
    case positionY = "posy"
    case rows = "shape_y"
    case columns = "shape_x"
    case sampleType = "dtype"
    case byteOrder = "byteorder"
    case exposureTime = "exposure_s"
    case timestamp = "timestamp_ns"
  }
}

/// The JSON of a `stop` or an `abort`.
struct EndFields: Codable {
  var schema: String?
  var identifier: String?
  var sequence: Int?
}
