// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Room for one frame between the transforms.
struct SweepScratch: Sendable {
  /// The far field between rows and columns, one after the other for each mode.
  var spectra: AlignedArray<Complex64>
  /// One block of columns, one after the other for each mode.
  var tiles: AlignedArray<Complex64>
  /// Far-field power, or the factors that come of it, of one block of columns.
  var power: AlignedArray<Float>
  /// The far-field power of a whole pattern, in the order of the tiles, once it is needed.
  var pattern = AlignedArray<Float>()
  /// Room for the means over the area of its pixels.
  var areaRoom = PixelArea.Room()
  /// One block of rows.
  var rows: AlignedArray<Complex64>

  init(transform: BlockedTransform2D, modes: Int) {
    spectra = AlignedArray(
      repeating: .zero,
      count: modes * transform.spectrumCount,
      pageOffset: PagePlace.spectra
    )
    tiles = AlignedArray(
      repeating: .zero,
      count: modes * transform.tileCount,
      pageOffset: PagePlace.tiles
    )
    power = AlignedArray(repeating: 0, count: transform.tileCount)
    rows = AlignedArray(
      repeating: .zero,
      count: transform.rowBlockCount,
      pageOffset: PagePlace.rows
    )
  }
}

/// Where in a page the arrays begin that the kernels use together; see `AlignedArray`.
///
/// Waves, of which there are many, begin where memory gives them a line, the first as a rule.
enum PagePlace {
  static let copies = 1024
  static let tiles = 1536
  static let rows = 2048
  static let spectra = 2560
  static let probeSums = 3072
}
