// SPDX-License-Identifier: BSD-3-Clause

import CCairo
import Reporting

/// A PNG file read back.
struct DecodedPicture {
  let width: Int
  let height: Int
  private let words: [UInt32]

  /// Reads a file; nil where it is not a whole PNG.
  init?(_ path: String) {
    let surface = unsafe cairo_image_surface_create_from_png(path)
    defer { unsafe cairo_surface_destroy(surface) }
    guard unsafe cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS,
      let data = unsafe cairo_image_surface_get_data(surface)
    else { return nil }
    width = Int(unsafe cairo_image_surface_get_width(surface))
    height = Int(unsafe cairo_image_surface_get_height(surface))
    let stride = Int(unsafe cairo_image_surface_get_stride(surface))
    var words: [UInt32] = []
    for y in 0..<height {
      for x in 0..<width {
        let place = unsafe UnsafeRawPointer(data + y * stride + 4 * x)
        words.append(unsafe place.loadUnaligned(as: UInt32.self))
      }
    }
    self.words = words
  }

  /// The bytes of one pixel, red, green, blue.
  subscript(x: Int, y: Int) -> SIMD3<UInt8> {
    let word = words[y * width + x]
    return SIMD3(
      UInt8(word >> 16 & 255),
      UInt8(word >> 8 & 255),
      UInt8(word & 255)
    )
  }
}
