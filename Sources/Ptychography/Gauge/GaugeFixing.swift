// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
public import Imaging

extension ReconstructedObject {
  /// Fixes what no pattern tells of, so that objects of other tilts and energies compare.
  ///
  /// The modulus and the phase of vacuum become 1 and 0 with no ramp left in it. Where no vacuum is
  /// in view, the modulus stays, the ramp is the one that puts the probe's far field where that of
  /// `start` stands, and the mean phase becomes 0. Then the probe's centre of mass is moved to
  /// [N/2, N/2], by a fraction of a pixel too, and `origin` with it: the object's pixels stay as they
  /// are and change their place. Every pattern stays what it was; unlit pixels stay 1. An object
  /// whose gauge is fixed is left alone. What was done is in `gauge`.
  ///
  /// - Parameters:
  ///   - start: The probe that the scan started from; nil for one whose far field is centred.
  ///   - rule: How the modulus of vacuum is found.
  public mutating func fixGauge(start: ComplexImage? = nil, vacuum rule: VacuumRule = .automatic) {
    guard gauge == nil else { return }
    let trust = trustMap(of: coverage)
    let vacuum = vacuumEstimate(of: self, trust: trust, rule: rule)
    var gauge = ObjectGauge()
    gauge.scale = vacuum.modulus
    gauge.vacuumFraction = vacuum.fraction
    let plane =
      vacuum.isInView
      ? VacuumPhase(of: transmission, modulus: vacuum.modulus, trust: trust) : nil
    if let plane {
      gauge.isVacuumInView = true
      (gauge.rampRows, gauge.rampColumns) = (plane.rampRows, plane.rampColumns)
      gauge.phase = plane.phase
    } else {
      let plan = FourierPlan2D(shape: probe.shape, effort: .estimate)
      let present = Self.farFieldCenter(of: [probe] + weakerModes, plan)
      let wanted = start.map { Self.farFieldCenter(of: [$0], plan) } ?? (row: 0, column: 0)
      // The object's ramp is the opposite of the probe's.
      gauge.rampRows = -2 * .pi * (present.row - wanted.row) / Double(probe.shape.rows)
      gauge.rampColumns = -2 * .pi * (present.column - wanted.column) / Double(probe.shape.columns)
      gauge.phase = meanPhase(ramp: gauge)
    }
    multiplyObject(gauge)
    multiplyProbe(gauge)
    centerProbe(&gauge)
    self.gauge = gauge
  }

  /// The phase of the mean transmission, weighed by its light, with a ramp taken off, rad.
  private func meanPhase(ramp gauge: ObjectGauge) -> Double {
    let highest = max(coverage.values.max() ?? 0, .leastNormalMagnitude)
    let wave = PlaneWave(gauge, shape: transmission.shape)
    var (re, im) = (0.0, 0.0)
    for row in 0..<transmission.shape.rows {
      for column in 0..<transmission.shape.columns {
        let weight = coverage[row, column] / highest
        let value = weight * (wave.conjugate(row, column) * transmission[row, column])
        guard value.re.isFinite, value.im.isFinite else { continue }
        re += Double(value.re)
        im += Double(value.im)
      }
    }
    return arcTangent2(im, re)
  }

  private mutating func multiplyObject(_ gauge: ObjectGauge) {
    let lit = Float(1e-3) * (coverage.values.max() ?? 0)
    let wave = PlaneWave(gauge, shape: transmission.shape)
    let factor = Complex64(modulus: Float(1 / gauge.scale), phase: Float(-gauge.phase))
    for row in 0..<transmission.shape.rows {
      for column in 0..<transmission.shape.columns {
        let value = transmission[row, column]
        if coverage[row, column] < lit, value == .one { continue }
        guard value.re.isFinite, value.im.isFinite else {
          transmission[row, column] = .one
          continue
        }
        transmission[row, column] = factor * (wave.conjugate(row, column) * value)
      }
    }
    let power = Float(gauge.scale * gauge.scale)
    for i in coverage.values.indices { coverage.values[i] *= power }
  }

