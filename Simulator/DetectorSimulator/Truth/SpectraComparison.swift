// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Where iron truly is in a map of many energies at one tilt, and how good the map is there.
///
/// A map's own threshold leaves out just those pixels in which it finds too little; the true iron
/// leaves out nothing.
public struct SpectraComparison: Sendable {
  /// Whether a pixel's true iron OD is above the bound, [row, column].
  public let hasIron: [Bool]
  /// How far the sample was moved in the image, from its place in the truth to that in the map.
  public let shift: PixelShift
  /// The correlation of true with measured iron OD over measured pixels, −1...1.
  public let correlation: Double

  /// The pixels with iron.
  public var pixelCount: Int { hasIron.count { $0 } }

  /// Lays the true sample on a map of iron, and marks where there truly is iron.
  ///
  /// - Parameters:
  ///   - iron: Measured iron OD, the mean of two energies, [row = y, column = x']; NaN where not
  ///     measured.
  ///   - phantom: The sample, anywhere.
  ///   - tilt: The tilt at which the map was measured.
  ///   - pixelSize: The size of a pixel.
  ///   - absorption: That of the pure phases, mean of the same energies.
  ///   - bound: True iron OD above which a pixel counts.
  public init(
    iron: Image,
    phantom: Phantom,
    tilt: TiltAngle,
    pixelSize: Length,
    absorption: PhaseAbsorption,
    bound: Float = 0.1
  ) {
    let side = max(iron.shape.rows, iron.shape.columns)
    func rendered(_ shift: PixelShift) -> Image {
      let across = shift.columns * pixelSize.meters
      let move = SIMD3(
        across * cosine(tilt.radians),
        shift.rows * pixelSize.meters,
        across * sine(tilt.radians)
      )
      return phantom.moved(by: move).paths(tilt: tilt, side: side, pixelSize: pixelSize)
        .opticalDensity(absorption).cropped(to: iron.shape)
    }
    var shift = PixelShift.zero
    var truth = rendered(shift)
    let (found, known) = (Self.middle(of: iron), Self.middle(of: truth))
    shift = PixelShift(rows: found.rows - known.rows, columns: found.columns - known.columns)
    for _ in 0..<20 {
      truth = rendered(shift)
      let step = RegistrationComparison.displacement(of: iron, from: truth)
      let length = (step.rows * step.rows + step.columns * step.columns).squareRoot()
      guard length.isFinite else { break }
      shift.rows += step.rows / max(length, 1)
      shift.columns += step.columns / max(length, 1)
      if length < 0.002 { break }
    }
    truth = rendered(shift)
    self.shift = shift
    hasIron = truth.values.map { $0 > bound }
    correlation = Self.correlation(iron, truth)
  }

  /// The share of pixels with iron, percent, whose R-factor is below a bound.
  ///
  /// - Parameters:
  ///   - rFactor: Σ (data − fit)² / Σ data², [row, column]; NaN, where nothing was fitted, counts as
  ///     above.
  ///   - bound: The bound.
  /// - Returns: Percent; NaN where no pixel has iron.
  public func wellFitted(_ rFactor: Image, below bound: Float = 0.15) -> Double {
    percent { rFactor.values[$0] < bound }
  }

  /// The share of pixels with iron, percent, whose phase differs between two maps.
  ///
  /// - Parameters:
  ///   - judged: LiFePO₄ / (LiFePO₄ + FePO₄), [row, column]; NaN where it finds no iron.
  ///   - reference: The map that counts as right; a NaN in either one counts as a difference.
  ///   - threshold: X: a phase is rich where the other one has less than this part.
  /// - Returns: Percent; NaN where no pixel has iron.
  public func mismatch(of judged: Image, with reference: Image, threshold: Float = 0.3) -> Double {
    func phase(_ composition: Float) -> Int? {
      guard !composition.isNaN else { return nil }
      return composition > 1 - threshold ? 1 : composition < threshold ? 3 : 2
    }
    return percent { i in
      let (a, b) = (phase(judged.values[i]), phase(reference.values[i]))
      return a == nil || a != b
    }
  }

  private func percent(_ isCounted: (Int) -> Bool) -> Double {
    let count = hasIron.indices.count { hasIron[$0] && isCounted($0) }
    return pixelCount > 0 ? 100 * Double(count) / Double(pixelCount) : .nan
  }

  /// The centre of mass of what exceeds a third of the strong pixels.
  private static func middle(of image: Image) -> PixelShift {
    let known = image.values.filter(\.isFinite).sorted()
    guard !known.isEmpty else { return .zero }
    let strong = known[min(known.count - 1, known.count * 98 / 100)]
    var sum = PixelShift.zero
    var mass = 0.0
    for row in 0..<image.shape.rows {
      for column in 0..<image.shape.columns where image[row, column] > strong / 3 {
        let value = Double(image[row, column])
        sum.rows += value * Double(row)
        sum.columns += value * Double(column)
        mass += value
      }
    }
    return mass > 0 ? PixelShift(rows: sum.rows / mass, columns: sum.columns / mass) : .zero
  }

  private static func correlation(_ a: Image, _ b: Image) -> Double {
    var (count, sumA, sumB, squaresA, squaresB, products) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for (a, b) in zip(a.values, b.values) where a.isFinite && b.isFinite {
      let (a, b) = (Double(a), Double(b))
      count += 1
      sumA += a
      sumB += b
      squaresA += a * a
      squaresB += b * b
      products += a * b
    }
    guard count > 0 else { return .nan }
    let spread = (squaresA - sumA * sumA / count) * (squaresB - sumB * sumB / count)
    return spread > 0 ? (products - sumA * sumB / count) / spread.squareRoot() : .nan
  }
}
