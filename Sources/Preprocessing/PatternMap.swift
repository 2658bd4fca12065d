// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Where a picture place falls in the pattern, which is linear in the spatial frequency.
///
/// A ray that leaves the sample at the angle θ carries the frequency sin θ / λ, so that a place
/// (X, Y) on the flat detector, R² = X² + Y² + z², belongs to
///
///     q = (X, Y) / (λ R),    pattern column = N/2 + q_x N Δx,    pattern row = N/2 + q_y N Δx
///
/// with the object pixel Δx. The paraxial form, R = z, is wrong by half a pattern pixel at the
/// edge of 128 x 128 here.
struct PatternMap: Sendable {
  /// Pattern pixels on a side, N.
  let side: Int
  /// 1 / (λ · dq) = N Δx / λ: pattern pixels for each unit of the ray's sine.
  let pixelsPerSine: Double
  /// The distance z in detector pixels.
  let distance: Double
  /// Where the direct beam falls.
  let center: PicturePosition

  init(_ parameters: PreprocessingParameters, _ geometry: FastCCDGeometry, energy: PhotonEnergy) {
    side = parameters.patternSize
    pixelsPerSine =
      Double(side) * parameters.objectPixelSize.meters / energy.wavelength.meters
    distance = parameters.detectorDistance.meters / geometry.pixelSize.meters
    let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
    center = parameters.center ?? PicturePosition(row: middle, column: middle)
  }

  /// The pattern column of a picture place.
  func column(row: Double, column: Double) -> Double {
    let x = column - center.column
    let y = row - center.row
    let ray = (x * x + y * y + distance * distance).squareRoot()
    return Double(side / 2) + pixelsPerSine * x / ray
  }

  /// The pattern row of a picture row, at the frequency of a pattern column.
  ///
  /// With s = λ q_x fixed, X² = s² (Y² + z²) / (1 − s²), hence q_y = (Y/λ) √((1 − s²)/(Y² + z²)).
  func row(row: Double, patternColumn: Int) -> Double {
    let s = Double(patternColumn - side / 2) / pixelsPerSine
    let y = row - center.row
    let ray = ((y * y + distance * distance) / max(1 - s * s, 1e-9)).squareRoot()
    return Double(side / 2) + pixelsPerSine * y / ray
  }

  /// The area of a pattern pixel on the detector, in detector pixels.
  ///
  /// d²r / d²q = λ² z² / (1 − λ²q²)².
  func area(patternRow: Int, patternColumn: Int) -> Double {
    let u = Double(patternColumn - side / 2) / pixelsPerSine
    let v = Double(patternRow - side / 2) / pixelsPerSine
    let scale = distance / pixelsPerSine / max(1 - u * u - v * v, 1e-9)
    return scale * scale
  }
}
