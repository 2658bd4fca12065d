// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Tomography

extension TomogramAssembly {
  /// One projection as it was measured, cut to the volume's surroundings.
  struct Scan: Sendable {
    /// Optical density, [row, column] of `TomogramAssembly.fieldShape`; zero where unlit.
    var opticalDensity: Image
    /// The trust in each pixel, 0 to 1, same shape.
    var weights: Image
    /// The shift against the tilt's own.
    var offset = PixelShift.zero
    /// How often it has been folded into the running volume.
    var foldCount = 0
  }

  /// What is known of one tilt.
  struct Tilt: Sendable {
    let index: Int
    let angle: TiltAngle
    /// By energy index.
    var scans: [Int: Scan] = [:]
    /// Applied to the first scan that came, and with their offsets to the others.
    var shift = PixelShift.zero
    var confidence = 0.0
    var isAccepted = false

    /// A scan laid on the volume's axes.
    func aligned(energy: Int, shape: Shape2D) -> AlignedProjection? {
      guard let scan = scans[energy] else { return nil }
      return aligned(scan.opticalDensity, weights: scan.weights, offset: scan.offset, shape: shape)
    }

    /// The weighted mean of all scans, laid on the volume's axes.
    func alignedMean(shape: Shape2D) -> AlignedProjection? {
      let projections = scans.keys.sorted().compactMap { aligned(energy: $0, shape: shape) }
      guard var mean = projections.first, projections.count > 1 else { return projections.first }
      let share = 1 / Float(projections.count)
      for i in mean.values.values.indices {
        let weights = projections.map { $0.weights.values[i] }
        mean.values.values[i] = projections.reduce(0) { $0 + share * $1.values.values[i] }
        mean.weights.values[i] = weights.min() ?? 0
      }
      return mean
    }

    private func aligned(
      _ image: Image,
      weights: Image,
      offset: PixelShift,
      shape: Shape2D
    ) -> AlignedProjection {
      let total = shift + offset
      return AlignedProjection(
        values: resampled(image, to: shape, movedByRows: total.rows, columns: total.columns),
        weights: resampled(
          weights,
          to: shape,
          movedByRows: total.rows,
          columns: total.columns,
          interpolation: .minimum
        ),
        tilt: angle
      )
    }
  }
}
