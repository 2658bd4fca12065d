// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The border, pixels, that displays of the beamline cut off on each side of a `rec`.
public let recBorder = 128

/// Writes an object as a `rec` message of cosmicstreams, as port 37016 carries it.
///
/// The display of the beamline cuts 128 pixels off each side, where its own solver keeps half a
/// probe window; a border of zeros takes their place, so that the whole object is seen.
///
/// - Parameters:
///   - object: The object, [row, column].
///   - pixelSize: The size of a pixel.
///   - identifier: The scan's name.
///   - border: The width of the border, pixels.
/// - Returns: Topic, JSON and complex64 pixels, little-endian, row after row.
public func encodeRec(
  _ object: ComplexImage,
  pixelSize: Length,
  identifier: String,
  border: Int = recBorder
) -> [SharedBytes] {
  let shape = Shape2D(
    rows: object.shape.rows + 2 * border,
    columns: object.shape.columns + 2 * border
  )
  var padded = [Complex64](repeating: .zero, count: shape.count)
  for row in 0..<object.shape.rows {
    let source = row * object.shape.columns
    let target = (row + border) * shape.columns + border
    padded.replaceSubrange(
      target..<target + object.shape.columns,
      with: object.values[source..<source + object.shape.columns]
    )
  }
  let fields = RecFields(
    identifier: identifier,
    rows: shape.rows,
    columns: shape.columns,
    elementType: "complex64",
    byteOrder: "<",
    order: "C",
    pixelSizeY: pixelSize.meters,
    pixelSizeX: pixelSize.meters
  )
  return [SharedBytes("rec"), JSONPart.encode(fields), SharedBytes(copying: padded)]
}

/// Writes a reconstructed object as a `rec` message of cosmicstreams.
public func encodeRec(_ object: ReconstructedObject) -> [SharedBytes] {
  encodeRec(
    object.transmission,
    pixelSize: object.pixelSize,
    identifier: object.identity.scan
  )
}

/// The JSON of a `rec`.
private struct RecFields: Encodable {
  var identifier: String
  var rows: Int
  var columns: Int
  var elementType: String
  var byteOrder: String
  var order: String
  var pixelSizeY: Double
  var pixelSizeX: Double

  enum CodingKeys: String, CodingKey {
    case identifier, order
    case rows = "shape_y"
    case columns = "shape_x"
    case elementType = "dtype"
    case byteOrder = "byteorder"
    case pixelSizeY = "obj_pixelsize_y"
    case pixelSizeX = "obj_pixelsize_x"
  }
}
