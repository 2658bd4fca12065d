// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3
public import Imaging

/// The transform of `FourierPlan2D` in four steps, with room between them for the caller's own work.
///
/// Rows are transformed a block at a time, then columns a block at a time, and the same way back.
/// Whoever fills a block of rows just before its transform, and uses a block of columns just after,
/// finds both in the first-level cache; an image transformed whole would go to memory and back for
/// each step. Between rows and columns the image stands in a spectrum whose rows are `stride` apart:
/// a few pixels more than a row, so that the pixels of a column do not fight for the same cache sets.
/// Unscaled both ways, DC at the corner.
public final class BlockedTransform2D: Sendable {
  /// The extent of the images, [rows, columns].
  public let shape: Shape2D
  /// Rows in a block.
  public let rowsInBlock: Int
  /// Columns in a block.
  public let columnsInBlock: Int
  /// The distance between rows of the spectrum, pixels.
  public let stride: Int

  private let rowsForward: LinePlan
  private let rowsInverse: LinePlan
  private let columnsForward: LinePlan
  private let columnsInverse: LinePlan

  init(shape: Shape2D, effort: PlanningEffort) {
    self.shape = shape
    let (rows, columns) = (shape.rows, shape.columns)
    rowsInBlock = Self.divisor(of: rows, atMost: 8)
    columnsInBlock = Self.divisor(of: columns, atMost: 16)
    stride = (columns + 8) & ~1
    let contiguous = LinePlan.Layout(step: 1, distance: columns)
    let padded = LinePlan.Layout(step: 1, distance: stride)
    let inSpectrum = LinePlan.Layout(step: stride, distance: 1)
    let tiled = LinePlan.Layout(step: columnsInBlock, distance: 1)
    func plan(_ length: Int, _ count: Int, _ from: LinePlan.Layout, _ to: LinePlan.Layout)
      -> (CInt) -> LinePlan
    {
      { LinePlan(length: length, count: count, from: from, to: to, sign: $0, effort: effort) }
    }
    rowsForward = plan(columns, rowsInBlock, contiguous, padded)(FFTW_FORWARD)
    rowsInverse = plan(columns, rowsInBlock, padded, contiguous)(FFTW_BACKWARD)
    columnsForward = plan(rows, columnsInBlock, inSpectrum, tiled)(FFTW_FORWARD)
    columnsInverse = plan(rows, columnsInBlock, tiled, inSpectrum)(FFTW_BACKWARD)
  }

  /// Blocks of rows in an image.
  public var rowBlocks: Int { shape.rows / rowsInBlock }
  /// Blocks of columns in an image.
  public var columnBlocks: Int { shape.columns / columnsInBlock }
  /// Pixels in a block of rows.
  public var rowBlockCount: Int { rowsInBlock * shape.columns }
  /// Pixels in a block of columns, which is stored as a tile, [row, column in the block].
  public var tileCount: Int { shape.rows * columnsInBlock }
  /// Elements of a spectrum.
  public var spectrumCount: Int { shape.rows * stride }

  /// Transforms one block of rows.
  ///
  /// - Parameters:
  ///   - block: Which one.
  ///   - rows: Its rows from `first` on, row after row.
  ///   - first: Where they begin.
  ///   - spectrum: Gets them in their place.
  public func forwardRows(
    _ block: Int,
    of rows: Span<Complex64>,
    from first: Int = 0,
    into spectrum: inout MutableSpan<Complex64>
  ) {
    precondition(spectrum.count == spectrumCount, "this is no spectrum of \(shape)")
    rowsForward.execute(rows, from: first, &spectrum, at: block * rowsInBlock * stride)
  }

  /// Transforms one block of columns of a spectrum into a tile.
  public func forwardColumns(
    _ block: Int,
    of spectrum: Span<Complex64>,
    into tile: inout MutableSpan<Complex64>
  ) {
    precondition(spectrum.count == spectrumCount, "this is no spectrum of \(shape)")
    columnsForward.execute(spectrum, from: block * columnsInBlock, &tile, at: 0)
  }

  /// Transforms a tile back into its block of columns of a spectrum.
  public func inverseColumns(
    _ block: Int,
    of tile: Span<Complex64>,
    into spectrum: inout MutableSpan<Complex64>
  ) {
    precondition(spectrum.count == spectrumCount, "this is no spectrum of \(shape)")
    columnsInverse.execute(tile, from: 0, &spectrum, at: block * columnsInBlock)
  }

  /// Transforms one block of rows of a spectrum back; they come row after row.
  public func inverseRows(
    _ block: Int,
    of spectrum: Span<Complex64>,
    into rows: inout MutableSpan<Complex64>
  ) {
    precondition(spectrum.count == spectrumCount, "this is no spectrum of \(shape)")
    rowsInverse.execute(spectrum, from: block * rowsInBlock * stride, &rows, at: 0)
  }

  /// Puts an image's pixels in the order of the tiles, [block, row, column in the block].
  public func tiled(_ image: [Float]) -> [Float] {
    precondition(image.count == shape.count, "the image is not \(shape)")
    var tiles = image
    forEachTiled { tiles[$0] = image[$1] }
    return tiles
  }

  /// Puts pixels in the order of the tiles back into rows, undoing `tiled`.
  public func untiled(_ tiles: [Float]) -> [Float] {
    precondition(tiles.count == shape.count, "the tiles are not \(shape)")
    var image = tiles
    forEachTiled { image[$1] = tiles[$0] }
    return image
  }

  /// Calls `body` with each place in the tiles and the pixel that stands there.
  private func forEachTiled(_ body: (_ tiled: Int, _ pixel: Int) -> Void) {
    var next = 0
    for first in Swift.stride(from: 0, to: shape.columns, by: columnsInBlock) {
      for row in 0..<shape.rows {
        for column in first..<first + columnsInBlock {
          body(next, row * shape.columns + column)
          next += 1
        }
      }
    }
  }

  /// The largest divisor that is not too large; an even one where there is one, for alignment.
  private static func divisor(of count: Int, atMost limit: Int) -> Int {
    let divisors = (1...limit).filter { count.isMultiple(of: $0) }
    return divisors.last { $0.isMultiple(of: 2) } ?? divisors.last ?? 1
  }
}
