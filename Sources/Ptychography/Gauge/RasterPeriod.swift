// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
import Imaging

extension ReconstructedObject {
  /// Takes a modulation of the raster's own period off the object and gives it to the probe.
  ///
  /// With m(r) of the lattice's period, P(r − r_k) O(r) is the same for m P and O / m at all points
  /// r_k of the lattice: no pattern changes. m is what stands out of the object's spectrum at the
  /// lattice's frequencies: the excess over the spectrum round about, where it is nine times as strong
  /// or more, so that an object of its own, which is smooth there, stays as it is. The coverage goes
  /// with |m|², as the probe's intensity does.
  ///
  /// - Parameter lattice: Of the scan, metres.
  /// - Returns: The rms of m about 1, 0 where nothing stood out.
  package mutating func removeRasterPeriod(_ lattice: ScanLattice) -> Double {
    let waves = periodicWaves(lattice)
    // What adds up to more is no small modulation of anything.
    guard !waves.isEmpty, waves.reduce(0, { $0 + Double($1.amplitude.modulus) }) < 0.7 else {
      return 0
    }
    let size = pixelSize.meters
    let lit = Float(1e-3) * (coverage.values.max() ?? 0)
    let (place, shape) = (origin, transmission.shape)
    var factors = modulation(waves, shape, from: (row: place.y, column: place.x), by: size)
    for i in factors.values.indices where coverage.values[i] > lit {
      let factor = factors.values[i]
      let inverse = (1 / factor.squaredModulus) * factor.conjugate
      transmission.values[i] = inverse * transmission.values[i]
      coverage.values[i] *= factor.squaredModulus
    }
    // The probe's pixel [N/2, N/2] stands at each of the points.
    let frame = probe.shape
    factors = modulation(
      waves,
      frame,
      from: (
        row: lattice.origin.row - Double(frame.rows / 2) * size,
        column: lattice.origin.column - Double(frame.columns / 2) * size
      ),
      by: size
    )
    for i in factors.values.indices {
      probe.values[i] = factors.values[i] * probe.values[i]
      for mode in weakerModes.indices {
        weakerModes[mode].values[i] = factors.values[i] * weakerModes[mode].values[i]
      }
    }
    return waves.reduce(0) { $0 + Double($1.amplitude.squaredModulus) }.squareRoot()
  }

  /// The waves that stand out, over the object's mean.
  private func periodicWaves(_ lattice: ScanLattice) -> [PeriodicWave] {
    guard let view = LitView(self) else { return [] }
    let nyquist = 0.9 * .pi / pixelSize.meters
    var waves: [PeriodicWave] = []
    for h in -6...6 {
      for k in -6...6 where h != 0 || k != 0 {
        let frequency = lattice.frequency(h, k)
        guard max(abs(frequency.row), abs(frequency.column)) < nyquist else { continue }
        let (amplitude, around) = view.amplitudeAndPowerAround(frequency)
        let power = Double(amplitude.squaredModulus)
        guard power > 9 * around else { continue }
        waves.append(
          PeriodicWave(frequency: frequency, amplitude: Float(1 - around / power) * amplitude)
        )
      }
    }
    return waves
  }

  /// 1 + Σ c exp(i G · r) on a grid.
  private func modulation(
    _ waves: [PeriodicWave],
    _ shape: Shape2D,
    from start: (row: Double, column: Double),
    by size: Double
  ) -> ComplexImage {
    var image = ComplexImage(shape: shape, filledWith: .one)
    for wave in waves {
      let down = phasors(shape.rows, from: start.row, by: size, wave.frequency.row)
      let right = phasors(shape.columns, from: start.column, by: size, wave.frequency.column)
      for row in 0..<shape.rows {
        let factor = wave.amplitude * down[row]
        for column in 0..<shape.columns { image[row, column] += factor * right[column] }
      }
    }
    return image
  }
}

/// One wave of the lattice.
private struct PeriodicWave {
  /// rad/m.
  let frequency: (row: Double, column: Double)
  let amplitude: Complex64
}

