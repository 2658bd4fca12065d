// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Photons in rings along a disc's edge, by sector.
struct EdgeRings: Sendable {
  static let sectorCount = 24
  /// Rings on either side, each one pixel wide.
  static let reach = 16

  /// The logarithm of a step at the edge.
  struct Fit: Sendable {
    /// ln T.
    var logarithm: Double
    /// Its error, if photons alone scatter.
    var poissonError: Double
    /// ln μ(x) = a + b x + c x² of both sides, x in units of the width.
    var coefficients: [Double]
    /// The pixels on either side that it was made over.
    var width: Int
  }

  /// Photons, [ring, sector].
  private var photons: [Double]
  /// Pixels times frames, [ring, sector].
  private var exposures: [Double]
  /// The mean distance of a ring's pixels from the edge, pixels.
  private var distances: [Double]

  init(_ mean: MeanPicture, along disc: AttenuatorDisc, _ response: PhotonResponse) {
    let ringCount = 2 * Self.reach
    let sectors = Self.sectorCount
    photons = [Double](repeating: 0, count: ringCount * sectors)
    exposures = photons
    distances = [Double](repeating: 0, count: ringCount)
    let means = response.meanPhotons(threshold: Double(mean.threshold))
    var pixels = [Double](repeating: 0, count: ringCount)
    let reach = disc.radius + Double(Self.reach) + 1
    let rows = Self.range(disc.middle.row, reach, mean.shape.rows)
    let columns = Self.range(disc.middle.column, reach, mean.shape.columns)
    for row in rows {
      for column in columns {
        let i = row * mean.shape.columns + column
        let distance = disc.distance(row: row, column: column)
        let ring = Int((distance + Double(Self.reach)).rounded(.down))
        guard ring >= 0, ring < ringCount, mean.counts[i] > 0 else { continue }
        let place = ring * sectors + Self.sector(row, column, disc.middle)
        photons[place] += mean.photons(i, response, means)
        exposures[place] += Double(mean.counts[i])
        distances[ring] += distance
        pixels[ring] += 1
      }
    }
    for ring in 0..<ringCount { distances[ring] /= max(pixels[ring], 1) }
  }

  /// The sector in which a pixel lies, seen from the middle.
  static func sector(_ row: Int, _ column: Int, _ middle: PicturePosition) -> Int {
    let angle = arcTangent2(Double(row) - middle.row, Double(column) - middle.column)
    let turn = angle / (2 * .pi) + 0.5
    return min(Int(turn * Double(sectorCount)), sectorCount - 1)
  }

  private static func range(_ middle: Double, _ reach: Double, _ count: Int) -> Range<Int> {
    let low = min(max(Int(middle - reach), 0), count)
    return low..<max(low, min(Int(middle + reach) + 2, count))
  }

  /// Photons and exposures of a ring over all sectors but one.
  private func total(_ ring: Int, without left: Int?) -> (photons: Double, exposures: Double) {
    var sum = 0.0
    var exposure = 0.0
    for sector in 0..<Self.sectorCount where sector != left {
      sum += photons[ring * Self.sectorCount + sector]
      exposure += exposures[ring * Self.sectorCount + sector]
    }
    return (sum, exposure)
  }

  /// The photons counted behind the edge within so many pixels.
  func photonsInside(width: Int) -> Double {
    (Self.reach - width..<Self.reach - 1).reduce(0) { $0 + total($1, without: nil).photons }
  }

  /// Fits the step at the edge; nil where there are too few photons.
  func fit(width: Int, without left: Int?) -> Fit? {
    // The rings next to the edge may be crossed by it.
    let rings = Self.usedRings(width)
    let totals = rings.map { total($0, without: left) }
    let rows = rings.map { design(ring: $0, width: width) }
    let inside = zip(rings, totals).filter { $0.0 < Self.reach }.map(\.1)
    let outside = zip(rings, totals).filter { $0.0 >= Self.reach }.map(\.1)
    let behind = inside.reduce(0) { $0 + $1.photons }
    let beside = outside.reduce(0) { $0 + $1.photons }
    guard behind > 20, beside > 100, totals.allSatisfy({ $0.exposures > 0 }) else { return nil }
    let open = beside / outside.reduce(0) { $0 + $1.exposures }
    var b = [Double](repeating: 0, count: 6)
    b[0] = naturalLogarithm(open)
    b[5] = naturalLogarithm(behind / inside.reduce(0) { $0 + $1.exposures } / open)
    var error = Double.nan
    for _ in 0..<25 {
      var equations = NormalEquations(count: 6)
      for (row, total) in zip(rows, totals) {
        let exponent = min(max(zip(row, b).reduce(0) { $0 + $1.0 * $1.1 }, -40), 40)
        let expected = total.exposures * exponential(exponent)
        equations.add(row, exponent + (total.photons - expected) / expected, weight: expected)
      }
      guard let solution = equations.solve(), solution.unknowns.allSatisfy(\.isFinite) else {
        return nil
      }
      let moved = abs(solution.unknowns[5] - b[5])
      b = solution.unknowns
      error = solution.covariance[35].squareRoot()
      if moved < 1e-9 { break }
    }
    guard error.isFinite, error < 0.5 else { return nil }
    return Fit(logarithm: b[5], poissonError: error, coefficients: b, width: width)
  }

