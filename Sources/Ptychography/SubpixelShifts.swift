// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Images moved by fractions of a pixel, and moved back.
///
/// Moving by a phase ramp in the far field is exact where an image is band-limited, as a probe is by
/// its lens. A ramp along rows and one along columns are applied each between the transforms of the
/// other axis, so that the copies of one row step share half of their transforms.
struct SubpixelShifts: Sendable {
  /// Fractions of a pixel along each axis.
  let steps: Int
  let transform: BlockedTransform2D
  /// By row step, for a tile of the transform, over the number of pixels: towards larger indices.
  private let down: [AlignedArray<Complex64>]
  /// Their conjugates.
  private let up: [AlignedArray<Complex64>]
  /// By column step, for one row: towards larger indices.
  private let right: [AlignedArray<Complex64>]
  /// Their conjugates.
  private let left: [AlignedArray<Complex64>]

  init(steps: Int, transform: BlockedTransform2D) {
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

  /// Moves an image to each slot that is wanted.
  ///
  /// - Parameters:
  ///   - image: [row, column].
  ///   - slots: Which slots, row step · steps + column step.
  ///   - put: Gets the rows of each moved image, a block of the transform at a time: the slot, the
  ///     place of the block's first pixel, and its pixels.
  func move(
    _ image: Span<Complex64>,
    to slots: [Int],
    put: (_ slot: Int, _ place: Int, _ rows: Span<Complex64>) -> Void
  ) {
    var (spectrum, tile, product, rows) = room
    var halfway = [AlignedArray<Complex64>](repeating: spectrum, count: steps)
    for block in 0..<transform.rowBlocks {
      var target = spectrum.mutableSpan
      transform.forwardRows(block, of: image, from: place(block), into: &target)
    }
    for block in 0..<transform.columnBlocks {
      forwardColumns(block, spectrum, &tile)
      for step in rowSteps(of: slots) {
        multiplyTile(tile, by: down[step], into: &product)
        inverseColumns(block, product, &halfway[step])
      }
    }
    for slot in slots {
      for block in 0..<transform.rowBlocks {
        multiplyRows(block, of: halfway[slot / steps], by: right[slot % steps], into: &spectrum)
        inverseRows(block, spectrum, &rows)
        put(slot, place(block), rows.span)
      }
    }
  }

  /// The sum of images, each moved back from its slot.
  ///
  /// - Parameters:
  ///   - images: By slot, [row, column] from `first` on; empty where there is none.
  ///   - first: Where the image begins in each.
  /// - Returns: [row, column].
  func gather(_ images: [AlignedArray<Complex64>], from first: Int) -> ComplexImage {
    let slots = images.indices.filter { !images[$0].isEmpty }
    var (spectrum, tile, product, rows) = room
    var halfway = [AlignedArray<Complex64>](repeating: spectrum, count: steps)
    for slot in slots {
      let image = images[slot]
      for block in 0..<transform.rowBlocks {
        forwardRows(block, image, from: first + place(block), &spectrum)
        addRows(block, of: spectrum, times: left[slot % steps], to: &halfway[slot / steps])
      }
    }
    for block in 0..<transform.columnBlocks {
      clear(&product)
      for step in rowSteps(of: slots) {
        forwardColumns(block, halfway[step], &tile)
        addTile(tile, times: up[step], to: &product)
      }
      inverseColumns(block, product, &spectrum)
    }
    var sum = ComplexImage(shape: transform.shape)
    for block in 0..<transform.rowBlocks {
      inverseRows(block, spectrum, &rows)
      let source = rows.span
      var target = sum.values.mutableSpan
      for i in source.indices { target[place(block) + i] = source[i] }
    }
    return sum
  }

  private func place(_ block: Int) -> Int { block * transform.rowBlockCount }

  private func rowSteps(of slots: [Int]) -> [Int] {
    (0..<steps).filter { step in slots.contains { $0 / steps == step } }
  }

  /// Room for one image: its spectrum, two tiles of it, and a block of rows.
  private var room:
    (
      spectrum: AlignedArray<Complex64>, tile: AlignedArray<Complex64>,
      product: AlignedArray<Complex64>, rows: AlignedArray<Complex64>
    )
  {
    let tile = AlignedArray(repeating: Complex64.zero, count: transform.tileCount)
    return (
      AlignedArray(repeating: .zero, count: transform.spectrumCount), tile, tile,
      AlignedArray(repeating: .zero, count: transform.rowBlockCount)
    )
  }
}

// One step on one block, from one array to another.
extension SubpixelShifts {
  private func clear(_ array: inout AlignedArray<Complex64>) {
    var pixels = array.mutableSpan
    pixels.update(repeating: .zero)
  }

