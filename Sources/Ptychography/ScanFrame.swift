// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging

/// What the solver keeps for one pattern.
struct ScanFrame: Sendable {
  /// Where a frame lies on the object, with the copy of the probe that belongs to the fraction.
  struct Seat: Hashable, Sendable {
    var placement: Placement
    var slot: Int
  }

  /// The scan point.
  let index: Int
  /// Where the probe's centre was said to be.
  let position: ScanPosition
  /// What position refinement has moved it by, pixels.
  var shift = (row: 0.0, column: 0.0)
  /// Where the frame lies.
  var seat: Seat
  /// Where it lay when the overlap projections were taken that complete its wave.
  var previousSeat: Seat
  /// Measured photons over the number of pixels, in the order of the transform's tiles, DC at the
  /// corner, −1 where unmeasured; what they would be in the pixels' middles once that is known.
  var intensities: AlignedArray<Float>
  /// The measured ones where `intensities` are others; else empty.
  var counts = AlignedArray<Float>()
  /// Measured photons.
  let photons: Double

  init(_ pattern: DiffractionPattern, seat: Seat, transform: BlockedTransform2D) {
    index = pattern.index
    position = pattern.position
    self.seat = seat
    previousSeat = seat
    let scale = 1 / Float(pattern.amplitudes.shape.count)
    var values = centerToCorner(pattern.amplitudes).values
    var photons = 0.0
    for i in values.indices {
      let amplitude = values[i]
      if amplitude.isFinite, amplitude >= 0 {
        photons += Double(amplitude) * Double(amplitude)
        values[i] = scale * amplitude * amplitude
      } else {
        values[i] = -1
      }
    }
    self.photons = photons
    intensities = AlignedArray(transform.tiled(values))
  }
}
