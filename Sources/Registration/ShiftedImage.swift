// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Moves an image by a fraction of a pixel; what enters from outside is zero.
///
/// - Parameters:
///   - image: The image, [row, column].
///   - shift: How far to move it, pixels.
///   - interpolation: How to read between pixels.
/// - Returns: The moved image, of the same shape.
public func shifted(
  _ image: Image,
  by shift: PixelShift,
  interpolation: Interpolation = .cubic
) -> Image {
  resampled(
    image,
    to: image.shape,
    movedByRows: shift.rows,
    columns: shift.columns,
    interpolation: interpolation
  )
}
