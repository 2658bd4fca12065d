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
  private let shifts: SubpixelShifts
  private var room: SubpixelShifts.Room

  init(modes: [ComplexImage], steps: Int, transform: BlockedTransform2D) {
    self.modes = modes
    shifts = SubpixelShifts(steps: steps, transform: transform)
    room = SubpixelShifts.Room(steps: steps, transform: transform)
    copies = [AlignedArray](repeating: AlignedArray(), count: steps * steps)
    makeCopies([0])
  }

  /// Σ|P|² over modes and pixels.
  var power: Double { modes.reduce(0) { $0 + squaredNorm($1.values.span) } }

  /// Where a placement's copy stands.
  func slot(of placement: Placement) -> Int {
    placement.rowStep * shifts.steps + placement.columnStep
  }

  /// Sees to it that a slot has its copy.
  mutating func require(_ slot: Int) {
    if copies[slot].isEmpty { makeCopies([slot]) }
  }

  /// Takes new modes and makes the copies anew.
  mutating func replace(by modes: [ComplexImage]) {
    self.modes = modes
    makeCopies(copies.indices.filter { !copies[$0].isEmpty })
  }

  /// What the copies of each mode hold, moved back to where the mode is and added up.
  ///
  /// - Parameter images: By slot, [mode, row, column]; empty where there is none.
  /// - Returns: One image for each mode.
  mutating func movedBack(_ images: [AlignedArray<Complex64>]) -> [ComplexImage] {
    let count = shifts.transform.shape.count
    guard images.indices.contains(where: { $0 > 0 && !images[$0].isEmpty }) else {
      return modes.indices.map { image(images[0], from: $0 * count) }
    }
    var sums: [ComplexImage] = []
    for mode in modes.indices { sums.append(shifts.gather(images, from: mode * count, &room)) }
    return sums
  }

  private func image(_ pixels: AlignedArray<Complex64>, from first: Int) -> ComplexImage {
    let source = pixels.span
    var image = ComplexImage(shape: shifts.transform.shape)
    var target = image.values.mutableSpan
    for i in target.indices { target[i] = source[first + i] }
    return image
  }

  private mutating func makeCopies(_ slots: [Int]) {
    let count = shifts.transform.shape.count
    func empty() -> AlignedArray<Complex64> {
      AlignedArray(
        repeating: .zero,
        count: modes.count * count,
        pageOffset: PagePlace.copies
      )
    }
    // The copies of before may still be in use.
    for slot in slots { copies[slot] = empty() }
    for mode in modes.indices {
      let image = modes[mode]
      let pixels = image.values.span
      if slots.contains(0) {
        var target = copies[0].mutableSpan
        for i in pixels.indices { target[mode * count + i] = pixels[i] }
      }
      let moved = slots.filter { $0 > 0 }
      guard !moved.isEmpty else { continue }
      shifts.move(pixels, to: moved, &room) { slot, place, rows in
        var target = copies[slot].mutableSpan
        for i in rows.indices { target[mode * count + place + i] = rows[i] }
      }
    }
  }
}
