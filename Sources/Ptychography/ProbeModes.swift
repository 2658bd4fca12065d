// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

extension ProbeStart {
  /// Modes to start from: the probe and, much weaker, what its neighbours of higher order look like.
  ///
  /// Weaker modes are the probe times the Hermite polynomials of the distance from its middle, in
  /// the order (1, 0), (0, 1), (2, 0), (1, 1), (0, 2) …; each has 2 % of the power.
  ///
  /// - Parameters:
  ///   - probe: The probe, [row, column], centre at [N/2, N/2].
  ///   - count: Modes that are wanted.
  /// - Returns: So many modes with the probe's power together, the strongest first.
  public static func modes(of probe: ComplexImage, count: Int) -> [ComplexImage] {
    guard count > 1 else { return [probe] }
    let shape = probe.shape
    let width = rootMeanSquareRadius(probe)
    var orders: [(Int, Int)] = []
    var total = 1
    while orders.count < count - 1 {
      for column in 0...total { orders.append((total - column, column)) }
      total += 1
    }
    let weak = Float(0.02)
    var modes = [probe]
    for (rowOrder, columnOrder) in orders.prefix(count - 1) {
      var mode = probe
      for row in 0..<shape.rows {
        let y = power(Double(row - shape.rows / 2) / width, rowOrder)
        for column in 0..<shape.columns {
          let x = power(Double(column - shape.columns / 2) / width, columnOrder)
          mode[row, column] = Float(x * y) * mode[row, column]
        }
      }
      modes.append(mode)
    }
    let whole = probe.power
    modes = orthogonalized(modes)
    for k in modes.indices {
      let share = k == 0 ? 1 - weak * Float(count - 1) : weak
      let norm = modes[k].power
      guard norm > 0 else { continue }
      let factor = Float((Double(share) * whole / norm).squareRoot())
      modes[k].values = modes[k].values.map { factor * $0 }
    }
    return modes
  }

  /// Modes to go on from: those of a result, and as many new weak ones as it lacks.
  ///
  /// - Parameters:
  ///   - result: An earlier result.
  ///   - count: Modes that are wanted.
  /// - Returns: So many modes, the strongest first.
  public static func modes(of result: ReconstructedObject, count: Int) -> [ComplexImage] {
    let known = [result.probe] + result.weakerModes
    guard count > known.count else { return Array(known.prefix(count)) }
    return known + modes(of: result.probe, count: count).dropFirst(known.count)
  }

  private static func power(_ value: Double, _ order: Int) -> Double {
    (0..<order).reduce(1) { product, _ in product * value }
  }

  private static func rootMeanSquareRadius(_ probe: ComplexImage) -> Double {
    let shape = probe.shape
    var moment = 0.0
    var weight = 0.0
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let (y, x) = (Double(row - shape.rows / 2), Double(column - shape.columns / 2))
        let intensity = Double(probe[row, column].squaredModulus)
        weight += intensity
        moment += intensity * (x * x + y * y)
      }
    }
    return weight > 0 ? max((moment / weight).squareRoot(), 1) : 1
  }

  /// Each less its parts along those before (Gram–Schmidt).
  private static func orthogonalized(_ modes: [ComplexImage]) -> [ComplexImage] {
    var result: [ComplexImage] = []
    for mode in modes {
      var rest = mode
      for other in result {
        let norm = other.power
        guard norm > 0 else { continue }
        let overlap = innerProduct(other, rest)
        let factor = Complex64(Float(overlap.re / norm), Float(overlap.im / norm))
        for i in rest.values.indices {
          rest.values[i] = rest.values[i] - factor * other.values[i]
        }
      }
      result.append(rest)
    }
    return result
  }

  /// Σ a* b.
  static func innerProduct(_ a: ComplexImage, _ b: ComplexImage) -> (re: Double, im: Double) {
    var re = 0.0
    var im = 0.0
    for i in a.values.indices {
      let term = a.values[i].conjugate * b.values[i]
      re += Double(term.re)
      im += Double(term.im)
    }
    return (re, im)
  }
}

/// The same partially coherent probe as modes at right angles to one another, the strongest first.
///
/// Turns pairs of modes by the unitary rotation that makes their inner product vanish until none is
/// left (Jacobi); incoherent sums of intensities stay what they are.
func orthogonalModes(_ modes: [ComplexImage]) -> [ComplexImage] {
  guard modes.count > 1 else { return modes }
  var modes = modes
  for _ in 0..<20 {
    var largest = 0.0
    for first in modes.indices {
      for second in modes.indices where second > first {
        largest = max(largest, rotate(&modes, first, second))
      }
    }
    if largest < 1e-6 { break }
  }
  return modes.sorted { $0.power > $1.power }
}

/// Makes two modes orthogonal; returns how far they were from it, 0 to 1.
private func rotate(_ modes: inout [ComplexImage], _ first: Int, _ second: Int) -> Double {
  let a = modes[first].power
  let b = modes[second].power
  let c = ProbeStart.innerProduct(modes[first], modes[second])
  let size = (c.re * c.re + c.im * c.im).squareRoot()
  guard size > 1e-7 * (a * b).squareRoot(), size > 0 else { return 0 }
  // The Gram matrix [[a, c], [c*, b]] is diagonal after a turn by θ, tan 2θ = 2|c| / (a − b).
  let angle = 0.5 * Double(arcTangent2(Float(2 * size), Float(a - b)))
  let (cos, sin) = (Float(cosine(angle)), Float(sine(angle)))
  let phase = Complex64(Float(c.re / size), Float(c.im / size))
  for i in modes[first].values.indices {
    let (x, y) = (modes[first].values[i], phase.conjugate * modes[second].values[i])
    modes[first].values[i] = cos * x + sin * y
    modes[second].values[i] = cos * y - sin * x
  }
  return size / (a * b).squareRoot()
}

extension ComplexImage {
  /// Σ|x|² over all pixels.
  fileprivate var power: Double { squaredNorm(values.span) }
}