  private func forwardRows(
    _ block: Int,
    _ image: AlignedArray<Complex64>,
    from first: Int,
    _ spectrum: inout AlignedArray<Complex64>
  ) {
    var target = spectrum.mutableSpan
    transform.forwardRows(block, of: image.span, from: first, into: &target)
  }

  private func forwardColumns(
    _ block: Int,
    _ spectrum: AlignedArray<Complex64>,
    _ tile: inout AlignedArray<Complex64>
  ) {
    var target = tile.mutableSpan
    transform.forwardColumns(block, of: spectrum.span, into: &target)
  }

  private func inverseColumns(
    _ block: Int,
    _ tile: AlignedArray<Complex64>,
    _ spectrum: inout AlignedArray<Complex64>
  ) {
    var target = spectrum.mutableSpan
    transform.inverseColumns(block, of: tile.span, into: &target)
  }

  private func inverseRows(
    _ block: Int,
    _ spectrum: AlignedArray<Complex64>,
    _ rows: inout AlignedArray<Complex64>
  ) {
    var target = rows.mutableSpan
    transform.inverseRows(block, of: spectrum.span, into: &target)
  }

  private func multiplyTile(
    _ tile: AlignedArray<Complex64>,
    by ramp: AlignedArray<Complex64>,
    into product: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, tile.span)
    var target = product.mutableSpan
    multiply(wholeTile(ramp), wholeTile(source), into: mutableTile(&target))
  }

  private func addTile(
    _ tile: AlignedArray<Complex64>,
    times ramp: AlignedArray<Complex64>,
    to product: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, tile.span)
    var target = product.mutableSpan
    addProduct(mutableTile(&target), wholeTile(ramp), wholeTile(source))
  }

  private func multiplyRows(
    _ block: Int,
    of spectrum: AlignedArray<Complex64>,
    by ramp: AlignedArray<Complex64>,
    into product: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, spectrum.span)
    var target = product.mutableSpan
    multiply(everyRow(ramp), spectrumRows(block, source), into: mutableRows(block, &target))
  }

  private func addRows(
    _ block: Int,
    of spectrum: AlignedArray<Complex64>,
    times ramp: AlignedArray<Complex64>,
    to sum: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, spectrum.span)
    var target = sum.mutableSpan
    addProduct(mutableRows(block, &target), everyRow(ramp), spectrumRows(block, source))
  }

  @_lifetime(copy tile)
  private func wholeTile(_ tile: Span<Complex64>) -> PixelRows {
    PixelRows(tile, stride: tile.count, rows: 1, columns: tile.count)
  }

  @_lifetime(&tile)
  private func mutableTile(_ tile: inout MutableSpan<Complex64>) -> MutablePixelRows {
    let count = tile.count
    return MutablePixelRows(&tile, stride: count, rows: 1, columns: count)
  }

  /// One row that stands for every row of a block.
  @_lifetime(copy row)
  private func everyRow(_ row: Span<Complex64>) -> PixelRows {
    PixelRows(row, stride: 0, rows: transform.rowsInBlock, columns: row.count)
  }

  @_lifetime(copy spectrum)
  private func spectrumRows(_ block: Int, _ spectrum: Span<Complex64>) -> PixelRows {
    PixelRows(
      spectrum,
      from: block * transform.rowsInBlock * transform.stride,
      stride: transform.stride,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  @_lifetime(&spectrum)
  private func mutableRows(
    _ block: Int,
    _ spectrum: inout MutableSpan<Complex64>
  ) -> MutablePixelRows {
    MutablePixelRows(
      &spectrum,
      from: block * transform.rowsInBlock * transform.stride,
      stride: transform.stride,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }
}
