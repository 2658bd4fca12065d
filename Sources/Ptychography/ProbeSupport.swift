// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// Where the probe may be: within a circle in the sample plane and within one in the far field.
///
/// As the masks of SHARP (Marchesini et al., J. Appl. Cryst. 49, 2016). The lens has an edge in the
/// far field; that keeps a regular raster's own period out of the probe, which its patterns alone
/// would allow.
struct ProbeSupport: Sendable {
  /// The radius in the sample plane as a fraction of half the frame; 0 for no limit.
  var radius: Double
  /// The radius in the far field as a fraction of half the pattern; 0 for no limit.
  var fourierRadius: Double

  /// Sets a mode to zero where the probe may not be.
  func apply(to mode: inout ComplexImage, plan: FourierPlan2D) {
    if radius > 0 { cut(&mode, fraction: radius) }
    guard fourierRadius > 0 else { return }
    var far = centerToCorner(mode)
    plan.forwardUnitary(&far)
    far = cornerToCenter(far)
    cut(&far, fraction: fourierRadius)
    far = centerToCorner(far)
    plan.inverseUnitary(&far)
    mode = cornerToCenter(far)
  }

  private func cut(_ image: inout ComplexImage, fraction: Double) {
    let (rows, columns) = (image.shape.rows, image.shape.columns)
    for row in 0..<rows {
      let y = Double(row - rows / 2) / (fraction * Double(rows / 2))
      for column in 0..<columns {
        let x = Double(column - columns / 2) / (fraction * Double(columns / 2))
        if x * x + y * y > 1 { image[row, column] = .zero }
      }
    }
  }
}

extension IncrementalReconstruction {
  /// Where the probe may be.
  var support: ProbeSupport {
    ProbeSupport(
      radius: parameters.probeSupport,
      fourierRadius: parameters.probeFourierSupport
    )
  }
}
