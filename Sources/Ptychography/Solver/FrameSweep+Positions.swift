// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

extension FrameSweep {
  /// Transforms the rows back and finds where on the object the frame would fit better.
  ///
  /// With D = P_M P O and the object's gradient g, the shift δ that minimises
  /// Σ |D − P O − P (δ · g)|² solves two normal equations (Gauss–Newton; as the gradient method of
  /// Dwivedi et al., Ultramicroscopy 192, 29 (2018), doi 10.1016/j.ultramic.2018.04.004). What the
  /// model does not explain, Σ |D − P O|², is added to their diagonal: where a shift by a pixel
  /// would explain little of it, as with a poor probe or a faint object, the shift is small.
  ///
  /// - Returns: The shift, pixels; zero at the object's edge and where it is flat.
  func shift(
    _ seat: ScanFrame.Seat,
    _ scratch: inout SweepScratch
  ) -> (row: Double, column: Double) {
    let shape = transform.shape
    let placement = seat.placement
    // Differences of neighbours need a pixel on each side.
    guard placement.row > 0, placement.column > 0,
      (placement.row + shape.rows + 1) * objectColumns <= object.count,
      placement.column + shape.columns < objectColumns
    else { return (0, 0) }
    var equations = ShiftEquations()
    let probe = copies[seat.slot]
    for mode in 0..<modes {
      for block in 0..<transform.rowBlocks {
        inverseRows(mode, block, scratch.spectra, into: &scratch.rows)
        let data = scratch.rows.span
        for row in 0..<transform.rowsInBlock {
          let first = place(mode, block) + row * shape.columns
          let objectRow = placement.row + block * transform.rowsInBlock + row
          equations.add(
            projected: data.extracting(row * shape.columns..<(row + 1) * shape.columns),
            probe: probe.span.extracting(first..<first + shape.columns),
            object: object.span,
            at: objectRow * objectColumns + placement.column,
            objectColumns: objectColumns
          )
        }
      }
    }
    return equations.solution
  }
}

/// The normal equations of a shift along rows and columns.
private struct ShiftEquations {
  private var rowRow = 0.0
  private var rowColumn = 0.0
  private var columnColumn = 0.0
  private var row = 0.0
  private var column = 0.0
  private var unexplained = 0.0
  private var power = 0.0

  mutating func add(
    projected: Span<Complex64>,
    probe: Span<Complex64>,
    object: Span<Complex64>,
    at first: Int,
    objectColumns: Int
  ) {
    for i in projected.indices {
      let p = probe[i]
      let place = first + i
      let down = object[place + objectColumns] - object[place - objectColumns]
      let across = object[place + 1] - object[place - 1]
      let y = p * (0.5 * down)
      let x = p * (0.5 * across)
      let rest = projected[i] - p * object[place]
      rowRow += Double(y.squaredModulus)
      unexplained += Double(rest.squaredModulus)
      power += Double(projected[i].squaredModulus)
      columnColumn += Double(x.squaredModulus)
      rowColumn += Double(y.re * x.re + y.im * x.im)
      row += Double(y.re * rest.re + y.im * rest.im)
      column += Double(x.re * rest.re + x.im * rest.im)
    }
  }

  /// The part of a wave that a shift by a pixel must change to be told from nothing.
  private static let leastChange = 1e-3

  /// The shift, pixels; zero where the object under the probe is flat.
  var solution: (row: Double, column: Double) {
    let floor = unexplained + Self.leastChange * power
    let rowRow = rowRow + floor
    let columnColumn = columnColumn + floor
    let determinant = rowRow * columnColumn - rowColumn * rowColumn
    guard determinant > 1e-6 * rowRow * columnColumn, determinant > 0 else { return (0, 0) }
    return (
      (row * columnColumn - column * rowColumn) / determinant,
      (column * rowRow - row * rowColumn) / determinant
    )
  }
}
