// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

extension PreprocessingParameters {
  /// The finest object pixel whose pattern the detector still fills.
  ///
  /// Light at the edge of the detector, half its width from the middle, leaves the sample at the
  /// angle θ and carries the frequency sin θ / λ; a pattern ends at 1 / (2 Δx):
  ///
  ///     Δx = λ / (2 sin θ),    tan θ = D p / (2 z)
  ///
  /// which is λ z / (D p) for small angles, with D pixels of size p at the distance z. Finer object
  /// pixels have a margin in the pattern that nothing was measured in.
  ///
  /// - Parameters:
  ///   - geometry: The detector.
  ///   - energy: The photon energy; the longest wavelength in use decides.
  /// - Returns: The size of the object pixel.
  public func finestObjectPixel(
    _ geometry: FastCCDGeometry,
    energy: PhotonEnergy
  ) -> Length {
    let half = Double(FastCCDGeometry.pictureSide) / 2 * geometry.pixelSize.meters
    let distance = detectorDistance.meters
    let sine = half / (half * half + distance * distance).squareRoot()
    return Length(meters: energy.wavelength.meters / (2 * sine))
  }
}
