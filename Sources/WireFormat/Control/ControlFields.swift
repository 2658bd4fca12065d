// SPDX-License-Identifier: BSD-3-Clause

/// The keys of a request.
struct ControlFields: Codable {
  var request: String
  var scan: String?
  var tomogram_id: String?
  var rotation_angle_deg: Double?
  /// Read as any number, so that one that is not whole is refused in words.
  var tilt_index: Double?
  var key: String?
  var value: Value?
  var directory: String?

  init(request: String) {
    self.request = request
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    request = try container.decode(String.self, forKey: .request)
    scan = try container.decodeIfPresent(String.self, forKey: .scan)
    tomogram_id = try container.decodeIfPresent(String.self, forKey: .tomogram_id)
    rotation_angle_deg = try container.decodeIfPresent(Double.self, forKey: .rotation_angle_deg)
    tilt_index = try container.decodeIfPresent(Double.self, forKey: .tilt_index)
    key = try container.decodeIfPresent(String.self, forKey: .key)
    directory = try container.decodeIfPresent(String.self, forKey: .directory)
    // `null` is a value, too: that of a key which may be left to the data.
    value = container.contains(.value) ? try container.decode(Value.self, forKey: .value) : nil
  }

  /// A number, text, truth value or `null`, as it would stand in a configuration.
  struct Value: Codable {
    let text: String

    init(text: String) { self.text = text }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(text)
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        text = "null"
      } else if let flag = try? container.decode(Bool.self) {
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

/// What a sender calls a request, read by itself so that also a refusal has it.
struct IdentifierField: Decodable {
  var id: ControlIdentifier?
}
