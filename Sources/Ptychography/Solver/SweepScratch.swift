// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Room for one frame between the transforms.
struct SweepScratch: Sendable {
  /// The far field between rows and columns, one after the other for each mode.
  var spectra: [Complex64]
  /// One block of columns, one after the other for each mode.
  var tiles: [Complex64]
  /// Far-field power, or the factors that come of it, of one block of columns.
  var power: [Float]
  /// One block of rows.
  var rows: [Complex64]
  /// Denominators that all modes but the first leave alone.
  var weight: [Float]

  init(transform: BlockedTransform2D, modes: Int) {
    spectra = [Complex64](repeating: .zero, count: modes * transform.spectrumCount)
    tiles = [Complex64](repeating: .zero, count: modes * transform.tileCount)
    power = [Float](repeating: 0, count: transform.tileCount)
    rows = [Complex64](repeating: .zero, count: transform.rowBlockCount)
    weight = [Float](repeating: 0, count: transform.rowBlockCount)
  }
}
