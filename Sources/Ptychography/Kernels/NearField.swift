// SPDX-License-Identifier: BSD-3-Clause

import CKernels

// Some rows of one frame each, while they are in cache. Waves, probes and projected waves have
// the rows of the frame, objects and their sums those of the scan where the frame lies.

/// Completes exit waves: ψ += P x.
@inline(__always)
func addProduct(_ wave: borrowing MutablePixelRows, _ probe: PixelRows, _ x: PixelRows) {
  wave.requireSameExtent(probe)
  wave.requireSameExtent(x)
  unsafe ck_add_product(
    wave.start,
    wave.stride,
    probe.start,
    probe.stride,
    x.start,
    x.stride,
    wave.rows,
    wave.columns
  )
}

/// Completes exit waves from two probes: ψ += P x + Q y.
@inline(__always)
func addProducts(
  _ wave: borrowing MutablePixelRows,
  _ probe: PixelRows,
  _ x: PixelRows,
  _ other: PixelRows,
  _ y: PixelRows
) {
  wave.requireSameExtent(probe)
  wave.requireSameExtent(x)
  wave.requireSameExtent(other)
  wave.requireSameExtent(y)
  unsafe ck_add_products(
    wave.start,
    wave.stride,
    probe.start,
    probe.stride,
    x.start,
    x.stride,
    other.start,
    other.stride,
    y.start,
    y.stride,
    wave.rows,
    wave.columns
  )
}

/// Makes exit waves: ψ = P x.
@inline(__always)
package func multiply(_ probe: PixelRows, _ x: PixelRows, into wave: borrowing MutablePixelRows) {
  wave.requireSameExtent(probe)
  wave.requireSameExtent(x)
  unsafe ck_product(
    wave.start,
    wave.stride,
    probe.start,
    probe.stride,
    x.start,
    x.stride,
    wave.rows,
    wave.columns
  )
}

/// Reflects exit waves at P x: v = ψ − P x stays in their place, P x − v goes to `reflected`.
@inline(__always)
func reflect(
  _ wave: borrowing MutablePixelRows,
  _ probe: PixelRows,
  _ x: PixelRows,
  into reflected: borrowing MutablePixelRows
) {
  wave.requireSameExtent(probe)
  wave.requireSameExtent(x)
  precondition(reflected.rows == wave.rows && reflected.columns == wave.columns, "rows differ")
  unsafe ck_reflect(
    wave.start,
    wave.stride,
    probe.start,
    probe.stride,
    x.start,
    x.stride,
    reflected.start,
    reflected.stride,
    wave.rows,
    wave.columns
  )
}

/// Adds waves to the object's numerator: Σ += P* ψ.
@inline(__always)
package func addConjugateProduct(
  _ probe: PixelRows,
  _ wave: PixelRows,
  to sum: borrowing MutablePixelRows
) {
  sum.requireSameExtent(probe)
  sum.requireSameExtent(wave)
  unsafe ck_add_conjugate_product(
    sum.start,
    sum.stride,
    probe.start,
    probe.stride,
    wave.start,
    wave.stride,
    sum.rows,
    sum.columns
  )
}

/// Adds to both sums of a least-squares fit of what `factor` multiplies: Σ += P* ψ, weight += |P|².
@inline(__always)
func addNormalTerms(
  _ factor: PixelRows,
  _ wave: PixelRows,
  to sum: borrowing MutablePixelRows,
  weight: borrowing MutableWeightRows
) {
  sum.requireSameExtent(factor)
  sum.requireSameExtent(wave)
  precondition(weight.rows == sum.rows && weight.columns == sum.columns, "rows differ")
  unsafe ck_add_normal_terms(
    sum.start,
    sum.stride,
    weight.start,
    weight.stride,
    factor.start,
    factor.stride,
    wave.start,
    wave.stride,
    sum.rows,
    sum.columns
  )
}

/// Ends RAAR's work on rows: Σ += P* D, and R = (1 − 2β) D + β ψ stays in the place of ψ.
@inline(__always)
func finishRAAR(
  _ wave: borrowing MutablePixelRows,
  projected: PixelRows,
  probe: PixelRows,
  sum: borrowing MutablePixelRows,
  beta: Float
) {
  wave.requireSameExtent(projected)
  wave.requireSameExtent(probe)
  sum.requireSameExtent(probe)
  unsafe ck_finish_raar(
    wave.start,
    wave.stride,
    projected.start,
    projected.stride,
    probe.start,
    probe.stride,
    sum.start,
    sum.stride,
    wave.rows,
    wave.columns,
    1 - 2 * beta,
    beta
  )
}

/// Ends RAAR's work on rows where P_Q ψ = P O is known: Σ += P* D, and
/// R = (1 − 2β) D + β (ψ − P O) stays in the place of ψ.
@inline(__always)
func finishRAAR(
  _ wave: borrowing MutablePixelRows,
  projected: PixelRows,
  probe: PixelRows,
  without object: PixelRows,
  sum: borrowing MutablePixelRows,
  beta: Float
) {
  wave.requireSameExtent(projected)
  wave.requireSameExtent(probe)
  wave.requireSameExtent(object)
  sum.requireSameExtent(probe)
  unsafe ck_finish_raar_apart(
    wave.start,
    wave.stride,
    projected.start,
    projected.stride,
    probe.start,
    probe.stride,
    object.start,
    object.stride,
    sum.start,
    sum.stride,
    wave.rows,
    wave.columns,
    1 - 2 * beta,
    beta
  )
}

/// Ends the difference map's work on rows: ψ = v + D, and Σ += P* ψ.
@inline(__always)
func finishDifferenceMap(
  _ wave: borrowing MutablePixelRows,
  projected: PixelRows,
  probe: PixelRows,
  sum: borrowing MutablePixelRows
) {
  wave.requireSameExtent(projected)
  wave.requireSameExtent(probe)
  sum.requireSameExtent(probe)
  unsafe ck_finish_difference_map(
    wave.start,
    wave.stride,
    projected.start,
    projected.stride,
    probe.start,
    probe.stride,
    sum.start,
    sum.stride,
    wave.rows,
    wave.columns
  )
}

/// Updates an object by one frame: O += P* (D − P O) / (c |P|² + floor).
@inline(__always)
func updateObject(
  _ object: borrowing MutablePixelRows,
  projected: PixelRows,
  probe: PixelRows,
  c: Float,
  floor: Float
) {
  object.requireSameExtent(projected)
  object.requireSameExtent(probe)
  unsafe ck_update_object(
    object.start,
    object.stride,
    projected.start,
    projected.stride,
    probe.start,
    probe.stride,
    object.rows,
    object.columns,
    c,
    floor
  )
}

/// Adds |P|² to a denominator.
@inline(__always)
package func addIntensity(of probe: PixelRows, to weight: borrowing MutableWeightRows) {
  precondition(weight.rows == probe.rows && weight.columns == probe.columns, "rows differ")
  unsafe ck_add_intensity(
    weight.start,
    weight.stride,
    probe.start,
    probe.stride,
    weight.rows,
    weight.columns
  )
}
