// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
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
      ) + (object.end == .stagnation ? " (the error had stopped falling)" : "")
    )
    if rejectedFrames > 0 { lines.append("\(rejectedFrames) frames could not take part") }
    lines.append("start: \(start.inWords)")
    lines.append(
      String(
        format: "data error: %.4f (overlap error %.4f)",
        object.dataError,
        object.overlapError
      )
    )
    if let gauge = object.gauge { lines.append(gauge.vacuumInWords) }
    if let shift = positionShift {
      lines.append(
        String(
          format: "positions: refined, by %.2f pixels (%.1f nm) rms",
          shift.meters / object.pixelSize.meters,
          shift.nanometers
        )
      )
    }
    let powers = modePowers
    if powers.count > 1 {
      let parts = powers.map { String(format: "%.1f %%", 100 * $0) }
      lines.append("probe modes: \(parts.joined(separator: ", ")) of the power")
    }
    if let halves { lines.append(halves.inWords) }
    if let remark = object.gauge?.rasterRemark { lines.append("raster: \(remark)") }
    return lines.joined(separator: "\n")
  }
}

extension ScanResult {
  /// How far refinement has moved the frames, root mean square; nil where they lie as told.
  public var positionShift: Length? {
    guard !positions.isEmpty, positions.count == toldPositions.count else { return nil }
    let squares = zip(positions, toldPositions).reduce(0.0) { sum, pair in
      let (x, y) = (pair.0.x - pair.1.x, pair.0.y - pair.1.y)
      return sum + x * x + y * y
    }
    let shift = (squares / Double(positions.count)).squareRoot()
    return shift > 1e-6 * object.pixelSize.meters ? Length(meters: shift) : nil
  }

  /// The part of the probe's power in each of its modes, the strongest first.
  public var modePowers: [Double] {
    let powers = ([object.probe] + object.weakerModes).map { squaredNorm($0.values.span) }
    let all = powers.reduce(0, +)
    return powers.map { all > 0 ? $0 / all : 0 }
  }
}

extension ObjectGauge {
  /// What |T| = 1 was taken from, in words.
  var vacuumInWords: String {
    guard isVacuumInView else {
      return "vacuum: none in view, |T| = 1 is by the probe's power"
    }
    return String(
      format: "vacuum: %.0f %% of the lit area, |T| there was %.3f and is 1 now",
      100 * vacuumFraction,
      scale
    )
  }
}

extension ScanResult.Start {
  /// Where the probe is from, in words.
  var inWords: String {
    switch source {
    case .file: "the probe in the file"
    case .search(let defocus, let curvature):
      String(
        format: "found by search, the sample %.2f um from the focus (%+.0f pixels2)",
        defocus.micrometers,
        curvature
      )
    case .result(let path): "the probe of \(path)"
    case .resumed(let path, let iterations): "\(path), after its \(iterations) iterations"
    }
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
