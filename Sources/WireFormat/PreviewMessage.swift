// SPDX-License-Identifier: BSD-3-Clause

public import Imaging
import AcquisitionModel

/// A preview as port 37017 carries it: `[topic, JSON, array, array, …]`.
public struct PreviewMessage: Sendable {
  /// What a preview says of itself.
  public static let schema = "tiltfold-preview/1"

  /// What it shows.
  public var topic: PreviewTopic
  /// What it is about.
  public var header: PreviewHeader
  /// The arrays, in the order of the parts.
  public var arrays: [PreviewArray]

  /// Makes a message.
  public init(topic: PreviewTopic, header: PreviewHeader, arrays: [PreviewArray] = []) {
    self.topic = topic
    self.header = header
    self.arrays = arrays
  }

  /// The array of a name.
  public subscript(name: String) -> PreviewArray? {
    arrays.first { $0.name == name }
  }

  /// Writes the parts, without copying the arrays.
  ///
  /// Figures that are not finite are left out.
  public func encode() -> [SharedBytes] {
    [SharedBytes(topic.rawValue), JSONPart.encode(PreviewFields(header, arrays: arrays))]
      + arrays.map(\.bytes)
  }

  /// Reads a message.
  ///
  /// - Parameter parts: All parts, the topic first.
  /// - Returns: The message; its arrays are the parts themselves, uncopied.
  /// - Throws: `WireError` that says what is wrong and where.
  public static func decode(_ parts: [SharedBytes]) throws(WireError) -> PreviewMessage {
    guard parts.count >= 2 else {
      throw WireError("message has \(parts.count) parts", expected: "2 or more")
    }
    guard parts[0].count <= 64 else {
      throw WireError("has \(parts[0].count) bytes", part: 0, expected: "a topic")
    }
    let name = String(decoding: parts[0].array(), as: UTF8.self)
    guard let topic = PreviewTopic(rawValue: name) else {
      throw WireError("topic \(quoted(name)) is not known", part: 0)
    }
    let fields = try JSONPart.decode(
      PreviewFields.self,
      from: parts,
      part: 1,
      maximumBytes: WireLimits.previewBytes
    )
    guard fields.schema == schema else {
      throw WireError("is \(quoted(fields.schema))", part: 1, key: "schema", expected: schema)
    }
    let described = fields.arrays ?? []
    guard described.count <= WireLimits.arrays, parts.count == described.count + 2 else {
      throw WireError(
        "describes \(described.count) arrays where \(parts.count - 2) follow",
        part: 1,
        key: "arrays"
      )
    }
    var arrays: [PreviewArray] = []
    for (i, array) in described.enumerated() {
      arrays.append(
        try PreviewArray(array, bytes: parts[i + 2], key: "arrays[\(i)]", part: i + 2)
      )
    }
    return PreviewMessage(topic: topic, header: fields.header, arrays: arrays)
  }
}

extension PreviewArray {
  fileprivate init(
    _ fields: PreviewFields.ArrayFields,
    bytes: SharedBytes,
    key: String,
    part: Int
  ) throws(WireError) {
    guard let elementType = ElementType(rawValue: fields.elementType) else {
      throw WireError("is \(quoted(fields.elementType))", part: 1, key: "\(key).dtype")
    }
    guard fields.byteOrder ?? "<" == "<" else {
      throw WireError("is not little-endian", part: 1, key: "\(key).byteorder", expected: "<")
    }
    guard fields.order ?? "C" == "C" else {
      throw WireError("is not row-major", part: 1, key: "\(key).order", expected: "C")
    }
    _ = try checked(fields.shape.count, "\(key).shape", in: WireLimits.dimensions)
    var expected = elementType.byteCount
    for extent in fields.shape {
      let (product, overflows) = expected.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else {
        throw WireError("is \(fields.shape)", part: 1, key: "\(key).shape", expected: "a shape")
      }
      expected = product
    }
    guard bytes.count == expected else {
      throw WireError("has \(bytes.count) bytes", part: part, expected: "\(expected)")
    }
    self.init(
      name: fields.name,
      shape: fields.shape,
      elementType: elementType,
      unit: fields.unit ?? "1",
      pixelSize: fields.pixelSize.map(Length.init(meters:)),
      bytes: bytes
    )
  }
}
