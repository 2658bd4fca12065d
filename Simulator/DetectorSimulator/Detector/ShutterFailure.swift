// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// A shutter that stays open while the lower half of the detector is read.
///
/// Light then falls on charge that moves along the raw columns, and adds up evenly in all of their
/// rows. The raw columns of the lower half are rows of the picture, left of its middle; what is
/// seen is a bright band on the left where there should be next to nothing. The beamline tells
/// such frames by comparing both ends of the middle rows.
enum ShutterFailure {
  /// How long the shutter stays open too long, in exposure times.
  static let excess: Float = 0.5

  /// The photons of a frame with the light added that was smeared.
  static func smeared(_ photons: Image) -> Image {
    var image = photons
    let columns = photons.shape.columns / 2
    for row in 0..<photons.shape.rows {
      let first = row * photons.shape.columns
      var sum: Float = 0
      for column in 0..<columns { sum += photons.values[first + column] }
      let added = Self.excess * sum / Float(columns)
      for column in 0..<columns { image.values[first + column] += added }
    }
    return image
  }
}
