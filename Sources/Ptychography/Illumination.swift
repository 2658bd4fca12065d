// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// The probe, in one or several modes, and its copies moved by fractions of a pixel.
///
/// Frames whose positions share a fraction share a copy, so that sub-pixel positions cost a few
/// transforms per refinement, not one per frame.
struct Illumination: Sendable {
  /// The probe's modes, the strongest first, [row, column], √photon, centre at [N/2, N/2].
  private(set) var modes: [ComplexImage]
  /// The moved copies, [row step · steps + column step][mode, row, column], empty where no frame
  /// needs one.
  private(set) var copies: [AlignedArray<Complex64>]
  /// What moves them.
  let shifts: SubpixelShifts

  init(modes: [ComplexImage], steps: Int, transform: BlockedTransform2D) {
    self.modes = modes
    shifts = SubpixelShifts(steps: steps, transform: transform)
    copies = [AlignedArray](repeating: AlignedArray(), count: steps * steps)
    copies[0] = AlignedArray(modes.flatMap(\.values), pageOffset: PagePlace.copies)
  }

  /// Σ|P|² over modes and pixels.
  var power: Double { modes.reduce(0) { $0 + squaredNorm($1.values.span) } }

  /// The slots that have a copy.
  var slots: [Int] { copies.indices.filter { !copies[$0].isEmpty } }

  /// Where a placement's copy stands.
  func slot(of placement: Placement) -> Int {
    placement.rowStep * shifts.steps + placement.columnStep
  }

  /// Takes the copy for one slot.
  mutating func put(_ copy: AlignedArray<Complex64>, at slot: Int) { copies[slot] = copy }

  /// Takes new modes with their copies for all `slots`.
  mutating func replace(by modes: [ComplexImage], copies: [AlignedArray<Complex64>]) {
    self.modes = modes
    self.copies = copies
  }
}
