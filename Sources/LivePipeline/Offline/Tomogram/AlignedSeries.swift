// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// A series whose projections lie on the volume's axes.
struct AlignedSeries {
  /// The line integrals, [energy] of [tilt, row, column] of the volume's projection; those of tilts
  /// that are held back as they came.
  var projections: [ImageStack]
  /// How far each pixel may be trusted, same extents.
  var coverage: [ImageStack]
  /// The shift that was applied to each tilt, pixels, [tilt].
  var shifts: [PixelShift]
  /// The shift of each energy besides that, pixels, [energy][tilt]; empty where nothing was aligned.
  var energyShifts: [[PixelShift]] = []
  /// The correlation of each tilt with what it was laid on, [tilt]; empty where nothing was aligned.
  var confidence: [Double] = []
  /// Whether each tilt takes part, [tilt].
  var accepted: [Bool]
  /// The volumes as they stand, [energy] of [x, z, y].
  var volumes: [Volume]
  /// Why the first tilt that was held back was, in words.
  var refusal: String?
}