  private static func usedRings(_ width: Int) -> [Int] {
    Array(reach - width..<reach - 1) + Array(reach + 1..<reach + width)
  }

  private func design(ring: Int, width: Int) -> [Double] {
    let x = distances[ring] / Double(width)
    return ring < Self.reach ? [1, 0, 0, x, x * x, 1] : [1, x, x * x, 0, 0, 0]
  }

  /// The rings with their photons and what was fitted.
  func profile(_ fit: Fit?) -> [AttenuatorCalibration.Ring] {
    let used = fit.map { Set(Self.usedRings($0.width)) } ?? []
    return (0..<2 * Self.reach).map { ring in
      let (photons, exposure) = total(ring, without: nil)
      var fitted = Double.nan
      if let fit, used.contains(ring) {
        let row = design(ring: ring, width: fit.width)
        fitted = exponential(zip(row, fit.coefficients).reduce(0) { $0 + $1.0 * $1.1 })
      }
      return AttenuatorCalibration.Ring(
        distance: distances[ring],
        photons: photons / max(exposure, 1),
        uncertainty: max(photons, 1).squareRoot() / max(exposure, 1),
        fitted: fitted
      )
    }
  }
}

/// Sums behind and beside a disc, with it and without it, by sector.
struct EdgePair: Sendable {
  /// Photons: behind with the disc and without it, beside it with the disc and without it.
  private var photons: [SIMD4<Double>]
  /// Pixels times frames of the same.
  private var exposures: [SIMD4<Double>]

  init(
    _ mean: MeanPicture,
    _ openMean: MeanPicture,
    _ disc: AttenuatorDisc,
    _ response: PhotonResponse
  ) {
    photons = [SIMD4<Double>](repeating: .zero, count: EdgeRings.sectorCount)
    exposures = photons
    let withDisc = response.meanPhotons(threshold: Double(mean.threshold))
    let open = response.meanPhotons(threshold: Double(openMean.threshold))
    let width = mean.shape.columns
    for i in mean.counts.indices {
      // A pixel that was saturated in some frames has a mean of the others only, which are darker.
      guard Int(mean.counts[i]) == mean.frameCount, Int(openMean.counts[i]) == openMean.frameCount
      else { continue }
      let (row, column) = (i / width, i % width)
      let distance = disc.distance(row: row, column: column)
      let isInside = distance < -2
      guard isInside || (distance > 2 && distance < disc.radius) else { continue }
      let sector = EdgeRings.sector(row, column, disc.middle)
      let pair = SIMD2(mean.photons(i, response, withDisc), openMean.photons(i, response, open))
      let times = SIMD2(Double(mean.counts[i]), Double(openMean.counts[i]))
      photons[sector] +=
        isInside ? SIMD4(lowHalf: pair, highHalf: .zero) : SIMD4(lowHalf: .zero, highHalf: pair)
      exposures[sector] +=
        isInside ? SIMD4(lowHalf: times, highHalf: .zero) : SIMD4(lowHalf: .zero, highHalf: times)
    }
  }

  /// The ratio over all sectors but one; nil where there are too few photons.
  func ratio(
    without left: Int?
  ) -> (logarithm: Double, poissonError: Double, photons: Double)? {
    var counts = SIMD4<Double>.zero
    var exposure = SIMD4<Double>.zero
    for sector in photons.indices where sector != left {
      counts += photons[sector]
      exposure += exposures[sector]
    }
    guard exposure.min() > 0, counts.min() > 20 else { return nil }
    let mean = counts / exposure
    let logarithm = naturalLogarithm(mean.x / mean.y / (mean.z / mean.w))
    let variance = (SIMD4(repeating: 1) / counts).sum()
    return (logarithm, variance.squareRoot(), counts.x)
  }
}

extension MeanPicture {
  /// The photons of one pixel over all frames.
  ///
  /// Pixel by pixel, because the readings of bright and dark pixels together say too little about
  /// either.
  func photons(_ i: Int, _ response: PhotonResponse, _ means: PhotonMeans) -> Double {
    let frames = Double(counts[i])
    guard frames > 0 else { return 0 }
    return frames * means.photons(reading: counted[i] / response.aduPerPhoton / frames)
  }
}
