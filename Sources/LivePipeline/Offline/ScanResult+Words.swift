// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import ResolutionMetrics

extension ScanResult {
  /// Whether all frames took part and all iterations were run, or the errors had settled.
  public var isWhole: Bool {
    rejectedFrames == 0 && !wasCutShort
  }

  /// What came out, a few lines for a person.
  public var inWords: String {
    var lines: [String] = []
    let shape = object.transmission.shape
    lines.append(
      String(
        format: "object: %d x %d pixels of %.2f nm, from %d frames, %d iterations, %.1f s",
        shape.rows,
        shape.columns,
        object.pixelSize.nanometers,
        object.frameCount,
        object.iteration,
        elapsed
      )
    )
    if rejectedFrames > 0 { lines.append("\(rejectedFrames) frames could not take part") }
    if let defocus = start.defocus, let curvature = start.curvature {
      lines.append(
        String(
          format: "start: found by search, the sample %.2f um from the focus (%+.0f pixels2)",
          defocus.micrometers,
          curvature
        )
      )
    } else {
      lines.append("start: the probe in the file")
    }
    lines.append(
      String(
        format: "data error: %.4f (overlap error %.4f)",
        object.dataError,
        object.overlapError
      )
    )
    if let halves { lines.append(halves.inWords) }
    return lines.joined(separator: "\n")
  }
}

extension HalfScanComparison {
  /// The resolution in words.
  public var inWords: String {
    let what = "(Fourier ring correlation of every other frame, 1/2 bit)"
    if resolution.frequency <= 0 {
      return "resolution: none, the two halves do not agree \(what)"
    }
    let number = String(
      format: "%.2f pixels, %.1f nm half period",
      resolution.halfPeriod,
      halfPeriod.nanometers
    )
    let limit = resolution.isLimitedByPixels ? "at the limit of the pixels, " : ""
    let half = String(format: "%.1f nm", halfPeriodAtOneHalf.nanometers)
    return "resolution: \(limit)\(number) \(what); \(half) where it falls below 0.5"
  }
}
