// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Ptychography

/// RAAR written out as it is defined, in double precision, with sums in place of fast transforms.
///
/// It shares nothing with the solver: waves are kept whole, both projections are written down
/// plainly, and the pattern's frequency zero stands at [n/2, n/2], as patterns arrive.
struct ReferenceRAAR {
  /// A complex number in double precision.
  struct Number {
    var re = 0.0
    var im = 0.0

    var squared: Double { re * re + im * im }
    var conjugate: Number { Number(re: re, im: -im) }

    static func + (a: Number, b: Number) -> Number { Number(re: a.re + b.re, im: a.im + b.im) }
    static func * (a: Number, b: Number) -> Number {
      Number(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
    }
    static func * (s: Double, a: Number) -> Number { Number(re: s * a.re, im: s * a.im) }
  }

  private let n: Int
  private let extent: (rows: Int, columns: Int)
  private let corners: [(row: Int, column: Int)]
  private let amplitudes: [[Double]]
  /// The probe, [row, column].
  private(set) var probe: [Number]
  /// Photons that the probe has after each refinement.
  private let incidentPhotons: Double
  private let beta: Double
  /// +1 for RAAR; −1 turns β (ψ − P_Q ψ) into β (P_Q ψ − ψ).
  private let sign: Double
  /// exp(−2πi (k − n/2) x / n) / √n, [k, x].
  private let transform: [Number]
  private var waves: [[Number]] = []
  /// The object of the data-projected waves, [row, column].
  private(set) var object: [Number]

  /// Starts every wave as probe times 1.
  init(
    scan: SyntheticScan,
    probe: ComplexImage,
    beta: Double,
    sign: Double = 1,
    incidentPhotons: Double = 1
  ) {
    n = SyntheticScan.shape.rows
    extent = (scan.grid.objectShape.rows, scan.grid.objectShape.columns)
    corners = scan.positions.map {
      let place = scan.grid.place(of: $0)
      return (Int(place.row.rounded()), Int(place.column.rounded()))
    }
    amplitudes = scan.patterns.map { $0.amplitudes.values.map(Double.init) }
    self.probe = probe.values.map { Number(re: Double($0.re), im: Double($0.im)) }
    self.incidentPhotons = incidentPhotons
    self.beta = beta
    self.sign = sign
    let n = n
    transform = (0..<n * n).map { i in
      let angle = -2 * Double.pi * Double((i / n - n / 2) * (i % n)) / Double(n)
      let scale = 1 / Double(n).squareRoot()
      return Number(re: scale * cosine(angle), im: scale * sine(angle))
    }
    object = [Number](repeating: Number(re: 1), count: extent.rows * extent.columns)
    waves = corners.map { _ in self.probe }
  }

  /// One iteration of the definition.
  ///
  /// - Parameter refinesProbe: Whether the probe is fitted to the data-projected waves before they
  ///   are overlaid, with the object of the iteration before. The waves' own overlap projection
  ///   stays one of the probe that they were overlaid with.
  mutating func step(refinesProbe: Bool = false) {
    let data = waves.indices.map { projectedOntoModuli(waves[$0], amplitudes[$0]) }
    let before = (probe: probe, object: object)
    let (ofData, coverage) = overlap(of: data)
    let ofWaves = overlap(of: waves).object
    object = ofData
    var scale = 1.0
    if refinesProbe {
      probe = fitted(to: data, before.object)
      scale = (incidentPhotons / probe.reduce(0) { $0 + $1.squared }).squareRoot()
      for i in probe.indices { probe[i] = scale * probe[i] }
    }
    let least = 1e-4 * (coverage.max() ?? 0)
    for place in object.indices where coverage[place] > least {
      object[place] = (1 / scale) * object[place]
    }
    for k in waves.indices {
      for i in 0..<n * n {
        let place = self.place(i, corners[k])
        let rest = waves[k][i] + -1.0 * (before.probe[i] * ofWaves[place])
        let overlaid = probe[i] * ((1 / scale) * ofData[place])
        waves[k][i] = 2 * beta * overlaid + (1 - 2 * beta) * data[k][i] + sign * beta * rest
      }
    }
  }

  /// P + Σ O* (D − P O) / Σ |O|², a ten-thousandth of the largest denominator added to each.
  private func fitted(to data: [[Number]], _ object: [Number]) -> [Number] {
    var sum = [Number](repeating: Number(), count: n * n)
    var weight = [Double](repeating: 0, count: n * n)
    for k in data.indices {
      for i in 0..<n * n {
        let o = object[place(i, corners[k])]
        sum[i] = sum[i] + o.conjugate * (data[k][i] + -1.0 * (probe[i] * o))
        weight[i] += o.squared
      }
    }
    let floor = 1e-4 * (weight.max() ?? 0)
    return sum.indices.map { probe[$0] + (1 / (weight[$0] + floor)) * sum[$0] }
  }

  /// Σ P* ψ / Σ |P|², and 1 where that is less than 10⁻⁴ of the best lit pixel's.
  private func overlap(of waves: [[Number]]) -> (object: [Number], coverage: [Double]) {
    var sum = [Number](repeating: Number(), count: object.count)
    var weight = [Double](repeating: 0, count: object.count)
    for k in waves.indices {
      for i in 0..<n * n {
        let place = self.place(i, corners[k])
        sum[place] = sum[place] + probe[i].conjugate * waves[k][i]
        weight[place] += probe[i].squared
      }
    }
    let least = 1e-4 * (weight.max() ?? 0)
    let object = sum.indices.map {
      weight[$0] > least ? (1 / weight[$0]) * sum[$0] : Number(re: 1)
    }
    return (object, weight)
  }

  private func projectedOntoModuli(_ wave: [Number], _ amplitudes: [Double]) -> [Number] {
    var far = transformed(wave, inverse: false)
    for i in far.indices {
      let modulus = far[i].squared.squareRoot()
      far[i] = (modulus > 0 ? amplitudes[i] / modulus : 0) * far[i]
    }
    return transformed(far, inverse: true)
  }

  /// W x Wᵀ, or W* x W* transposed for the inverse: rows, then columns.
  private func transformed(_ x: [Number], inverse: Bool) -> [Number] {
    func factor(_ from: Int, _ to: Int) -> Number {
      inverse ? transform[from * n + to].conjugate : transform[to * n + from]
    }
    func pass(_ x: [Number]) -> [Number] {
      // Transposes on the way, so that two passes do both axes.
      var y = [Number](repeating: Number(), count: n * n)
      for row in 0..<n {
        for to in 0..<n {
          var sum = Number()
          for from in 0..<n { sum = sum + factor(from, to) * x[row * n + from] }
          y[to * n + row] = sum
        }
      }
      return y
    }
    return pass(pass(x))
  }

  private func place(_ i: Int, _ corner: (row: Int, column: Int)) -> Int {
    (corner.row + i / n) * extent.columns + corner.column + i % n
  }
}
