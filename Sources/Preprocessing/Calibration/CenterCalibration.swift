// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// Finds where the direct beam falls, from the mean of many frames.
///
/// The zone plate's far field is an annulus whose outer edge is sharp and whose radius is known:
/// the outermost zones, Δr wide, send light to sin θ = λ / (2 Δr). The annulus is first looked for
/// as the place where the mean within the cone stands out most over that around it; then a circle
/// is fitted to its outer edge (`CircularEdge`). A centre of mass would follow the sample's own
/// scattering; the edge does not. Its uncertainty is made of the jackknife over azimuths
/// (`CircularEdge`), of the scatter over six parts of the frames, and of how much the circle depends
/// on how far from the edge the levels are taken: what the sample scatters over the edge blurs it,
/// and moves the radius most. Where fewer than four of the parts, or one of the fits, show an edge,
/// 0.4 pixels are added. Behind an attenuator only the pixels behind it take part, so
/// that its transmission need not be known.
public struct CenterCalibration: Sendable {
  /// The radius of the cone that is expected, pixels.
  public let expectedRadius: Double
  /// The diameter of the dark middle of the cone over that of the cone.
  public let centralStop: Double
  /// How far the beam may be from where it is looked for, pixels.
  public var reach = 100
  private let isUsed: [Bool]?

  /// A beam that was found.
  public struct Result: Sendable {
    /// Where it falls.
    public var center: PicturePosition
    /// The uncertainty of either coordinate, pixels.
    public var uncertainty: Double
    /// The radius of its cone, pixels.
    public var radius: CalibratedValue
    /// The circle that was fitted, its own uncertainties those of the jackknife alone.
    public var edge: CircularEdge
    /// Pictures in the mean.
    public var frameCount: Int
  }

  /// Prepares for one energy.
  ///
  /// - Parameters:
  ///   - geometry: The detector's layout.
  ///   - parameters: Distance and attenuator.
  ///   - energy: The photon energy.
  ///   - outerZone: The width of the zone plate's outermost zone.
  ///   - centralStop: The diameter of its central stop over its own.
  public init(
    geometry: FastCCDGeometry,
    parameters: PreprocessingParameters,
    energy: PhotonEnergy,
    outerZone: Length,
    centralStop: Double
  ) {
    let sine = min(energy.wavelength.meters / (2 * outerZone.meters), 0.9)
    expectedRadius =
      parameters.detectorDistance.meters * tangent(arcSine(sine)) / geometry.pixelSize.meters
    self.centralStop = centralStop
    isUsed = parameters.attenuator.map { attenuator in
      let disc = AttenuatorDisc(attenuator, geometry)
      return (0..<FastCCDGeometry.pictureShape.count).map { i in
        disc.distance(
          row: i / FastCCDGeometry.pictureSide,
          column: i % FastCCDGeometry.pictureSide
        ) < -max(attenuator.edgeWidth, 1)
      }
    }
  }

  /// Finds the beam.
  ///
  /// - Parameters:
  ///   - pictures: Cleaned frames of one exposure time; the more, the smaller the uncertainty.
  ///   - start: Where it is looked for.
  /// - Returns: The beam.
  /// - Throws: `CalibrationError` where nothing looks like it.
  public func find(
    in pictures: BeamPictures,
    near start: PicturePosition
  ) throws(CalibrationError) -> Result {
    guard pictures.frameCount > 0 else {
      throw CalibrationError("there are no frames to find the direct beam in")
    }
    let images = pictures.images()
    let image = masked(images.whole)
    let words =
      "no disc of about \(tenths(expectedRadius)) pixels radius stands out within \(reach) pixels "
      + "of [\(tenths(start.row)), \(tenths(start.column))]"
    guard let rough = roughPlace(in: image, near: start) else {
      throw CalibrationError(words + "; is the direct beam on the detector and behind the disc?")
    }
    let reachOfEdge = max(0.12 * expectedRadius, 2)
    let widest = CircularEdge.Search(
      gap: min(max(3, reachOfEdge), 0.3 * expectedRadius),
      window: max(0.15 * expectedRadius, 1.5),
      isBrightInside: true
    )
    let narrow = CircularEdge.Search(
      gap: max(0.07 * expectedRadius, 2),
      window: max(0.12 * expectedRadius, 1.5),
      isBrightInside: true
    )
    guard
      let first = CircularEdge.find(in: image, about: rough, radius: expectedRadius, widest),
      let edge = CircularEdge.find(
        in: image,
        about: first.middle,
        radius: first.radius.value,
        narrow
      )
    else {
      throw CalibrationError(
        words + " with a sharp edge; take more frames, or check probe.outer_zone_width_m and "
          + "preprocessing.detector_distance_m"
      )
    }
    let others = images.parts.compactMap {
      CircularEdge.find(in: masked($0), about: edge.middle, radius: edge.radius.value, narrow)
    }
    let variants = Self.variants.compactMap { factor in
      var search = narrow
      search.gap *= factor
      search.window *= factor
      return CircularEdge.find(in: image, about: edge.middle, radius: edge.radius.value, search)
    }
    let errors = [\CircularEdge.middle.row, \.middle.column, \.radius.value].map { value in
      Self.error(of: edge[keyPath: value], others.map { $0[keyPath: value] })
        + Self.squaredRange(variants.map { $0[keyPath: value] })
    }
    // Where many parts show no edge, those that do say too little of how the others would scatter.
    let isSupported =
      others.count >= min(4, images.parts.count) && variants.count == Self.variants.count
    let unsupported = isSupported ? 0 : Self.unsupportedError * Self.unsupportedError
    let jackknife = edge.middleUncertainty * edge.middleUncertainty + unsupported
    let radiusError = (edge.radius.uncertainty * edge.radius.uncertainty + unsupported).squareRoot()
    return Result(
      center: edge.middle,
      uncertainty: (jackknife + max(errors[0], errors[1])).squareRoot(),
      radius: CalibratedValue(
        edge.radius.value,
        uncertainty: (radiusError * radiusError + errors[2]).squareRoot()
      ),
      edge: edge,
      frameCount: pictures.frameCount
    )
  }

