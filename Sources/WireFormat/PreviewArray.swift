// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// An array that travels with a preview: little-endian, in row-major order.
public struct PreviewArray: Sendable {
  /// What the elements are, in NumPy's words.
  public enum ElementType: String, Sendable, Codable, CaseIterable {
    /// Unsigned bytes.
    case uint8
    /// Unsigned 16-bit words.
    case uint16
    /// Signed 32-bit words.
    case int32
    /// Single-precision numbers.
    case float32
    /// Double-precision numbers.
    case float64
    /// Pairs of single-precision numbers.
    case complex64

    /// Bytes for each element.
    public var byteCount: Int {
      switch self {
      case .uint8: 1
      case .uint16: 2
      case .int32, .float32: 4
      case .float64, .complex64: 8
      }
    }
  }

  /// What the array is called, unique in its message.
  public let name: String
  /// The extents, slowest first: images [row, column], volumes [x, z, y].
  public let shape: [Int]
  /// What the elements are.
  public let elementType: ElementType
  /// The unit of the elements; "1" for pure numbers.
  public let unit: String
  /// The size of a pixel or voxel, where the array has a scale.
  public let pixelSize: Length?
  /// The elements.
  public let bytes: SharedBytes

  /// Takes elements as they are in memory; there are as many bytes as the shape needs.
  public init(
    name: String,
    shape: [Int],
    elementType: ElementType,
    unit: String,
    pixelSize: Length? = nil,
    bytes: SharedBytes
  ) {
    precondition(
      bytes.count == shape.reduce(elementType.byteCount, *),
      "the bytes do not fill the shape \(shape)"
    )
    self.name = name
    self.shape = shape
    self.elementType = elementType
    self.unit = unit
    self.pixelSize = pixelSize
    self.bytes = bytes
  }

  /// Copies numbers.
  public init(
    name: String,
    shape: [Int],
    values: [Float],
    unit: String,
    pixelSize: Length? = nil
  ) {
    self.init(
      name: name,
      shape: shape,
      elementType: .float32,
      unit: unit,
      pixelSize: pixelSize,
      bytes: SharedBytes(copying: values)
    )
  }

  /// Copies an image, [row, column].
  public init(name: String, image: Image, unit: String, pixelSize: Length? = nil) {
    self.init(
      name: name,
      shape: [image.shape.rows, image.shape.columns],
      values: image.values,
      unit: unit,
      pixelSize: pixelSize
    )
  }

  /// Copies a complex image, [row, column].
  public init(name: String, image: ComplexImage, unit: String, pixelSize: Length? = nil) {
    self.init(
      name: name,
      shape: [image.shape.rows, image.shape.columns],
      elementType: .complex64,
      unit: unit,
      pixelSize: pixelSize,
      bytes: SharedBytes(copying: image.values)
    )
  }

  /// Copies a volume, [x, z, y].
  public init(name: String, volume: Volume, unit: String, pixelSize: Length? = nil) {
    self.init(
      name: name,
      shape: [volume.sizeX, volume.sizeZ, volume.sizeY],
      values: volume.values,
      unit: unit,
      pixelSize: pixelSize
    )
  }

  /// The array as an image, where it is one of float32.
  public var image: Image? {
    guard shape.count == 2, elementType == .float32 else { return nil }
    let extent = Shape2D(rows: shape[0], columns: shape[1])
    return Image(shape: extent, values: bytes.elements(as: Float.self))
  }

  /// The array as a complex image, where it is one.
  public var complexImage: ComplexImage? {
    guard shape.count == 2, elementType == .complex64 else { return nil }
    let extent = Shape2D(rows: shape[0], columns: shape[1])
    return ComplexImage(shape: extent, values: bytes.elements(as: Complex64.self))
  }

  /// The array as a volume, where it is one of float32.
  public var volume: Volume? {
    guard shape.count == 3, elementType == .float32 else { return nil }
    return Volume(
      sizeX: shape[0],
      sizeZ: shape[1],
      sizeY: shape[2],
      values: bytes.elements(as: Float.self)
    )
  }
}
