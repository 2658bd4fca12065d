// SPDX-License-Identifier: BSD-3-Clause

public import Imaging
import Synchronization

/// The discrete Fourier transform of images of one shape, in place, DC at the corner.
///
/// Forward is X[k, l] = Σ x[r, c] exp(−2πi (k r / rows + l c / columns)). A plan never changes after
/// it was made and may be executed from any number of threads at once. Computed by FFTW
/// (Frigo and Johnson, Proc. IEEE 93, 2005, doi 10.1109/JPROC.2004.840301).
public final class FourierPlan2D: Sendable {
  /// The extent of the images, [rows, columns].
  public let shape: Shape2D
  private let plans: PlanPair
  private let effort: PlanningEffort
  private let blockedTransform = Mutex<BlockedTransform2D?>(nil)

  /// Plans the transforms of images of one shape; waits while another thread is planning.
  public init(shape: Shape2D, effort: PlanningEffort = .patient) {
    self.shape = shape
    self.effort = effort
    plans = PlanPair(sizes: [shape.rows, shape.columns], effort: effort)
  }

  /// The same transform in steps; planned when it is first asked for.
  public var blocked: BlockedTransform2D {
    blockedTransform.withLock { present in
      let transform = present ?? BlockedTransform2D(shape: shape, effort: effort)
      present = transform
      return transform
    }
  }

  /// Transforms pixels stored row after row, [row, column], without scaling.
  public func forward(_ x: inout MutableSpan<Complex64>) {
    plans.forward(&x)
  }

  /// Transforms back without scaling: `inverse` after `forward` multiplies by the pixel count.
  public func inverse(_ x: inout MutableSpan<Complex64>) {
    plans.inverse(&x)
  }

  /// Transforms an image, scaled by 1/√(rows · columns) so that Σ|x|² stays what it was.
  public func forwardUnitary(_ image: inout ComplexImage) {
    precondition(image.shape == shape, "the image is \(image.shape), the plan \(shape)")
    var pixels = image.values.mutableSpan
    plans.forward(&pixels)
    scale(&pixels, by: 1 / Float(shape.count).squareRoot())
  }

  /// Transforms an image back, scaled by 1/√(rows · columns): undoes `forwardUnitary`.
  public func inverseUnitary(_ image: inout ComplexImage) {
    precondition(image.shape == shape, "the image is \(image.shape), the plan \(shape)")
    var pixels = image.values.mutableSpan
    plans.inverse(&pixels)
    scale(&pixels, by: 1 / Float(shape.count).squareRoot())
  }

  private func scale(_ x: inout MutableSpan<Complex64>, by factor: Float) {
    for i in x.indices { x[i] = factor * x[i] }
  }
}