/// exp(i q x) along one axis.
private func phasors(_ count: Int, from start: Double, by size: Double, _ q: Double) -> [Complex64]
{
  (0..<count).map {
    let angle = q * (start + Double($0) * size)
    return Complex64(Float(cosine(angle)), Float(sine(angle)))
  }
}

/// The well-lit part of an object under a window that falls to zero at its edges.
private struct LitView {
  private let values: ComplexImage
  private let start: (row: Double, column: Double)
  private let size: Double
  /// The extent of the view, metres.
  private let extent: (row: Double, column: Double)

  /// Nil where next to nothing is lit.
  init?(_ object: ReconstructedObject) {
    let coverage = object.coverage
    let lit = 0.2 * (coverage.values.max() ?? 0)
    var (top, bottom, left, right) = (coverage.shape.rows, -1, coverage.shape.columns, -1)
    for row in 0..<coverage.shape.rows {
      for column in 0..<coverage.shape.columns where coverage[row, column] > lit {
        (top, bottom) = (min(top, row), max(bottom, row))
        (left, right) = (min(left, column), max(right, column))
      }
    }
    guard bottom - top >= 8, right - left >= 8 else { return nil }
    let shape = Shape2D(rows: bottom - top + 1, columns: right - left + 1)
    let (down, across) = (Self.window(shape.rows), Self.window(shape.columns))
    var (sum, weight) = (Complex64.zero, Float(0))
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let share = down[row] * across[column]
        sum += share * object.transmission[top + row, left + column]
        weight += share
      }
    }
    guard weight > 0, sum.modulus > 1e-3 * weight, sum.modulus.isFinite else { return nil }
    let mean = (1 / weight) * sum
    let inverse = (1 / sum.squaredModulus) * sum.conjugate
    var values = ComplexImage(shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let departure = object.transmission[top + row, left + column] - mean
        values[row, column] = (down[row] * across[column]) * (inverse * departure)
      }
    }
    self.values = values
    size = object.pixelSize.meters
    start = (
      row: object.origin.y + Double(top) * size, column: object.origin.x + Double(left) * size
    )
    extent = (row: Double(shape.rows) * size, column: Double(shape.columns) * size)
  }

  /// Hann's window.
  private static func window(_ count: Int) -> [Float] {
    (0..<count).map { Float(0.5 - 0.5 * cosine(2 * .pi * (Double($0) + 0.5) / Double(count))) }
  }

  /// How much of a wave there is, over the mean, and the mean power beside its frequency, outside the
  /// window's own width.
  func amplitudeAndPowerAround(
    _ frequency: (row: Double, column: Double)
  ) -> (amplitude: Complex64, around: Double) {
    let (down, right) = (3 * 2 * Double.pi / extent.row, 3 * 2 * Double.pi / extent.column)
    var (own, sum) = (Complex64.zero, 0.0)
    for x in -1...1 {
      let lines = lines(frequency.column + Double(x) * right)
      for y in -1...1 {
        let amplitude = amplitude(of: lines, frequency.row + Double(y) * down)
        if x == 0, y == 0 {
          own = amplitude
        } else {
          sum += Double(amplitude.squaredModulus) / 8
        }
      }
    }
    return (own, sum)
  }

  /// How much of a wave along the columns' axis each row holds.
  private func lines(_ frequency: Double) -> [Complex64] {
    let right = phasors(values.shape.columns, from: start.column, by: size, -frequency)
    return (0..<values.shape.rows).map { row in
      var line = Complex64.zero
      for column in right.indices { line += right[column] * values[row, column] }
      return line
    }
  }

  /// How much of a wave along the rows' axis a column of such sums holds.
  private func amplitude(of lines: [Complex64], _ frequency: Double) -> Complex64 {
    let down = phasors(lines.count, from: start.row, by: size, -frequency)
    var sum = Complex64.zero
    for row in lines.indices { sum += down[row] * lines[row] }
    return sum
  }
}
