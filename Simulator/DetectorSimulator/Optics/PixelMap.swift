// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// Which spatial frequencies the pixels of a square detector see.
///
/// Pixels are addressed by their distance from the middle of the pattern in pixels; frequencies
/// are in cycles per metre. Both kinds can be inverted one axis at a time, which lets the
/// intensity be resampled in two passes.
public enum PixelMap: Hashable, Sendable {
  /// A flat detector across the beam: q = sin(atan(r / z)) / λ.
  case flat(pixelSize: Length, distance: Length, wavelength: Length)
  /// A pattern that is linear in q, with so many cycles per metre from pixel to pixel.
  case linear(pitch: Double)

  /// The frequencies (qx, qy) at a place (x, y) in pixels from the middle.
  public func frequency(x: Double, y: Double) -> (x: Double, y: Double) {
    switch self {
    case .linear(let pitch):
      return (x * pitch, y * pitch)
    case .flat(let pixelSize, let distance, let wavelength):
      let across = x * pixelSize.meters
      let down = y * pixelSize.meters
      let z = distance.meters
      let ray = (across * across + down * down + z * z).squareRoot() * wavelength.meters
      return (across / ray, down / ray)
    }
  }

  /// The frequency qy at row y of the pixels that see a given qx.
  func rowFrequency(y: Double, columnFrequency qx: Double) -> Double {
    switch self {
    case .linear(let pitch):
      return y * pitch
    case .flat(let pixelSize, let distance, let wavelength):
      // From x² = s² (y² + z²) / (1 − s²) with s = λ qx.
      let s = qx * wavelength.meters
      let down = y * pixelSize.meters
      let z = distance.meters
      let ray = ((down * down + z * z) / max(1 - s * s, 1e-6)).squareRoot()
      return down / (ray * wavelength.meters)
    }
  }

  /// The area in frequency space that a pixel covers, cycles² per m².
  func solidArea(x: Double, y: Double) -> Double {
    switch self {
    case .linear(let pitch):
      return pitch * pitch
    case .flat(let pixelSize, let distance, let wavelength):
      // d²q / d²r = z² / (λ² (r² + z²)²), the Jacobian of q = r / (λ √(r² + z²)).
      let p = pixelSize.meters
      let z = distance.meters
      let ray = p * p * (x * x + y * y) + z * z
      return p * p * z * z / (wavelength.meters * wavelength.meters * ray * ray)
    }
  }

  /// Cycles per metre from pixel to pixel on the axis.
  var pitch: Double {
    switch self {
    case .linear(let pitch): pitch
    case .flat(let pixelSize, let distance, let wavelength):
      pixelSize.meters / (wavelength.meters * distance.meters)
    }
  }
}
