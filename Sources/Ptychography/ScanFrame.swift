// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging

/// What the solver keeps for one pattern.
struct ScanFrame: Sendable {
  /// The scan point.
  let index: Int
  /// Where the frame lies on the object.
  let placement: Placement
  /// The copy of the probe that belongs to its fraction of a pixel.
  let slot: Int
  /// Measured amplitudes over √(pixels), DC at the corner, negative where unmeasured.
  let measured: [Float]
  /// What the modulus projection asks for: `measured` less the background.
  var moduli: [Float]
  /// Measured photons.
  let photons: Double
  /// The squared norm of what the modulus projection asks for, photons.
  var targetPhotons: Double
  /// Whether any pixel is unmeasured.
  let isMasked: Bool

  init(_ pattern: DiffractionPattern, placement: Placement, slot: Int) {
    index = pattern.index
    self.placement = placement
    self.slot = slot
    let scale = 1 / Float(pattern.amplitudes.shape.count).squareRoot()
    var measured = centerToCorner(pattern.amplitudes).values
    var photons = 0.0
    var isMasked = false
    for i in measured.indices {
      let amplitude = measured[i]
      if amplitude.isFinite, amplitude >= 0 {
        photons += Double(amplitude) * Double(amplitude)
        measured[i] = scale * amplitude
      } else {
        isMasked = true
        measured[i] = -1
      }
    }
    self.measured = measured
    self.photons = photons
    targetPhotons = photons
    self.isMasked = isMasked
    moduli = measured
  }
}
