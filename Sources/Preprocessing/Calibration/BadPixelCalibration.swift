// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Finds pixels that cannot be trusted, from darks and from exposures.
///
/// Limits stand where a good pixel passes them with a chance of one in ten million, by the
/// distribution of what is measured and so for any number of darks; a detector of a million pixels
/// without fault then gives none, now and then one. In this order, and a pixel counts under the
/// first that fits:
///
/// - **stuck:** the words of a pixel scatter over the darks by less than χ² allows.
/// - **dark level:** the mean dark of a pixel lies more than 8 robust standard deviations (and 3
///   times the noise, and what its own scatter allows) off the median of its half of the readout
///   line.
/// - **noisy:** the scatter of its cleaned darks is above what χ² allows for the median of its
///   readout row, whose level is known as well or badly as its own (χ² by Wilson and Hilferty,
///   Proc. Natl. Acad. Sci. 17, 684, 1931).
/// - **dead, bright:** the mean of its exposures is less than half of the fifth lowest of the 24
///   pixels around, or more than twice the fifth highest, beyond its error. The fifth of 24 lets
///   edges, corners and whole bad columns pass as what they are.
///
/// Exposures are looked at one exposure time after the other. Pixels that saturation may have
/// changed, and those so dim that a dead one would not be told, are not tested; they are counted.
public struct BadPixelCalibration: Sendable {
  /// What is wrong with a pixel.
  public enum Fault: String, Sendable, Hashable, CaseIterable {
    /// It hardly changes.
    case stuck = "stuck"
    /// Its dark level is off.
    case level = "dark level"
    /// It is too noisy.
    case noisy = "noisy"
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
    public var fault: Fault
  }

  /// The pixels that were found.
  public struct Result: Sendable {
    /// The pixels, row after row.
    public var pixels: [Pixel]
    /// Good pixels that chance alone puts among them, about.
    public var expectedByChance: Double
    /// Darks that it rests on.
    public var darkCount: Int
    /// Exposures that it rests on.
    public var exposureCount: Int
    /// Pixels whose light was not tested because of saturation, in or near them.
    public var saturatedCount: Int
    /// Pixels whose light was not tested because too little fell there.
    public var dimCount: Int
    /// Photons, in all exposures of one time, from which on a pixel is tested, about.
    public var photonsNeeded: Double

    /// How many have a fault.
    public func count(_ fault: Fault) -> Int { pixels.count { $0.fault == fault } }
  }

  /// The darks of one exposure time.
  public struct DarkSeries: Sendable {
    /// The words of darks as they were read: cleaned, a stuck pixel would follow the overscan.
    public var raw: MeanPicture
    /// The same darks cleaned as if they were exposures, ADU.
    public var cleaned: MeanPicture

    /// Makes a series.
    public init(raw: MeanPicture, cleaned: MeanPicture) {
      self.raw = raw
      self.cleaned = cleaned
    }
  }

  /// What is known of a pixel's answer to light.
  private enum Light: UInt8 {
    case untested, dim, saturated, tested
  }

  private let side = FastCCDGeometry.pictureSide
  private var faults: [Int: Fault] = [:]
  private var light: [Light]
  private var tests = 0.0
  private var darkCount = 0
  private var exposureCount = 0
  private var photonsNeeded = 0.0

  /// Starts without findings.
  public init() {
    light = [Light](repeating: .untested, count: FastCCDGeometry.pictureShape.count)
  }

  /// Looks at darks, before exposures are looked at.
  ///
  /// - Parameters:
  ///   - series: Those of each exposure time. With fewer than eight in all, stuck pixels are not
  ///     looked for, with fewer than four no noisy ones.
  ///   - noise: The noise of one cleaned pixel, ADU RMS.
  public mutating func examine(darks series: [DarkSeries], noise: Double) {
    darkCount = series.reduce(0) { $0 + $1.raw.frameCount }
    let raw = PixelScatter(series.map(\.raw))
    let cleaned = PixelScatter(series.map(\.cleaned))
    findStuck(raw, noise)
    for darks in series { findLevels(darks.raw, cleaned, noise) }
    findNoisy(cleaned)
  }

  private mutating func findStuck(_ scatter: PixelScatter, _ noise: Double) {
    // Good words are all alike by chance too, where darks are few; each next one is like the first
    // with a chance of one step over the noise's width.
    let alike = min(1 / (noise * (2 * Double.pi).squareRoot()), 1)
    let chanceAlike = exponential(Double(scatter.largestFreedom) * naturalLogarithm(alike))
    guard chanceAlike < Self.chance else { return }
    tests += Double(scatter.variances.count)
    let typical = RobustStatistics.median(scatter.variances.filter(\.isFinite))
    for (i, variance) in scatter.variances.enumerated() where variance.isFinite {
      let lowest = ChiSquare.lowest(freedom: scatter.freedoms[i], chance: Self.chance)
      if variance < lowest * typical { note(.stuck, i) }
    }
  }

