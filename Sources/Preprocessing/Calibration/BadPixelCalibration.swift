// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// Finds pixels that cannot be trusted, from darks and from exposures.
///
/// Limits stand at chances of about one in ten million for a good pixel, so that a detector of a
/// million pixels without fault gives none or one:
///
/// - **Darks, level:** the mean dark of a pixel more than 8 robust standard deviations (and 3 times
///   the noise) off the median of its readout column, which has one amplifier and one pedestal.
/// - **Darks, noise:** the scatter over the darks above what chance allows for the median scatter
///   of all pixels (χ² by Wilson and Hilferty, Proc. Natl. Acad. Sci. 17, 684, 1931); or words
///   that hardly change at all, a pixel that is stuck.
/// - **Exposures:** the mean less than half of the fifth lowest of the 24 pixels around (dead), or
///   more than twice the fifth highest (bright), by more than 8 standard errors. The fifth of 24
///   lets edges, corners and whole bad columns pass as what they are.
public struct BadPixelCalibration: Sendable {
  /// What is wrong with a pixel.
  public enum Fault: String, Sendable, Hashable, CaseIterable {
    /// Its dark level is off.
    case level = "dark level"
    /// It is too noisy.
    case noisy = "noisy"
    /// It hardly changes.
    case stuck = "stuck"
    /// It sees less light than those around.
    case dead = "dead"
    /// It reads more than those around.
    case bright = "bright"
  }

  /// A bad pixel.
  public struct Pixel: Sendable, Hashable {
    /// Where it is.
    public var place: PicturePixel
    /// What is wrong with it.
    public var faults: [Fault]
  }

  /// The pixels that were found.
  public struct Result: Sendable {
    /// The pixels, row after row.
    public var pixels: [Pixel]
    /// Good pixels that chance alone puts among them, about.
    public var expectedByChance: Double
    /// Darks and exposures that it rests on.
    public var darkCount: Int
    /// Exposures that it rests on.
    public var exposureCount: Int

    /// How many have a fault.
    public func count(_ fault: Fault) -> Int { pixels.count { $0.faults.contains(fault) } }
  }

  private var faults: [Int: [Fault]] = [:]
  private var tests = 0.0
  private var darkCount = 0
  private var exposureCount = 0
  private let side = FastCCDGeometry.pictureSide

  /// Starts without findings.
  public init() {}

  /// Looks at the mean dark.
  ///
  /// - Parameters:
  ///   - dark: Mean darks, [row, column] of the picture, ADU; NaN where no dark had the pixel.
  ///   - noise: The noise of one word, ADU RMS.
  ///   - count: Darks in the mean.
  public mutating func examine(dark: Image, noise: Double, count: Int) {
    precondition(dark.shape == FastCCDGeometry.pictureShape, "a dark is a whole picture")
    darkCount = max(darkCount, count)
    tests += Double(dark.shape.count)
    let half = side / 2
    for row in 0..<side {
      // A readout column lies along a row of the picture, one half of the chip on either side.
      for columns in [0..<half, half..<side] {
        let values = columns.map { Double(dark[row, $0]) }
        let known = values.filter(\.isFinite)
        let middle = RobustStatistics.median(known)
        let spread = RobustStatistics.spread(known, about: middle)
        let limit = max(8 * spread, 3 * noise)
        for (column, value) in zip(columns, values)
        where value.isNaN || abs(value - middle) > limit {
          faults[row * side + column, default: []].append(.level)
        }
      }
    }
  }

  /// Looks at the scatter of the darks.
  ///
  /// - Parameter darks: Darks that were cleaned as if they were exposures; eight or more, or
  ///   nothing is found.
  public mutating func examine(darks: MeanPicture) {
    darkCount = max(darkCount, darks.frameCount)
    guard darks.frameCount >= 8 else { return }
    tests += Double(darks.shape.count)
    let scatters = Self.scatters(darks)
    let typical = RobustStatistics.median(scatters.filter(\.isFinite))
    let freedom = Double(darks.frameCount - 1)
    // The median of χ² lies below its mean.
    let correction = Self.chiSquareOver(freedom, deviations: 0)
    let highest = typical / correction * Self.chiSquareOver(freedom, deviations: 5.3)
    for (i, scatter) in scatters.enumerated() where scatter.isFinite && scatter > highest {
      faults[i, default: []].append(.noisy)
    }
  }

