// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Tomography

extension TomogramAssembly {
  /// What is known of one tilt.
  struct Tilt: Sendable {
    /// The place of the tilt in the series.
    let index: Int
    let angle: TiltAngle
    /// How projections are read between their pixels.
    let interpolation: Interpolation
    /// By energy index.
    var scans: [Int: StoredProjection] = [:]
    /// Lays the first scan that came on the volume's axes, and with their offsets the others.
    var transform = SimilarityTransform.identity
    /// Where the tilt's shift keeps the object on the mean over all tilts: where the scan had it, or where
    /// a first alignment has put it.
    var anchor = PixelShift.zero
    var confidence = 0.0
    /// Whether somebody keeps it out of the volumes.
    var isWithheld = false
    /// Why it takes no part, in words; nil where it does or nothing is known.
    var reason: String?
    /// One standard deviation of the shift at the last registration, pixels.
    var shiftError = PixelShift(rows: .infinity, columns: .infinity)

    /// Whether any of its scans takes part in the volumes.
    var isAccepted: Bool { scans.values.contains(where: \.isAccepted) }

    /// Whether the scan of an energy takes part in its volume.
    func isAccepted(energy: Int) -> Bool { scans[energy]?.isAccepted == true }

    /// Takes all its scans out of the volumes, and forgets where they were laid.
    mutating func holdBack(_ reason: String) {
      for energy in scans.keys { scans[energy]?.isAccepted = false }
      transform = .identity
      self.reason = reason
    }

    init(index: Int, angle: TiltAngle, interpolation: Interpolation) {
      self.index = index
      self.angle = angle
      self.interpolation = interpolation
    }

    /// A scan laid on the volume's axes.
    func aligned(energy: Int, shape: Shape2D) -> AlignedProjection? {
      scans[energy].map { scan in
        let laid = scan.laid(by: transform, to: shape, interpolation)
        return AlignedProjection(values: laid.values, weights: laid.weights, tilt: angle)
      }
    }

    /// The weighted mean of all scans that take part, laid on the volume's axes.
    func alignedMean(shape: Shape2D) -> AlignedProjection? {
      let projections = scans.keys.sorted().filter { isAccepted(energy: $0) }
        .compactMap { aligned(energy: $0, shape: shape) }
      guard var mean = projections.first, projections.count > 1 else { return projections.first }
      let share = 1 / Float(projections.count)
      for i in mean.values.values.indices {
        mean.values.values[i] *= share
        for other in projections.dropFirst() {
          mean.values.values[i] += share * other.values.values[i]
          mean.weights.values[i] = min(mean.weights.values[i], other.weights.values[i])
        }
      }
      return mean
    }
  }
}
