// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

extension ScanGrid {
  /// The object of another reconstruction, laid on this grid by its place.
  ///
  /// Between its pixels it is interpolated bilinearly; where it has no pixel or no light it is 1.
  ///
  /// - Parameter result: The other reconstruction, of this grid's pixel size.
  /// - Returns: The object, [row, column] on the grid.
  public func seed(from result: ReconstructedObject) -> ComplexImage {
    let size = pixelSize.meters
    // Of the same grid or of another, moved by whole pixels, rounding must not touch it.
    let snapped = { (value: Double) in abs(value - value.rounded()) < 1e-3 ? value.rounded() : value
    }
    let down = snapped((origin.y - result.origin.y) / size)
    let right = snapped((origin.x - result.origin.x) / size)
    let source = LitObject(result)
    let (top, left) = (down.rounded(.down), right.rounded(.down))
    let (y, x) = (Float(down - top), Float(right - left))
    var seed = ComplexImage(shape: objectShape, filledWith: .one)
    for row in 0..<objectShape.rows {
      for column in 0..<objectShape.columns {
        let (r, c) = (row + Int(top), column + Int(left))
        var value = (1 - y) * (1 - x) * source[r, c]
        if x > 0 { value += (1 - y) * x * source[r, c + 1] }
        if y > 0 { value += y * (1 - x) * source[r + 1, c] }
        if x > 0, y > 0 { value += y * x * source[r + 1, c + 1] }
        seed[row, column] = value
      }
    }
    return seed
  }
}

/// An object that goes on as vacuum where it is unlit.
private struct LitObject {
  let object: ComplexImage
  let coverage: Image

  init(_ result: ReconstructedObject) {
    object = result.transmission
    coverage = result.coverage
  }

  subscript(row: Int, column: Int) -> Complex64 {
    guard row >= 0, column >= 0, row < object.shape.rows, column < object.shape.columns,
      coverage[row, column] > 0
    else { return .one }
    return object[row, column]
  }
}
