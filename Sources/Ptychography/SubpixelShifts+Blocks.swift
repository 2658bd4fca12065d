// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

// One step on one block, from one array to another.
extension SubpixelShifts {
  func clear(_ array: inout AlignedArray<Complex64>) {
    var pixels = array.mutableSpan
    pixels.update(repeating: .zero)
  }

  func forwardRows(
    _ block: Int,
    _ image: AlignedArray<Complex64>,
    from first: Int,
    _ spectrum: inout AlignedArray<Complex64>
  ) {
    var target = spectrum.mutableSpan
    transform.forwardRows(block, of: image.span, from: first, into: &target)
  }

  func forwardColumns(
    _ block: Int,
    _ spectrum: AlignedArray<Complex64>,
    _ tile: inout AlignedArray<Complex64>
  ) {
    var target = tile.mutableSpan
    transform.forwardColumns(block, of: spectrum.span, into: &target)
  }

  func inverseColumns(
    _ block: Int,
    _ tile: AlignedArray<Complex64>,
    _ spectrum: inout AlignedArray<Complex64>
  ) {
    var target = spectrum.mutableSpan
    transform.inverseColumns(block, of: tile.span, into: &target)
  }

  func inverseRows(
    _ block: Int,
    _ spectrum: AlignedArray<Complex64>,
    _ image: inout AlignedArray<Complex64>,
    at place: Int
  ) {
    var target = image.mutableSpan
    var rows = target.elements(place..<place + transform.rowBlockCount)
    transform.inverseRows(block, of: spectrum.span, into: &rows)
  }

  func copy(
    _ image: [Complex64],
    to target: inout AlignedArray<Complex64>,
    at place: Int
  ) {
    var target = target.mutableSpan
    set(target.elements(place..<place + image.count), to: image.span, times: 1)
  }

  func multiplyTile(
    _ tile: AlignedArray<Complex64>,
    by ramp: AlignedArray<Complex64>,
    into product: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, tile.span)
    var target = product.mutableSpan
    multiply(wholeTile(ramp), wholeTile(source), into: mutableTile(&target))
  }

  func addTile(
    _ tile: AlignedArray<Complex64>,
    times ramp: AlignedArray<Complex64>,
    to product: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, tile.span)
    var target = product.mutableSpan
    addProduct(mutableTile(&target), wholeTile(ramp), wholeTile(source))
  }

  func multiplyRows(
    _ block: Int,
    of spectrum: AlignedArray<Complex64>,
    by ramp: AlignedArray<Complex64>,
    into product: inout AlignedArray<Complex64>
  ) {
    let (ramp, source) = (ramp.span, spectrum.span)
    var target = product.mutableSpan
    multiply(everyRow(ramp), spectrumRows(block, source), into: mutableRows(block, &target))
  }

  func addRows(
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
  func wholeTile(_ tile: Span<Complex64>) -> PixelRows {
    PixelRows(tile, stride: tile.count, rows: 1, columns: tile.count)
  }

  @_lifetime(&tile)
  func mutableTile(_ tile: inout MutableSpan<Complex64>) -> MutablePixelRows {
    let count = tile.count
    return MutablePixelRows(&tile, stride: count, rows: 1, columns: count)
  }

  /// One row that stands for every row of a block.
  @_lifetime(copy row)
  func everyRow(_ row: Span<Complex64>) -> PixelRows {
    PixelRows(row, stride: 0, rows: transform.rowsInBlock, columns: row.count)
  }

  @_lifetime(copy spectrum)
  func spectrumRows(_ block: Int, _ spectrum: Span<Complex64>) -> PixelRows {
    PixelRows(
      spectrum,
      from: block * transform.rowsInBlock * transform.stride,
      stride: transform.stride,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  @_lifetime(&spectrum)
  func mutableRows(
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
