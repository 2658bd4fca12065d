// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// What one ptychographic object differs from another by without either being wrong.
///
/// Object and probe are determined up to a common shift, opposite phase ramps and opposite constant
/// factors: other(r) ≈ factor · exp(i ramp · r) · reference(r − shift). Ramp and shift are found in
/// turns, each as the strongest plane wave, the ramp of reference* · other and the shift of the
/// product of their transforms.
public struct ObjectAlignment: Hashable, Sendable {
  /// How far the other object lies below the reference, pixels.
  public var shiftRows: Double
  /// How far it lies to the right, pixels.
  public var shiftColumns: Double
  /// How much its phase grows relative to the reference downwards, radians per pixel.
  public var rampRows: Double
  /// How much its phase grows to the right, radians per pixel.
  public var rampColumns: Double

  /// Finds the alignment of two objects.
  ///
  /// - Parameters:
  ///   - other: The object to align, [row, column].
  ///   - reference: The object to align it with, same shape.
  ///   - region: The part to compare, where both are well lit.
  ///   - edge: How the part fades out towards its borders.
  public init(
    of other: ComplexImage,
    onto reference: ComplexImage,
    in region: PixelRegion,
    edge: SoftEdge = .raisedCosine(0.1)
  ) {
    precondition(other.shape == reference.shape, "the objects differ in shape")
    precondition(!region.rows.isEmpty && !region.columns.isEmpty, "the region is empty")
    (shiftRows, shiftColumns, rampRows, rampColumns) = (0, 0, 0, 0)
    let window = Window(extents: [1, region.rows.count, region.columns.count], edge: edge)
    for _ in 0..<4 {
      let unramped = pair(reference, other, in: region)
      let ramp = Self.ramp(of: unramped, window)
      rampRows += ramp.rows
      rampColumns += ramp.columns
      let shift = Self.shift(of: pair(reference, other, in: region), window)
      let before = (shiftRows, shiftColumns)
      (shiftRows, shiftColumns) = (shift.rows, shift.columns)
      if max(abs(shiftRows - before.0), abs(shiftColumns - before.1)) < 1e-4 { break }
    }
  }

  /// Two objects cut out on one another but for a part of a pixel.
  struct Pair {
    var first: ComplexImage
    var second: ComplexImage
    /// How far the second was moved already, pixels.
    var moved: (rows: Int, columns: Int)
    /// What is left of its shift, pixels.
    var rest: (rows: Double, columns: Double)

    var shape: Shape2D { first.shape }
  }

  /// Cuts the region out of the reference and its counterpart, its ramp taken off, out of the other.
  func pair(_ reference: ComplexImage, _ other: ComplexImage, in region: PixelRegion) -> Pair {
    let moved = region.moved(
      rows: Int(shiftRows.rounded()),
      columns: Int(shiftColumns.rounded()),
      within: other.shape
    )
    var second = moved.cut(from: other)
    let down = phasors(region.rows.count, rampRows)
    let right = phasors(region.columns.count, rampColumns)
    for row in down.indices {
      for column in right.indices {
        second[row, column] = down[row] * right[column] * second[row, column]
      }
    }
    let whole = (
      rows: moved.rows.lowerBound - region.rows.lowerBound,
      columns: moved.columns.lowerBound - region.columns.lowerBound
    )
    return Pair(
      first: region.cut(from: reference),
      second: second,
      moved: whole,
      rest: (shiftRows - Double(whole.rows), shiftColumns - Double(whole.columns))
    )
  }

  private func phasors(_ count: Int, _ ramp: Double) -> [Complex64] {
    (0..<count).map {
      Complex64(Float(cosine(-ramp * Double($0))), Float(sine(-ramp * Double($0))))
    }
  }

  private static func ramp(of pair: Pair, _ window: Window) -> PhasorSum.Wave {
    let weights = window.values
    let products = pair.first.values.indices.map { i in
      weights[i] * (pair.first.values[i].conjugate * pair.second.values[i])
    }
    return PhasorSum(
      values: products,
      rows: (0..<pair.shape.rows).map { Double($0) },
      columns: (0..<pair.shape.columns).map { Double($0) }
    ).strongestWave()
  }

  private static func shift(
    of pair: Pair,
    _ window: Window
  ) -> (rows: Double, columns: Double) {
    let (a, b) = window.transforms(
      window.faded(pair.first.values),
      window.faded(pair.second.values)
    )
    // conj(F₁) F₂ runs as exp(−2πi k s / N) along k.
    let wave = PhasorSum(
      values: zip(a, b).map { $0.conjugate * $1 },
      rows: signedIndices(pair.shape.rows),
      columns: signedIndices(pair.shape.columns)
    ).strongestWave()
    return (
      Double(pair.moved.rows) - wave.rows * Double(pair.shape.rows) / (2 * .pi),
      Double(pair.moved.columns) - wave.columns * Double(pair.shape.columns) / (2 * .pi)
    )
  }

  private static func signedIndices(_ count: Int) -> [Double] {
    (0..<count).map { Double($0 <= count / 2 ? $0 : $0 - count) }
  }
}
