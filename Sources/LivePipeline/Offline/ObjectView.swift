// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// An object as it is shown: cut to its lit part, unlit pixels NaN, without the phase ramp that
/// object and probe may share out between them.
struct ObjectView {
  /// The modulus, [row, column].
  private(set) var modulus: Image
  /// The phase, [row, column], radians: unwrapped where the object has its maps, else about its mean.
  private(set) var phase: Image

  init(_ object: ReconstructedObject) {
    let shape = object.coverage.shape
    let level = 0.02 * (object.coverage.values.max() ?? 0)
    var rows: ClosedRange<Int>?
    var columns: ClosedRange<Int>?
    for row in 0..<shape.rows {
      for column in 0..<shape.columns where object.coverage[row, column] > level {
        rows = min(rows?.lowerBound ?? row, row)...max(rows?.upperBound ?? row, row)
        columns =
          min(columns?.lowerBound ?? column, column)...max(columns?.upperBound ?? column, column)
      }
    }
    guard let rows, let columns else {
      modulus = Image(shape: shape, filledWith: .nan)
      phase = modulus
      return
    }
    let part = Shape2D(rows: rows.count, columns: columns.count)
    modulus = Image(shape: part, filledWith: .nan)
    phase = modulus
    // Weighed by the light, so that the noisy rim says nothing.
    let lit = Self.weighed(object)
    let down = Self.step(lit, by: shape.columns)
    let right = Self.step(lit, by: 1)
    let plane = { (row: Int, column: Int) in
      Complex64(modulus: 1, phase: -(down * Float(row) + right * Float(column)))
    }
    var mean = Complex64.zero
    for row in rows {
      for column in columns { mean += plane(row, column) * lit[row * shape.columns + column] }
    }
    let turn = Complex64(modulus: 1, phase: -mean.phase)
    for (row, source) in rows.enumerated() {
      for (column, place) in columns.enumerated() where object.coverage[source, place] > level {
        let value = object.transmission[source, place]
        modulus[row, column] = value.modulus
        if let maps = object.maps {
          phase[row, column] = maps.phase[source, place]
          continue
        }
        phase[row, column] = (turn * (plane(source, place) * value)).phase
      }
    }
  }

  private static func weighed(_ object: ReconstructedObject) -> [Complex64] {
    let scale = 1 / max(object.coverage.values.max() ?? 0, .leastNormalMagnitude)
    return zip(object.transmission.values, object.coverage.values).map { value, coverage in
      (scale * coverage) * value
    }
  }

  /// The mean phase step from a pixel to the one a stride away.
  private static func step(_ values: [Complex64], by stride: Int) -> Float {
    var sum = Complex64.zero
    for i in 0..<max(0, values.count - stride) { sum += values[i + stride] * values[i].conjugate }
    return sum.phase
  }
}
