// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import FourierTransform
public import Imaging

/// Probes to start from where no better one is known.
///
/// Each is a pupil in the far field with the phase of a defocus, exp(iπ c k²), k in cycles per
/// object pixel; c, the curvature, is −λ Δz / (pixel size)², with the sample Δz downstream of the
/// focus. Where the start's curvature is off by more than a tenth, reconstructions of strongly
/// defocused scans fail; `DefocusSearch` finds it.
public enum ProbeStart {
  /// The curvature of a defocus.
  ///
  /// - Parameters:
  ///   - defocus: How far the sample lies downstream of the focus.
  ///   - energy: The photon energy.
  ///   - pixelSize: The size of an object pixel.
  /// - Returns: c, in pixels².
  public static func curvature(
    defocus: Length,
    energy: PhotonEnergy,
    pixelSize: Length
  ) -> Double {
    -energy.wavelength.meters * defocus.meters / (pixelSize.meters * pixelSize.meters)
  }

  /// The defocus of a curvature; undoes `curvature(defocus:energy:pixelSize:)`.
  ///
  /// - Parameters:
  ///   - curvature: c, in pixels².
  ///   - energy: The photon energy.
  ///   - pixelSize: The size of an object pixel.
  /// - Returns: How far the sample lies downstream of the focus.
  public static func defocus(
    curvature: Double,
    energy: PhotonEnergy,
    pixelSize: Length
  ) -> Length {
    Length(meters: -curvature * pixelSize.meters * pixelSize.meters / energy.wavelength.meters)
  }

  /// The probe of a zone plate: a ring in the far field between central stop and outermost zone.
  ///
  /// - Parameters:
  ///   - zonePlate: The lens.
  ///   - shape: The extent of the probe, [rows, columns].
  ///   - pixelSize: The size of an object pixel.
  ///   - energy: The photon energy.
  ///   - defocus: How far the sample lies downstream of the focus.
  /// - Returns: The probe, [row, column], centre at [N/2, N/2], Σ|P|² = 1.
  public static func zonePlate(
    _ zonePlate: ZonePlate,
    shape: Shape2D,
    pixelSize: Length,
    energy: PhotonEnergy,
    defocus: Length
  ) -> ComplexImage {
    let cutoff = zonePlate.cutoffFrequency * pixelSize.meters
    let stop = zonePlate.centralStop * cutoff
    var pupil = Image(shape: shape)
    // A pixel of the far field may be as large as a tenth of the pupil: count its parts.
    let parts = 8
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var inside = 0
        for part in 0..<parts * parts {
          let y = Double(row) - Double(shape.rows / 2) + offset(part / parts, parts)
          let x = Double(column) - Double(shape.columns / 2) + offset(part % parts, parts)
          let ky = y / Double(shape.rows)
          let kx = x / Double(shape.columns)
          let k2 = ky * ky + kx * kx
          inside += k2 <= cutoff * cutoff && k2 >= stop * stop ? 1 : 0
        }
        pupil[row, column] = Float(inside) / Float(parts * parts)
      }
    }
    let c = curvature(defocus: defocus, energy: energy, pixelSize: pixelSize)
    return probe(pupil: pupil, curvature: c)
  }

  /// The probe whose far field has the amplitudes of the mean pattern where it is bright.
  ///
  /// - Parameters:
  ///   - mean: Mean photons, [row, column], DC at [N/2, N/2].
  ///   - curvature: c of the defocus, in pixels².
  ///   - threshold: The fraction of the brightest pixel below which a pixel counts as dark.
  /// - Returns: The probe, [row, column], centre at [N/2, N/2], Σ|P|² = 1.
  public static func fromMeanPattern(
    _ mean: Image,
    curvature: Double,
    threshold: Float = 0.02
  ) -> ComplexImage {
    probe(pupil: brightAmplitudes(mean, threshold), curvature: curvature)
  }

  /// The mean photons over patterns, pixel by pixel over those that measured it.
  ///
  /// - Parameter patterns: Patterns of one shape, at least one.
  /// - Returns: Mean photons, [row, column], DC at [N/2, N/2].
  public static func meanPattern(_ patterns: [DiffractionPattern]) -> Image {
    precondition(!patterns.isEmpty, "no patterns to take the mean of")
    var mean = Image(shape: patterns[0].amplitudes.shape)
    var counts = mean
    for pattern in patterns {
      for i in mean.values.indices {
        let amplitude = pattern.amplitudes.values[i]
        let isMeasured = amplitude.isFinite && amplitude >= 0
        mean.values[i] += isMeasured ? amplitude * amplitude : 0
        counts.values[i] += isMeasured ? 1 : 0
      }
    }
    for i in mean.values.indices { mean.values[i] /= max(counts.values[i], 1) }
    return mean
  }

  static func brightAmplitudes(_ mean: Image, _ threshold: Float) -> Image {
    let dark = threshold * (mean.values.max() ?? 0)
    return Image(
      shape: mean.shape,
      values: mean.values.map { $0 > dark ? $0.squareRoot() : 0 }
    )
  }

  private static func offset(_ part: Int, _ parts: Int) -> Double {
    (Double(part) + 0.5) / Double(parts) - 0.5
  }

  /// The near field of a pupil, [row, column], DC at [N/2, N/2], with the phase of a curvature.
  private static func probe(pupil: Image, curvature: Double) -> ComplexImage {
    let shape = pupil.shape
    var far = ComplexImage(shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let ky = Double(row - shape.rows / 2) / Double(shape.rows)
        let kx = Double(column - shape.columns / 2) / Double(shape.columns)
        let phase = (Double.pi * curvature * (ky * ky + kx * kx))
          .remainder(dividingBy: 2 * .pi)
        far[row, column] = Complex64(modulus: pupil[row, column], phase: Float(phase))
      }
    }
    var near = centerToCorner(far)
    FourierPlan2D(shape: shape, effort: .estimate).inverseUnitary(&near)
    near = cornerToCenter(near)
    let power = squaredNorm(near.values.span)
    let scale = power > 0 ? Float(1 / power.squareRoot()) : 0
    for i in near.values.indices { near.values[i] = scale * near.values[i] }
    return near
  }
}
