// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Glibc
import Imaging

/// The illumination behind a zone plate: a sharp annulus in the far field, a defocused spot on
/// the sample, both in closed form.
///
/// The pupil is A(q) = a exp(−iπ λ d q²) inside the annulus and 0 elsewhere, q in cycles per
/// metre, d > 0 downstream of the focus, with ∫|A|² d²q the photons of an exposure. The spot is
/// its Fourier integral P(r) = 2π ∫ A(q) J₀(2πqr) q dq (Goodman, Introduction to Fourier Optics,
/// 4.4), so that its tails have no window to wrap around in.
public struct ZonePlateProbe: Sendable {
  /// The radius of the annulus, cycles per metre: 1 / (2 Δr), the same at every energy.
  public let outerFrequency: Double
  /// The radius of the central stop's shadow, cycles per metre.
  public let innerFrequency: Double
  /// The pupil's modulus inside the annulus, √photon · m.
  public let amplitude: Double
  /// λ times the defocus, m².
  let chirp: Double

  private let step: Double
  private var profile: [SIMD2<Double>] = []

  /// Makes the probe of one exposure.
  ///
  /// - Parameters:
  ///   - outerZone: The width of the outermost zone, Δr.
  ///   - centralStop: The diameter of the central stop over that of the zone plate.
  ///   - defocus: How far the sample stands downstream of the focus.
  ///   - energy: The photon energy.
  ///   - photons: Photons on the sample in one exposure.
  ///   - reach: The distance from the centre up to which `field` is needed.
  public init(
    outerZone: Length,
    centralStop: Double,
    defocus: Length,
    energy: PhotonEnergy,
    photons: Double,
    reach: Length
  ) {
    outerFrequency = 1 / (2 * outerZone.meters)
    innerFrequency = centralStop * outerFrequency
    let area = Double.pi * (outerFrequency * outerFrequency - innerFrequency * innerFrequency)
    amplitude = (photons / area).squareRoot()
    chirp = energy.wavelength.meters * defocus.meters
    // The finest feature of the spot is half an outer zone wide; forty points to it.
    step = outerZone.meters / 80
    let count = Int(reach.meters / step) + 4
    profile = (0..<count).map { integral(at: Double($0) * step) }
  }

  /// The pupil at a frequency, √photon · m; zero outside the annulus.
  ///
  /// - Parameter q: Cycles per metre from the axis.
  /// - Returns: The complex value.
  public func pupil(at q: Double) -> (re: Double, im: Double) {
    guard q >= innerFrequency, q <= outerFrequency else { return (0, 0) }
    let phase = -Double.pi * chirp * q * q
    return (amplitude * cosine(phase), amplitude * sine(phase))
  }

  /// The field on the sample at a distance from the spot's centre, √photon per metre.
  ///
  /// Linear between profile points that lie a hundredth of the spot's width apart.
  public func field(at radius: Double) -> SIMD2<Double> {
    let place = radius / step
    let index = Int(place)
    guard index + 1 < profile.count else { return .zero }
    let fraction = place - Double(index)
    return profile[index] + fraction * (profile[index + 1] - profile[index])
  }

  /// The Fourier integral at one radius, by Simpson's rule.
  private func integral(at radius: Double) -> SIMD2<Double> {
    let intervals = 240
    let width = (outerFrequency - innerFrequency) / Double(intervals)
    var total = SIMD2<Double>.zero
    for i in 0...intervals {
      let q = innerFrequency + Double(i) * width
      let weight: Double = i == 0 || i == intervals ? 1 : (i % 2 == 0 ? 2 : 4)
      let phase = -Double.pi * chirp * q * q
      let bessel = j0(2 * Double.pi * q * radius) * q * weight
      total += SIMD2(bessel * cosine(phase), bessel * sine(phase))
    }
    return 2 * Double.pi * amplitude * width / 3 * total
  }
}
