// SPDX-License-Identifier: BSD-3-Clause

import FoundationEssentials
public import Imaging

/// The extent and number type of a frame payload, so that a recording keeps it as an image.
public struct FrameLayout: Hashable, Sendable {
  /// The extent.
  public var shape: Shape2D
  /// The number type, little-endian.
  public var type: StorageType

  /// Makes a layout.
  public init(shape: Shape2D, type: StorageType) {
    self.shape = shape
    self.type = type
  }

  /// Reads the layout out of a frame's JSON header.
  ///
  /// The keys are those of cosmicstreams, `shape_y`, `shape_x`, `dtype`, and the layout holds only
  /// where it accounts for every byte of the payload. Nil where it does not, or where the pixels
  /// are not little-endian, row after row: such a payload is kept as plain bytes.
  public init?(header: SharedBytes, payloadByteCount: Int) {
    guard header.count < 1 << 16,
      let keys = try? JSONDecoder().decode(Keys.self, from: Data(header.array())),
      let type = Self.types[keys.dtype],
      keys.byteorder.map({ $0 != "big" && $0 != ">" }) ?? true,
      keys.order.map({ $0 == "C" }) ?? true,
      Self.sides.contains(keys.shape_y), Self.sides.contains(keys.shape_x)
    else { return nil }
    let shape = Shape2D(rows: keys.shape_y, columns: keys.shape_x)
    let layout = FrameLayout(shape: shape, type: type)
    guard layout.byteCount == payloadByteCount, payloadByteCount < 1 << 31 else { return nil }
    self = layout
  }

  /// The number of bytes of one frame.
  public var byteCount: Int { shape.count * type.byteCount }

  /// The rows and the columns that a frame may have.
  static let sides = 1...1 << 15

  private static let types: [String: StorageType] = [
    "uint8": .uint8, "|u1": .uint8, "uint16": .uint16, "<u2": .uint16, "int16": .int16,
    "<i2": .int16, "uint32": .uint32, "<u4": .uint32, "int32": .int32, "<i4": .int32,
    "float32": .float32, "<f4": .float32, "float64": .float64, "<f8": .float64,
  ]

  private struct Keys: Decodable {
    var shape_y: Int
    var shape_x: Int
    var dtype: String
    var byteorder: String?
    var order: String?
  }
}

extension StorageType {
  /// Bytes for each number; 0 for text and what cannot be stored.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64, .complex64: 8
    case .complex128: 16
    case .text, .other: 0
    }
  }
}
