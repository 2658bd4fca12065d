// SPDX-License-Identifier: BSD-3-Clause

/// The full period that so many evenly spaced tilts resolve in an object of given diameter.
///
/// π D / N, Crowther, DeRosier and Klug, Proc. R. Soc. Lond. A 317, 319 (1970),
/// doi 10.1098/rspa.1970.0119; the limit of sampling alone, for tilts over 180°.
///
/// - Parameters:
///   - diameter: The diameter of the object across the rotation axis, in any unit.
///   - tilts: The number of tilts.
/// - Returns: The smallest full period that is resolved, in the unit of the diameter; half of it
///   compares with the half periods of ring and shell correlation.
public func crowtherLimit(diameter: Double, tilts: Int) -> Double {
  precondition(tilts > 0, "a tomogram needs a tilt")
  return .pi * diameter / Double(tilts)
}
