// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// A projection that lies on the volume's axes, ready to be folded.
public struct AlignedProjection: Sendable {
  /// The line integrals, [row = y, column = x′], the volume's unit times voxels.
  public var values: Image
  /// The trust in each, 0 to 1, same shape.
  public var weights: Image
  /// The tilt.
  public var tilt: TiltAngle

  /// Makes a projection of values, weights of the same shape, and its tilt.
  public init(values: Image, weights: Image, tilt: TiltAngle) {
    precondition(values.shape == weights.shape, "weights and values differ in shape")
    self.values = values
    self.weights = weights
    self.tilt = tilt
  }

  /// The weighted root-mean-square difference from a volume's re-projection.
  public func residual(against volume: Volume) -> Double {
    let projected = ParallelProjector.project(volume, at: tilt)
    var (squares, total) = (0.0, 0.0)
    for i in values.values.indices {
      let difference = Double(values.values[i] - projected.values[i])
      squares += Double(weights.values[i]) * difference * difference
      total += Double(weights.values[i])
    }
    return total > 0 ? (squares / total).squareRoot() : 0
  }
}
