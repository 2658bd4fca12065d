// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Preprocessing
import Testing

/// How fine the object pixels may be that the detector's edge allows.
@Suite struct DetectorReachTests {
  @Test(arguments: [
    // Distance, energy, the finest pixel: worked out by hand from λ / (2 sin θ).
    (0.08, 708.2, 4.941e-9), (0.121, 708.2, 7.407e-9), (0.121, 500, 10.491e-9),
  ])
  func theFinestPixelIsThatOfTheEdge(distance: Double, energy: Double, finest: Double) {
    var parameters = PreprocessingParameters()
    parameters.detectorDistance = Length(meters: distance)
    let found = parameters.finestObjectPixel(
      FastCCDGeometry(),
      energy: PhotonEnergy(electronVolts: energy)
    ).meters
    #expect(abs(found - finest) < 1e-12)
    // The frequency 1 / (2 Δx) lands 480 pixels of 30 µm from the middle.
    let wavelength = 1.239_841_984e-6 / energy
    let place = distance * tan(asin(wavelength / (2 * found)))
    #expect(abs(place - 480 * 30e-6) < 1e-9)
  }
}
