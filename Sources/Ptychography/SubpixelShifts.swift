// SPDX-License-Identifier: BSD-3-Clause

package import FourierTransform
package import Imaging

/// Images moved by fractions of a pixel, and moved back.
///
/// Moving by a phase ramp in the far field is exact where an image is band-limited, as a probe is by
/// its lens. A ramp along rows and one along columns are applied each between the transforms of the
/// other axis, so that the copies of one row step share half of their transforms.
package struct SubpixelShifts: Sendable {
  /// Fractions of a pixel along each axis.
  package let steps: Int
  let transform: BlockedTransform2D
  /// By row step, for a tile of the transform, over the number of pixels: towards larger indices.
  private let down: [AlignedArray<Complex64>]
  /// Their conjugates.
  private let up: [AlignedArray<Complex64>]
  /// By column step, for one row: towards larger indices.
  private let right: [AlignedArray<Complex64>]
  /// Their conjugates.
  private let left: [AlignedArray<Complex64>]

  /// Prepares the ramps.
  ///
  /// - Parameters:
  ///   - steps: Fractions of a pixel along each axis.
  ///   - transform: Of the images' shape.
  package init(steps: Int, transform: BlockedTransform2D) {
    self.steps = steps
    self.transform = transform
    let shape = transform.shape
    let width = transform.columnsInBlock
    func fraction(_ step: Int) -> Double { Double(step) / Double(steps) }
    func tile(_ shift: Double) -> AlignedArray<Complex64> {
      let ramp = shiftRamp(shape.rows, by: shift)
      let scale = 1 / Float(shape.count)
      return AlignedArray((0..<transform.tileCount).map { scale * ramp[$0 / width] })
    }
    down = (0..<steps).map { tile(fraction($0)) }
    up = (0..<steps).map { tile(-fraction($0)) }
    right = (0..<steps).map { AlignedArray(shiftRamp(shape.columns, by: fraction($0))) }
    left = (0..<steps).map { AlignedArray(shiftRamp(shape.columns, by: -fraction($0))) }
  }

  /// Moves the modes of a probe to each slot that is wanted.
  ///
  /// - Parameters:
  ///   - modes: Each [row, column].
  ///   - slots: Which slots, row step · steps + column step.
  ///   - copies: For each slot [mode, row, column]; arrays of that size are written over.
  ///   - room: For what is between.
  package func makeCopies(
    of modes: [ComplexImage],
    at slots: [Int],
    _ copies: inout [AlignedArray<Complex64>],
    _ room: inout Room
  ) {
    let count = transform.shape.count
    for k in slots.indices where copies[k].count != modes.count * count {
      copies[k] = AlignedArray(
        repeating: Complex64.zero,
        count: modes.count * count,
        pageOffset: PagePlace.copies
      )
    }
    for mode in modes.indices {
      let image = modes[mode].values
      if let k = slots.firstIndex(of: 0) { copy(image, to: &copies[k], at: mode * count) }
      guard slots.contains(where: { $0 > 0 }) else { continue }
      takeHalfway(image, rowSteps(of: slots), &room)
      for k in slots.indices where slots[k] > 0 {
        let (half, ramp) = (room.halfway[slots[k] / steps], right[slots[k] % steps])
        for block in 0..<transform.rowBlocks {
          multiplyRows(block, of: half, by: ramp, into: &room.spectrum)
          inverseRows(block, room.spectrum, &copies[k], at: mode * count + place(block))
        }
      }
    }
  }

  /// An image moved along rows by each step, its columns in the far field.
  private func takeHalfway(_ image: [Complex64], _ rowSteps: [Int], _ room: inout Room) {
    let pixels = image.span
    for block in 0..<transform.rowBlocks {
      var target = room.spectrum.mutableSpan
      transform.forwardRows(block, of: pixels, from: place(block), into: &target)
    }
    for block in 0..<transform.columnBlocks {
      forwardColumns(block, room.spectrum, &room.tile)
      for step in rowSteps {
        multiplyTile(room.tile, by: down[step], into: &room.product)
        inverseColumns(block, room.product, &room.halfway[step])
      }
    }
  }

  /// The sum of images, each moved back from its slot.
  ///
  /// - Parameters:
  ///   - images: By slot, [row, column] from `first` on; empty where there is none.
  ///   - first: Where the image begins in each.
  ///   - room: For what is between.
  /// - Returns: [row, column].
  package func gather(
    _ images: [AlignedArray<Complex64>],
    from first: Int,
    _ room: inout Room
  ) -> ComplexImage {
    let slots = images.indices.filter { !images[$0].isEmpty }
    var sum = ComplexImage(shape: transform.shape)
    guard slots.contains(where: { $0 > 0 }) else {
      let image = images[0]
      guard !image.isEmpty else { return sum }
      let pixels = first..<first + transform.shape.count
      set(sum.values.mutableSpan, to: image.span.extracting(pixels), times: 1)
      return sum
    }
    for step in rowSteps(of: slots) { clear(&room.halfway[step]) }
    for slot in slots {
      let image = images[slot]
      let (half, ramp) = (slot / steps, left[slot % steps])
      for block in 0..<transform.rowBlocks {
        forwardRows(block, image, from: first + place(block), &room.spectrum)
        addRows(block, of: room.spectrum, times: ramp, to: &room.halfway[half])
      }
    }
    for block in 0..<transform.columnBlocks {
      clear(&room.product)
      for step in rowSteps(of: slots) {
        forwardColumns(block, room.halfway[step], &room.tile)
        addTile(room.tile, times: up[step], to: &room.product)
      }
      inverseColumns(block, room.product, &room.spectrum)
    }
    for block in 0..<transform.rowBlocks {
      var target = sum.values.mutableSpan
      var rows = target.elements(place(block)..<place(block) + transform.rowBlockCount)
      transform.inverseRows(block, of: room.spectrum.span, into: &rows)
    }
    return sum
  }

  private func place(_ block: Int) -> Int { block * transform.rowBlockCount }

  private func rowSteps(of slots: [Int]) -> [Int] {
    (0..<steps).filter { step in slots.contains { $0 / steps == step } }
  }

  /// Room for what is between an image and its copies.
  package struct Room: Sendable {
    fileprivate var spectrum: AlignedArray<Complex64>
    fileprivate var tile: AlignedArray<Complex64>
    fileprivate var product: AlignedArray<Complex64>
    /// By row step: rows in real space, columns in the far field.
    fileprivate var halfway: [AlignedArray<Complex64>]

    /// Makes room for the images of `shifts`.
    package init(_ shifts: SubpixelShifts) {
      let transform = shifts.transform
      func array(_ count: Int) -> AlignedArray<Complex64> {
        AlignedArray(repeating: .zero, count: count)
      }
      spectrum = array(transform.spectrumCount)
      tile = array(transform.tileCount)
      product = array(transform.tileCount)
      halfway = (0..<shifts.steps).map { _ in array(transform.spectrumCount) }
    }
  }
}
