// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// How an image fades out towards its borders before it is transformed.
///
/// The transform takes an image as periodic: where opposite borders do not fit, the step between
/// them correlates perfectly with itself in all rings. Fading both images out takes it away, at
/// the price that neighbouring Fourier pixels are no longer independent.
public enum SoftEdge: Hashable, Sendable {
  /// None: for images that are periodic or fade out themselves.
  case none
  /// From 0 at the border to 1 along half a cosine that takes this part of each extent, at most
  /// 0.5, on each side (Tukey's window).
  case raisedCosine(Double)

  /// The factors along one axis, [count].
  func factors(count: Int) -> [Float] {
    guard case .raisedCosine(let part) = self, part > 0, count > 1 else {
      return [Float](repeating: 1, count: count)
    }
    let width = min(part, 0.5) * Double(count)
    return (0..<count).map { i in
      let depth = min(Double(i), Double(count - 1 - i)) + 0.5
      return depth < width ? Float(0.5 - 0.5 * cosine(.pi * depth / width)) : 1
    }
  }
}
