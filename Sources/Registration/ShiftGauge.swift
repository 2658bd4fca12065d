// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The part of a series of shifts that no projection can tell from a displaced object.
///
/// Moving the object by (x, y, z) moves its projection at tilt t by y downwards and by
/// x cos t + z sin t to the right; so shifts are known only up to that. An axis that stands
/// beside the centre moves every projection by one constant to the right; over less than half a
/// turn that is nearly a displacement along x, so that comparisons leave it out, too.
public struct ShiftGauge: Hashable, Sendable {
  /// The object's displacement to the right at 0°, pixels.
  public var x: Double
  /// The object's displacement along the rotation axis, pixels.
  public var y: Double
  /// The object's displacement downstream, pixels.
  public var z: Double
  /// The axis's displacement to the right, pixels.
  public var axis: Double

  /// Makes a gauge from displacements in pixels.
  public init(x: Double, y: Double, z: Double, axis: Double = 0) {
    self.x = x
    self.y = y
    self.z = z
    self.axis = axis
  }

  /// Fits the gauge to a series of shifts by least squares.
  ///
  /// - Parameters:
  ///   - shifts: The shifts, [tilt], pixels.
  ///   - tilts: Their tilts, as many.
  ///   - includingAxis: Whether a constant to the right belongs to it.
  public init(fittedTo shifts: [PixelShift], at tilts: [TiltAngle], includingAxis: Bool) {
    precondition(shifts.count == tilts.count, "shifts and tilts differ in number")
    var system = LinearSystem(size: 3)
    var rows = 0.0
    for (shift, tilt) in zip(shifts, tilts) {
      rows += shift.rows
      system.add(
        Self.factors(at: tilt, includingAxis: includingAxis),
        value: shift.columns
      )
    }
    // A touch of each unknown towards zero, so that few tilts give the least displacement.
    let touch = 1e-9 * Double(max(1, tilts.count))
    for unknown in 0..<3 {
      system.add((0..<3).map { $0 == unknown ? 1 : 0 }, value: 0, weight: touch)
    }
    let solution = system.solution() ?? [0, 0, 0]
    self.init(
      x: solution[0],
      y: shifts.isEmpty ? 0 : rows / Double(shifts.count),
      z: solution[1],
      axis: solution[2]
    )
  }

  /// The shift that the gauge gives a projection.
  public func shift(at tilt: TiltAngle) -> PixelShift {
    let factors = Self.factors(at: tilt, includingAxis: true)
    return PixelShift(rows: y, columns: x * factors[0] + z * factors[1] + axis * factors[2])
  }

  private static func factors(at tilt: TiltAngle, includingAxis: Bool) -> [Double] {
    [cosine(tilt.radians), sine(tilt.radians), includingAxis ? 1 : 0]
  }
}

/// Takes out of a series of shifts what no projection determines.
///
/// A constant along the rows; a constant, a sine and a cosine of the tilt along the columns.
///
/// - Parameters:
///   - shifts: The shifts, [tilt], pixels.
///   - tilts: Their tilts, as many.
/// - Returns: The shifts without their gauge, [tilt], pixels.
public func removeGauge(_ shifts: [PixelShift], tilts: [TiltAngle]) -> [PixelShift] {
  let gauge = ShiftGauge(fittedTo: shifts, at: tilts, includingAxis: true)
  return zip(shifts, tilts).map { $0 - gauge.shift(at: $1) }
}
