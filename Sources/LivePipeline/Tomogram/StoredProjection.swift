// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration

/// One projection as it was measured, cut to the volume's surroundings.
///
/// The weights take a byte each: a tomogram keeps all its projections, and how far a pixel may be
/// trusted is not known better.
struct StoredProjection: Sendable {
  /// Optical density, [row, column], zero where unlit; no larger than the field.
  private let opticalDensity: Image
  /// The trust in each pixel in 255ths, [row, column], same shape.
  private let trust: [UInt8]
  /// The optical density of the film that the objects seem to lie on, where it was not taken off.
  let film: Double?
  /// The shift against the tilt's own.
  var offset = PixelShift.zero
  /// Whether it takes part in the volumes; else it is held back.
  var isAccepted = false
  /// The correlation with what it was laid on.
  var confidence = 0.0
  /// The weighted RMS residual that its rays met when it was folded last; nil before.
  var residual: Double?

  /// Cuts a projection to a field and takes what is not a number out of it.
  ///
  /// - Parameters:
  ///   - projection: The projection, of any shape about the middle of the scanned area.
  ///   - field: What is kept.
  ///   - subtractsFilm: Whether a support film is taken off the optical density.
  init(_ projection: Projection, cutTo field: Shape2D, subtractsFilm: Bool) {
    // A cut by whole pixels on either side: nothing is read between pixels.
    func cut(_ count: Int, to limit: Int) -> Int {
      count <= limit ? count : limit + (count - limit) % 2
    }
    let whole = projection.opticalDensity.shape
    let shape = Shape2D(
      rows: cut(whole.rows, to: field.rows),
      columns: cut(whole.columns, to: field.columns)
    )
    var density = resampled(projection.opticalDensity, to: shape)
    var weights = resampled(projection.coverage, to: shape, interpolation: .minimum)
    for i in weights.values.indices {
      let weight = min(max(weights.values[i], 0), 1)
      let isUsable = density.values[i].isFinite && weight > 0.02
      weights.values[i] = isUsable ? weight : 0
      density.values[i] = isUsable ? density.values[i] : 0
    }
    let background = BackgroundLevel(of: density, weights: weights)
    let level = background.flatMap { $0.isFilm ? $0.value : nil }
    film = subtractsFilm ? nil : level
    if subtractsFilm, let level {
      for i in density.values.indices where weights.values[i] > 0 {
        density.values[i] -= Float(level)
      }
    }
    opticalDensity = density
    trust = weights.values.map { UInt8((255 * $0).rounded()) }
  }

  /// The optical density and the trust in each pixel, [row, column] of a shape about the middle; what
  /// was not measured is not trusted.
  func cut(to shape: Shape2D) -> (opticalDensity: Image, weights: Image) {
    (
      resampled(opticalDensity, to: shape),
      resampled(weights, to: shape, interpolation: .minimum)
    )
  }

  private var weights: Image {
    Image(shape: opticalDensity.shape, values: trust.map { Float($0) / 255 })
  }

  /// The projection and its weights, laid somewhere and cut to a shape.
  func laid(
    by transform: SimilarityTransform,
    to shape: Shape2D,
    _ interpolation: Interpolation
  ) -> (values: Image, weights: Image) {
    let total = SimilarityTransform(shift: offset).followed(by: transform)
    return (
      transformed(opticalDensity, by: total, to: shape, interpolation: interpolation),
      transformed(weights, by: total, to: shape, interpolation: .minimum)
    )
  }
}