  /// Gives the probe the ramp, about its middle, and all else that the object was relieved of.
  private mutating func multiplyProbe(_ gauge: ObjectGauge) {
    let shape = probe.shape
    let wave = PlaneWave(gauge, shape: shape, center: (shape.rows / 2, shape.columns / 2))
    let factor = Complex64(modulus: Float(gauge.scale), phase: Float(gauge.phase))
    changeModes { mode in
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          mode[row, column] = factor * (wave.conjugate(row, column).conjugate * mode[row, column])
        }
      }
    }
  }

  /// Moves all modes so that their common centre of mass is [N/2, N/2], and the origin with them.
  private mutating func centerProbe(_ gauge: inout ObjectGauge) {
    let plan = FourierPlan2D(shape: probe.shape, effort: .estimate)
    let (still, stillWeaker) = (probe, weakerModes)
    // What wraps around the frame's edge changes the centre of mass a little.
    for _ in 0..<4 {
      let center = centroid(of: [probe] + weakerModes)
      let rows = center.row - Double(probe.shape.rows / 2)
      let columns = center.column - Double(probe.shape.columns / 2)
      guard max(abs(rows), abs(columns)) > 1e-3 else { break }
      gauge.shiftRows += rows
      gauge.shiftColumns += columns
      (probe, weakerModes) = (still, stillWeaker)
      changeModes {
        $0 = moved($0, byRows: -gauge.shiftRows, columns: -gauge.shiftColumns, plan)
      }
    }
    origin.y -= gauge.shiftRows * pixelSize.meters
    origin.x -= gauge.shiftColumns * pixelSize.meters
  }

  private mutating func changeModes(_ change: (inout ComplexImage) -> Void) {
    change(&probe)
    for mode in weakerModes.indices { change(&weakerModes[mode]) }
  }

  /// The centre of mass of the bright part of the far field, pixels from DC.
  private static func farFieldCenter(
    of modes: [ComplexImage],
    _ plan: FourierPlan2D
  ) -> (row: Double, column: Double) {
    var power = Image(shape: plan.shape)
    for mode in modes {
      var far = mode
      plan.forwardUnitary(&far)
      for i in far.values.indices { power.values[i] += far.values[i].squaredModulus }
    }
    power = cornerToCenter(power)
    // Noise, which is everywhere, would pull the centre to the middle.
    let floor = 0.05 * (power.values.max() ?? 0)
    power.values = power.values.map { $0 > floor ? $0 : 0 }
    let center = centerOrMiddle(of: power)
    return (
      center.row - Double(plan.shape.rows / 2), center.column - Double(plan.shape.columns / 2)
    )
  }
}

/// A phase ramp, row by row and column by column.
private struct PlaneWave {
  private let down: [Complex64]
  private let right: [Complex64]

  init(_ gauge: ObjectGauge, shape: Shape2D, center: (row: Int, column: Int) = (0, 0)) {
    down = (0..<shape.rows).map { Self.phasor(-gauge.rampRows * Double($0 - center.row)) }
    right = (0..<shape.columns).map {
      Self.phasor(-gauge.rampColumns * Double($0 - center.column))
    }
  }

  /// exp(−i ramp · r).
  func conjugate(_ row: Int, _ column: Int) -> Complex64 { down[row] * right[column] }

  private static func phasor(_ angle: Double) -> Complex64 {
    Complex64(Float(cosine(angle)), Float(sine(angle)))
  }
}

/// An image moved through its spectrum, periodic.
private func moved(
  _ image: ComplexImage,
  byRows rows: Double,
  columns: Double,
  _ plan: FourierPlan2D
) -> ComplexImage {
  var far = image
  plan.forwardUnitary(&far)
  let down = shiftRamp(image.shape.rows, by: rows)
  let right = shiftRamp(image.shape.columns, by: columns)
  for row in 0..<image.shape.rows {
    for column in 0..<image.shape.columns {
      far[row, column] = down[row] * right[column] * far[row, column]
    }
  }
  plan.inverseUnitary(&far)
  return far
}
