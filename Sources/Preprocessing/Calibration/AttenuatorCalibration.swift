// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Measures an attenuator's transmission by the continuity of the mean pattern across its edge.
///
/// First the edge: its middle and radius are found as a `CircularEdge`. Then photons are summed in
/// rings one pixel wide along it, over all azimuths, from one to twelve pixels on either side, and
/// the logarithm of their mean is modelled as
///
///     ln μ(x) = a + b x + c x²  outside,   ln T + a + b′ x + c′ x²  inside,
///
/// x pixels beyond the edge. The sums are fitted as Poisson numbers (iteratively reweighted least
/// squares). Slopes are free on either side because the pattern's own slope may change there by as
/// much as a tenth per pixel: one slope for both puts T off by a tenth.
///
/// These make the uncertainty: the scatter of 24 sectors, by leaving each out once
/// (jackknife; photons and speckle), never less than the Poisson error of the fit; and how much T
/// depends on the width, by the spread of fits over 8, 12 and 16 pixels.
///
/// Photons are counted above a threshold (`PhotonResponse`), because behind the disc there are so
/// few that the noise of the dark alone is many times larger.
public struct AttenuatorCalibration: Sendable {
  /// Where the disc is thought to be.
  let start: AttenuatorDisc
  /// What a pixel reads for photons.
  public let response: PhotonResponse

  /// The edge of a disc and what is on its sides.
  public struct Result: Sendable {
    /// The part of the photons that pass.
    public var transmission: CalibratedValue
    /// The disc's edge; nil where none was found and the configured one was used.
    public var edge: CircularEdge?
    /// The middle of the disc that was used.
    public var middle: PicturePosition
    /// Its radius, pixels.
    public var radius: CalibratedValue
    /// The photons of each ring.
    public var rings: [Ring]
    /// The photons counted behind the disc within the rings.
    public var photonsBehind: Double
    /// Pictures in the mean.
    public var frameCount: Int
  }

  /// One ring along the edge.
  public struct Ring: Sendable, Hashable {
    /// How far outside the edge its middle lies, pixels; negative inside.
    public var distance: Double
    /// Mean photons on a pixel in a frame.
    public var photons: Double
    /// The Poisson error of that.
    public var uncertainty: Double
    /// What was fitted; NaN for rings that were left out.
    public var fitted: Double
  }

  /// Prepares.
  ///
  /// - Parameters:
  ///   - attenuator: The disc as the configuration has it, within twelve pixels.
  ///   - geometry: The detector's layout.
  ///   - response: What a pixel reads for photons.
  public init(
    attenuator: AttenuatorParameters,
    geometry: FastCCDGeometry,
    response: PhotonResponse
  ) {
    start = AttenuatorDisc(attenuator, geometry)
    self.response = response
  }

