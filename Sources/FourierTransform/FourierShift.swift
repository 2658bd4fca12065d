// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

// Where the zero frequency stands: at [N/2, N/2] for people, on the wire and in files; at [0, 0]
// inside the transforms. Right for odd extents too, where the two ways differ by a pixel.

/// Moves the pixel at [rows/2, columns/2] to [0, 0]; undoes `cornerToCenter`.
public func centerToCorner(_ image: ComplexImage) -> ComplexImage {
  ComplexImage(
    shape: image.shape,
    values: rotated(image.values, image.shape, image.shape.rows / 2, image.shape.columns / 2)
  )
}

/// Moves the pixel at [rows/2, columns/2] to [0, 0]; undoes `cornerToCenter`.
public func centerToCorner(_ image: Image) -> Image {
  Image(
    shape: image.shape,
    values: rotated(image.values, image.shape, image.shape.rows / 2, image.shape.columns / 2)
  )
}

/// Moves the pixel at [0, 0] to [rows/2, columns/2]; undoes `centerToCorner`.
public func cornerToCenter(_ image: ComplexImage) -> ComplexImage {
  let shape = image.shape
  return ComplexImage(
    shape: shape,
    values: rotated(image.values, shape, (shape.rows + 1) / 2, (shape.columns + 1) / 2)
  )
}

/// Moves the pixel at [0, 0] to [rows/2, columns/2]; undoes `centerToCorner`.
public func cornerToCenter(_ image: Image) -> Image {
  let shape = image.shape
  return Image(
    shape: shape,
    values: rotated(image.values, shape, (shape.rows + 1) / 2, (shape.columns + 1) / 2)
  )
}

/// The pixels with [firstRow, firstColumn] brought to [0, 0], wrapping around.
private func rotated<Pixel>(
  _ pixels: [Pixel],
  _ shape: Shape2D,
  _ firstRow: Int,
  _ firstColumn: Int
) -> [Pixel] {
  var result: [Pixel] = []
  result.reserveCapacity(pixels.count)
  for row in 0..<shape.rows {
    let source = row + firstRow
    let start = (source < shape.rows ? source : source - shape.rows) * shape.columns
    result.append(contentsOf: pixels[start + firstColumn..<start + shape.columns])
    result.append(contentsOf: pixels[start..<start + firstColumn])
  }
  return result
}

/// What moves a row towards larger indices when its spectrum is multiplied by it:
/// exp(−2πi k shift / n) for corner-ordered frequencies k.
///
/// Real at the Nyquist frequency, so that real rows stay real.
///
/// - Parameters:
///   - count: Pixels of the row, n.
///   - shift: How far to move it, pixels.
/// - Returns: One factor for each frequency.
public func shiftRamp(_ count: Int, by shift: Double) -> [Complex64] {
  (0..<count).map { index in
    let frequency = index < (count + 1) / 2 ? index : index - count
    let angle = -2 * Double.pi * Double(frequency) * shift / Double(count)
    let isNyquist = count.isMultiple(of: 2) && index == count / 2
    return Complex64(Float(cosine(angle)), isNyquist ? 0 : Float(sine(angle)))
  }
}
