// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// What a pixel reads for photons: so many ADU each, and normal noise.
public struct PhotonResponse: Sendable, Hashable {
  /// ADU for one photon.
  public var aduPerPhoton: Double
  /// The noise of a cleaned pixel, ADU RMS.
  public var noise: Double

  /// Makes a response.
  public init(aduPerPhoton: Double, noise: Double) {
    self.aduPerPhoton = aduPerPhoton
    self.noise = noise
  }

  /// A threshold that noise passes once in some ten thousand times, if a photon is five times the
  /// noise, and four of five single photons pass.
  public var countingThreshold: Double { 0.8 * aduPerPhoton }

  /// What is read above a threshold, on average, for a number of photons, in photons.
  func counted(_ photons: Double, threshold: Double) -> Double {
    let mean = photons * aduPerPhoton
    let z = (mean - threshold) / noise
    let passing = 0.5 * (1 + errorFunction(z / 2.0.squareRoot()))
    let density = exponential(-z * z / 2) / (2 * Double.pi).squareRoot()
    return (mean * passing + noise * density) / aduPerPhoton
  }

  /// Turns means of what was read above a threshold into mean photons.
  ///
  /// The mean read is Σ P(n) c(n), with c(n) from `counted`; it rises steadily with the mean μ and
  /// is turned round by a table. A pixel sees speckle move over it in the course of a scan, so that
  /// P(n) = μⁿ / (1 + μ)ⁿ⁺¹ (Bose and Einstein; Goodman, Speckle Phenomena in Optics, 3.2). For
  /// light that is steady instead, the result is off by 1.5 % where μ is about 1, and by less
  /// elsewhere.
  func meanPhotons(threshold: Double) -> PhotonMeans {
    PhotonMeans(self, threshold: threshold)
  }
}

/// Mean photons from means of what was read above a threshold.
struct PhotonMeans: Sendable {
  private var means: [Double] = []
  private var readings: [Double] = []

  init(_ response: PhotonResponse, threshold: Double) {
    // Above some photons nothing is lost any more.
    let limit = max(12, Int((threshold + 6 * response.noise) / response.aduPerPhoton) + 2)
    let excess = (0..<limit).map { response.counted(Double($0), threshold: threshold) - Double($0) }
    var mean = 0.0
    while mean < 1e4 {
      var reading = mean
      var probability = 1 / (1 + mean)
      for n in 0..<limit {
        reading += probability * excess[n]
        probability *= mean / (1 + mean)
      }
      means.append(mean)
      readings.append(reading)
      mean = mean == 0 ? 1e-7 : mean * 1.05
    }
  }

  /// The mean photons of a mean reading, photons; negative where less was read than from none.
  func photons(reading: Double) -> Double {
    var low = 0
    var high = readings.count - 1
    guard reading < readings[high] else { return reading }
    while high - low > 1 {
      let middle = (low + high) / 2
      if readings[middle] <= reading { low = middle } else { high = middle }
    }
    let part = (reading - readings[low]) / (readings[high] - readings[low])
    return means[low] + part * (means[high] - means[low])
  }
}
