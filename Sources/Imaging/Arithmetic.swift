// SPDX-License-Identifier: BSD-3-Clause

// The loops over values that several modules share. Written as guide section 8 asks: one pass,
// no allocation, no branch inside, sums in fixed lanes so that their order never changes.

/// Adds `scale · x` to `y`, element by element.
public func addScaled(_ x: Span<Float>, by scale: Float, to y: inout MutableSpan<Float>) {
  precondition(x.count == y.count, "x and y differ in length")
  for i in y.indices { y[i] += scale * x[i] }
}

/// Multiplies every element of `x` by `factor`.
public func scale(_ x: inout MutableSpan<Float>, by factor: Float) {
  for i in x.indices { x[i] *= factor }
}

/// The sum of all elements, in double precision, in four fixed lanes.
public func sum(_ x: Span<Float>) -> Double {
  var lanes = SIMD4<Double>.zero
  let whole = x.count & ~3
  var i = 0
  while i < whole {
    lanes += fourLanes(of: x, at: i)
    i += 4
  }
  return lanes.sum() + remainder(from: whole, of: x.count) { Double(x[$0]) }
}

/// The inner product Σ x y, in double precision, in four fixed lanes.
public func innerProduct(_ x: Span<Float>, _ y: Span<Float>) -> Double {
  precondition(x.count == y.count, "x and y differ in length")
  var lanes = SIMD4<Double>.zero
  let whole = x.count & ~3
  var i = 0
  while i < whole {
    lanes += fourLanes(of: x, at: i) * fourLanes(of: y, at: i)
    i += 4
  }
  return lanes.sum() + remainder(from: whole, of: x.count) { Double(x[$0]) * Double(y[$0]) }
}

/// The squared norm Σ |z|², in double precision, in four fixed lanes.
public func squaredNorm(_ z: Span<Complex64>) -> Double {
  var lanes = SIMD4<Double>.zero
  let whole = z.count & ~3
  var i = 0
  while i < whole {
    lanes[0] += Double(z[i].squaredModulus)
    lanes[1] += Double(z[i + 1].squaredModulus)
    lanes[2] += Double(z[i + 2].squaredModulus)
    lanes[3] += Double(z[i + 3].squaredModulus)
    i += 4
  }
  return lanes.sum() + remainder(from: whole, of: z.count) { Double(z[$0].squaredModulus) }
}

private func fourLanes(of x: Span<Float>, at i: Int) -> SIMD4<Double> {
  SIMD4<Double>(SIMD4<Float>(x[i], x[i + 1], x[i + 2], x[i + 3]))
}

/// The sum of the up to three elements that do not fill the lanes.
private func remainder(from start: Int, of count: Int, _ term: (Int) -> Double) -> Double {
  var total = 0.0
  for i in start..<count { total += term(i) }
  return total
}