  private mutating func findLevels(_ darks: MeanPicture, _ scatter: PixelScatter, _ noise: Double) {
    let half = side / 2
    let dark = darks.mean
    for row in 0..<side {
      // A readout column lies along a row of the picture, one half of the chip on either side.
      for columns in [0..<half, half..<side] {
        let values = columns.map { Double(dark[row, $0]) }
        let known = values.filter(\.isFinite)
        let middle = RobustStatistics.median(known)
        let spread = RobustStatistics.spread(known, about: middle)
        let limit = max(8 * spread, 3 * noise)
        for (column, value) in zip(columns, values) {
          let i = row * side + column
          let own = scatter.variances[i].isFinite ? scatter.variances[i] : 0
          let error = (own / Double(max(darks.counts[i], 1))).squareRoot()
          if value.isNaN || abs(value - middle) > max(limit, Self.deviations * error) {
            note(.level, i)
          }
        }
      }
    }
  }

  private mutating func findNoisy(_ scatter: PixelScatter) {
    guard scatter.largestFreedom >= 3 else { return }
    tests += Double(scatter.variances.count)
    for column in 0..<side {
      let places = (0..<side).map { $0 * side + column }
      let typical = RobustStatistics.median(places.map { scatter.variances[$0] }.filter(\.isFinite))
      for i in places where scatter.variances[i].isFinite && scatter.freedoms[i] >= 3 {
        let freedom = scatter.freedoms[i]
        let highest =
          ChiSquare.highest(freedom: freedom, deviations: Self.deviations)
          / ChiSquare.highest(freedom: freedom, deviations: 0)
        if scatter.variances[i] > highest * typical { note(.noisy, i) }
      }
    }
  }

  private mutating func note(_ fault: Fault, _ i: Int) {
    if faults[i] == nil { faults[i] = fault }
  }

  /// Looks at the exposures of one exposure time; the darks have been looked at before.
  ///
  /// - Parameters:
  ///   - mean: Cleaned exposures, ADU; eight or more, or nothing is tested.
  ///   - disturbed: Whether saturation may have changed a pixel, [row, column].
  ///   - darkCount: The darks of that exposure time, which the cleaning took off.
  ///   - response: What a pixel reads for photons.
  public mutating func examine(
    exposures mean: MeanPicture,
    disturbed: [Bool],
    darkCount: Int,
    response: PhotonResponse
  ) {
    precondition(disturbed.count == light.count, "saturation is told for the whole picture")
    exposureCount += mean.frameCount
    guard mean.frameCount >= 8 else { return }
    let error = MeanError(response, darkCount: darkCount)
    photonsNeeded = max(photonsNeeded, error.photonsNeeded(frames: Double(mean.frameCount)))
    var image = mean.mean
    // What is bad or disturbed is no measure for its neighbours.
    for i in light.indices where disturbed[i] || faults[i] != nil { image.values[i] = .nan }
    let around = PixelSurroundings(image)
    let values = image.values
    for i in light.indices {
      guard values[i].isFinite else {
        if disturbed[i], light[i] != .tested { light[i] = .saturated }
        continue
      }
      guard let (low, high) = around.levels(i) else { continue }
      let (value, frames) = (Double(values[i]), Double(mean.counts[i]))
      tests += 1
      if value > 2 * high,
        value - high > Self.deviations * max(error(high, frames), error(value, frames))
      {
        note(.bright, i)
      }
      guard error.tellsDead(low, frames) else {
        if light[i] == .untested { light[i] = .dim }
        continue
      }
      light[i] = .tested
      tests += 1
      if value < low / 2, low - value > Self.deviations * error(low, frames) { note(.dead, i) }
    }
  }

  /// What was found.
  public var result: Result {
    let pixels = faults.keys.sorted().compactMap { i in
      faults[i].map { Pixel(place: PicturePixel(row: i / side, column: i % side), fault: $0) }
    }
    let good = light.indices.filter { faults[$0] == nil }
    let saturated = good.count { light[$0] == .saturated }
    return Result(
      pixels: pixels,
      expectedByChance: Self.chance * tests,
      darkCount: darkCount,
      exposureCount: exposureCount,
      saturatedCount: saturated,
      dimCount: good.count { light[$0] != .tested } - saturated,
      photonsNeeded: photonsNeeded
    )
  }

  /// The chance of a good pixel to fail one test.
  private static let chance = 1e-7
  /// The standard deviations that a normal number exceeds, on one side, with that chance.
  static let deviations = 5.2
}