  /// How far from the edge the levels are taken, in other fits, over how far in the first.
  private static let variants = [0.75, 1.35]
  /// What is added to the error where the edge is not seen in most parts of the frames, or not in
  /// each of the other fits, pixels: no search ends with that.
  private static let unsupportedError = 0.4

  /// The square of the error of a value by how those of parts of the frames scatter about it.
  private static func error(of value: Double, _ parts: [Double]) -> Double {
    guard parts.count > 1 else { return 0 }
    let n = Double(parts.count)
    return parts.reduce(0) { $0 + ($1 - value) * ($1 - value) } / (n * (n - 1))
  }

  /// The square of half the distance between the lowest and the highest value.
  private static func squaredRange(_ values: [Double]) -> Double {
    let half = ((values.max() ?? 0) - (values.min() ?? 0)) / 2
    return half * half
  }

  /// A picture without the pixels that the attenuator leaves out.
  private func masked(_ image: Image) -> Image {
    guard let isUsed else { return image }
    var image = image
    for i in image.values.indices where !isUsed[i] { image.values[i] = .nan }
    return image
  }

  /// The place where the mean in the cone stands out most over that around it.
  private func roughPlace(in image: Image, near start: PicturePosition) -> PicturePosition? {
    let inner = max(centralStop + 0.1, 0.3) * expectedRadius
    let inside = offsets(from: min(inner, 0.8 * expectedRadius), to: 0.9 * expectedRadius)
    let outside = offsets(from: 1.15 * expectedRadius, to: 1.45 * expectedRadius)
    let values = image.values.span
    let shape = image.shape
    /// The mean over some pixels and the square of its error by how they scatter.
    func mean(
      _ offsets: [(Int, Int)],
      _ row: Int,
      _ column: Int
    ) -> (mean: Float, variance: Float)? {
      var sum: Float = 0
      var squares: Float = 0
      var count = 0
      for (dy, dx) in offsets {
        let (y, x) = (row + dy, column + dx)
        guard y >= 0, x >= 0, y < shape.rows, x < shape.columns else { continue }
        let value = values[y * shape.columns + x]
        if value.isNaN { continue }
        sum += value
        squares += value * value
        count += 1
      }
      guard count > 1, 2 * count >= offsets.count else { return nil }
      let n = Float(count)
      return (sum / n, max(squares - sum * sum / n, 0) / (n * (n - 1)))
    }
    var best: (score: Float, variance: Float, row: Int, column: Int)?
    func attempt(_ row: Int, _ column: Int) {
      guard let a = mean(inside, row, column), let b = mean(outside, row, column) else { return }
      let score = a.mean - b.mean
      if score > best?.score ?? 0 { best = (score, a.variance + b.variance, row, column) }
    }
    let (row, column) = (Int(start.row.rounded()), Int(start.column.rounded()))
    for y in stride(from: row - reach, through: row + reach, by: 3) {
      for x in stride(from: column - reach, through: column + reach, by: 3) { attempt(y, x) }
    }
    guard let coarse = best else { return nil }
    for y in coarse.row - 2...coarse.row + 2 {
      for x in coarse.column - 2...coarse.column + 2 { attempt(y, x) }
    }
    // Of thousands of places one stands out of mere noise by five errors, or eight where rows of
    // noise hang together.
    guard let best, best.score > 12 * best.variance.squareRoot() else { return nil }
    return PicturePosition(row: Double(best.row), column: Double(best.column))
  }

  /// Pixels between two radii, every other one.
  private func offsets(from low: Double, to high: Double) -> [(Int, Int)] {
    let reach = Int(high) + 1
    return (-reach...reach).flatMap { y in
      stride(from: -reach + (y & 1), through: reach, by: 2).compactMap { x in
        let radius = Double(x * x + y * y).squareRoot()
        return radius >= low && radius < high ? (y, x) : nil
      }
    }
  }

  private func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}

/// An attenuator as a disc in the picture.
struct AttenuatorDisc: Sendable {
  /// The middle.
  var middle: PicturePosition
  /// The radius, pixels.
  var radius: Double

  init(_ attenuator: AttenuatorParameters, _ geometry: FastCCDGeometry) {
    let half = Double(FastCCDGeometry.pictureSide - 1) / 2
    middle = PicturePosition(
      row: half + attenuator.offset.rows,
      column: half + attenuator.offset.columns
    )
    radius = attenuator.radius.meters / geometry.pixelSize.meters
  }

  init(middle: PicturePosition, radius: Double) {
    self.middle = middle
    self.radius = radius
  }

  /// How far a pixel lies outside the edge, negative inside, pixels.
  func distance(row: Int, column: Int) -> Double {
    let (y, x) = (Double(row) - middle.row, Double(column) - middle.column)
    return (x * x + y * y).squareRoot() - radius
  }
}