  /// Looks for pixels whose words hardly change.
  ///
  /// - Parameter darks: The words of darks as they were read: cleaned, a stuck pixel would follow
  ///   the overscan; eight or more, or nothing is found.
  public mutating func examine(rawDarks darks: MeanPicture) {
    darkCount = max(darkCount, darks.frameCount)
    guard darks.frameCount >= 8 else { return }
    let scatters = Self.scatters(darks)
    let lowest = 0.01 * RobustStatistics.median(scatters.filter(\.isFinite))
    for (i, scatter) in scatters.enumerated() where scatter.isFinite && scatter < lowest {
      faults[i, default: []].append(.stuck)
    }
  }

  private static func scatters(_ darks: MeanPicture) -> [Double] {
    darks.sums.indices.map { i in
      let n = Double(darks.counts[i])
      guard n > 2 else { return .nan }
      return max(darks.squares[i] - darks.sums[i] * darks.sums[i] / n, 0) / (n - 1)
    }
  }

  /// Looks at the mean of exposures; the darks that cleaned them have been looked at before.
  ///
  /// - Parameters:
  ///   - mean: Cleaned exposures, ADU.
  ///   - response: What a pixel reads for photons.
  public mutating func examine(exposures mean: MeanPicture, response: PhotonResponse) {
    exposureCount = max(exposureCount, mean.frameCount)
    guard mean.frameCount >= 8 else { return }
    tests += Double(mean.shape.count)
    let image = mean.mean
    let columns = mean.shape.columns
    let values = image.values.span
    for row in 2..<mean.shape.rows - 2 {
      for column in 2..<columns - 2 {
        let i = row * columns + column
        let value = values[i]
        guard value.isFinite else { continue }
        let frames = Double(mean.counts[i])
        let variance =
          response.noise * response.noise + response.aduPerPhoton * Double(max(value, 0))
        // Most pixels are like the four next to them.
        let next = SIMD4(values[i - 1], values[i + 1], values[i - columns], values[i + columns])
        let (low, high) = (Double(next.min()), Double(next.max()))
        let error = 4 * (variance / frames + darkVariance(response)).squareRoot()
        let looksDead = Double(value) < high / 2 && high - Double(value) > error
        let looksBright = Double(value) > 2 * low && Double(value) - low > error
        guard looksDead || looksBright else { continue }
        judge(i, value, values, columns, response, frames)
      }
    }
  }

  private mutating func judge(
    _ i: Int,
    _ value: Float,
    _ values: Span<Float>,
    _ columns: Int,
    _ response: PhotonResponse,
    _ frames: Double
  ) {
    var around: [Float] = []
    for dy in -2...2 {
      for dx in -2...2 where dy != 0 || dx != 0 {
        let other = values[i + dy * columns + dx]
        if other.isFinite { around.append(other) }
      }
    }
    guard around.count >= 12 else { return }
    around.sort()
    let place = around.count / 5
    let (low, high) = (Double(around[place]), Double(around[around.count - 1 - place]))
    func error(_ mean: Double) -> Double {
      let variance = response.noise * response.noise + response.aduPerPhoton * max(mean, 0)
      return (variance / frames + darkVariance(response)).squareRoot()
    }
    if Double(value) < low / 2, low - Double(value) > 8 * error(low) {
      faults[i, default: []].append(.dead)
    }
    if Double(value) > 2 * high, Double(value) - high > 8 * max(error(high), error(Double(value))) {
      faults[i, default: []].append(.bright)
    }
  }

  /// The variance that the mean dark leaves in every frame alike, ADU²: of a cleaned pixel's
  /// noise σ² (1 + 1/n), the part of the dark.
  private func darkVariance(_ response: PhotonResponse) -> Double {
    response.noise * response.noise / Double(max(darkCount, 1) + 1)
  }

  /// What was found.
  public var result: Result {
    let pixels = faults.keys.sorted().map { i in
      Pixel(
        place: PicturePixel(row: i / side, column: i % side),
        faults: faults[i] ?? []
      )
    }
    return Result(
      pixels: pixels,
      expectedByChance: 1e-7 * tests,
      darkCount: darkCount,
      exposureCount: exposureCount
    )
  }

  /// χ² over its degrees of freedom, so many standard deviations up its distribution.
  private static func chiSquareOver(_ freedom: Double, deviations: Double) -> Double {
    let part = 2 / (9 * freedom)
    let root = 1 - part + deviations * part.squareRoot()
    return root * root * root
  }
}