  /// Measures the transmission.
  ///
  /// - Parameter mean: The mean of cleaned frames, ADU, counted above
  ///   `response.countingThreshold`.
  /// - Returns: The transmission and the disc.
  /// - Throws: `CalibrationError` where there are too few photons on either side.
  public func measure(_ mean: MeanPicture) throws(CalibrationError) -> Result {
    guard mean.frameCount > 0 else {
      throw CalibrationError("there are no frames to calibrate the attenuator with")
    }
    let edge = findEdge(mean)
    let disc = edge.map { AttenuatorDisc(middle: $0.middle, radius: $0.radius.value) } ?? start
    let rings = EdgeRings(mean, along: disc, response)
    let widths = [8, 12, 16]
    let fits = widths.map { rings.fit(width: $0, without: nil) }
    guard let best = fits[1] else {
      throw CalibrationError(
        "only \(Int(rings.photonsInside(width: 12).rounded())) photons were counted within 12 "
          + "pixels behind the attenuator's edge in \(mean.frameCount) frames, too few for its "
          + "transmission; use more frames or longer exposures"
      )
    }
    let sectors = EdgeRings.sectorCount
    let without = (0..<sectors).compactMap { rings.fit(width: 12, without: $0)?.logarithm }
    let middle = without.reduce(0, +) / Double(max(without.count, 1))
    let jackknife =
      (without.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } * Double(sectors - 1)
      / Double(sectors)).squareRoot()
    let logarithms = fits.compactMap { $0?.logarithm }
    let typical = logarithms.reduce(0, +) / Double(logarithms.count)
    let model =
      (logarithms.reduce(0) { $0 + ($1 - typical) * ($1 - typical) }
      / Double(max(logarithms.count - 1, 1))).squareRoot()
    let statistical = max(jackknife, best.poissonError)
    let relative =
      (statistical * statistical + model * model + Self.lightError * Self.lightError).squareRoot()
    let transmission = exponential(best.logarithm)
    return Result(
      transmission: CalibratedValue(transmission, uncertainty: transmission * relative),
      edge: edge,
      middle: disc.middle,
      radius: edge?.radius ?? CalibratedValue(start.radius, uncertainty: .nan),
      rings: rings.profile(best),
      photonsBehind: rings.photonsInside(width: 12),
      frameCount: mean.frameCount
    )
  }

  /// Measures the transmission from the same pattern with and without the disc.
  ///
  /// Sums behind the disc are compared, and those beside it make up for a different exposure or
  /// beam. Pixels that either mean lacks, or that were saturated in any frame, take no part.
  ///
  /// - Parameters:
  ///   - mean: With the disc.
  ///   - open: The same without it.
  /// - Returns: The transmission and the disc.
  /// - Throws: `CalibrationError` where there are too few photons.
  public func measure(
    _ mean: MeanPicture,
    withoutDisc open: MeanPicture
  ) throws(CalibrationError) -> Result {
    guard mean.frameCount > 0, open.frameCount > 0 else {
      throw CalibrationError("one of the two recordings has no frames")
    }
    let edge = findEdge(mean)
    let disc = edge.map { AttenuatorDisc(middle: $0.middle, radius: $0.radius.value) } ?? start
    let pair = EdgePair(mean, open, disc, response)
    guard let ratio = pair.ratio(without: nil) else {
      throw CalibrationError(
        "no photons can be compared behind the disc: without it every pixel there is saturated or "
          + "empty; use a shorter exposure without the disc"
      )
    }
    let count = EdgeRings.sectorCount
    let without = (0..<count).compactMap { pair.ratio(without: $0)?.logarithm }
    let middle = without.reduce(0, +) / Double(max(without.count, 1))
    let jackknife =
      (without.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } * Double(count - 1)
      / Double(count)).squareRoot()
    let transmission = exponential(ratio.logarithm)
    return Result(
      transmission: CalibratedValue(
        transmission,
        uncertainty: transmission
          * (max(jackknife, ratio.poissonError) * max(jackknife, ratio.poissonError)
          + Self.lightError * Self.lightError).squareRoot()
      ),
      edge: edge,
      middle: disc.middle,
      radius: edge?.radius ?? CalibratedValue(start.radius, uncertainty: .nan),
      rings: EdgeRings(mean, along: disc, response).profile(nil),
      photonsBehind: ratio.photons,
      frameCount: mean.frameCount
    )
  }

  /// What the statistics of the light leave open.
  private static let lightError = 0.01

  private func findEdge(_ mean: MeanPicture) -> CircularEdge? {
    // What was counted, not the plain mean: behind the disc there is little but noise.
    let image = mean.countedMean
    let wide = CircularEdge.Search(gap: 12, window: 8, isBrightInside: false)
    let narrow = CircularEdge.Search(gap: 3, window: 5, isBrightInside: false)
    guard
      let first = CircularEdge.find(in: image, about: start.middle, radius: start.radius, wide)
    else { return nil }
    return CircularEdge.find(in: image, about: first.middle, radius: first.radius.value, narrow)
  }
}
