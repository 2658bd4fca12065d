// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// The arithmetic of one voxel, with everything that is the same for all voxels worked out before.
struct VoxelKernel {
  /// The inverse of the absorption matrix over the length that a concentration refers to.
  private let lithiatedFromFirst: Float
  private let lithiatedFromSecond: Float
  private let delithiatedFromFirst: Float
  private let delithiatedFromSecond: Float
  /// The least-squares solution with one phase alone.
  private let lithiatedAloneFromFirst: Float
  private let lithiatedAloneFromSecond: Float
  private let delithiatedAloneFromFirst: Float
  private let delithiatedAloneFromSecond: Float
  private let minimumIron: Float
  /// The ends of the range in which the level of empty voxels may lie.
  private let lowestLevel: Float
  private let highestLevel: Float
  private let noiseOfFirst: Float
  private let noiseOfSecond: Float
  private let noiseOfBoth: Float
  /// |D|, and the factors of s, which is D times all iron (see `PolarComposition`).
  private let determinant: Float
  private let sumFromFirst: Float
  private let sumFromSecond: Float
  private let lowerComposition: Float
  private let upperComposition: Float

  /// Prepares the arithmetic.
  ///
  /// - Parameters:
  ///   - parameters: The matrix and the threshold of segmentation.
  ///   - length: The length that a concentration of 1 fills, µm.
  ///   - minimumIron: The mean optical density below which a voxel is empty.
  ///   - noise: The noise of a voxel.
  init(
    parameters: ChemistryParameters,
    length: Double,
    minimumIron: Double,
    noise: OpticalDensityNoise = OpticalDensityNoise(first: 0, second: 0)
  ) {
    let a = parameters.matrix
    let scale = 1 / (a.determinant * length)
    lithiatedFromFirst = Float(a.delithiatedAtSecond * scale)
    lithiatedFromSecond = Float(-a.delithiatedAtFirst * scale)
    delithiatedFromFirst = Float(-a.lithiatedAtSecond * scale)
    delithiatedFromSecond = Float(a.lithiatedAtFirst * scale)
    let lithiated =
      length
      * (a.lithiatedAtFirst * a.lithiatedAtFirst + a.lithiatedAtSecond * a.lithiatedAtSecond)
    lithiatedAloneFromFirst = Float(a.lithiatedAtFirst / lithiated)
    lithiatedAloneFromSecond = Float(a.lithiatedAtSecond / lithiated)
    let delithiated =
      length
      * (a.delithiatedAtFirst * a.delithiatedAtFirst
        + a.delithiatedAtSecond * a.delithiatedAtSecond)
    delithiatedAloneFromFirst = Float(a.delithiatedAtFirst / delithiated)
    delithiatedAloneFromSecond = Float(a.delithiatedAtSecond / delithiated)
    self.minimumIron = Float(minimumIron)
    lowestLevel = (1 - IronSums.levelRange) * Float(minimumIron)
    highestLevel = (1 + IronSums.levelRange) * Float(minimumIron)
    noiseOfFirst = Float(noise.first)
    noiseOfSecond = Float(noise.second)
    noiseOfBoth = Float(noise.common)
    determinant = Float(abs(a.determinant))
    sumFromFirst = Float(a.delithiatedAtSecond - a.lithiatedAtSecond)
    sumFromSecond = Float(a.lithiatedAtFirst - a.delithiatedAtFirst)
    lowerComposition = Float(parameters.segmentationThreshold / 100)
    upperComposition = Float(1 - parameters.segmentationThreshold / 100)
  }

  /// Solves the 2 x 2 system for every voxel, freely or with concentrations that are not negative.
  func concentrations(
    _ first: Span<Float>,
    _ second: Span<Float>,
    isNonNegative: Bool,
    lithiated: inout MutableSpan<Float>,
    delithiated: inout MutableSpan<Float>
  ) {
    precondition(first.count == second.count && first.count == lithiated.count)
    precondition(first.count == delithiated.count)
    if isNonNegative {
      solveNonNegative(first, second, &lithiated, &delithiated)
    } else {
      solve(first, second, &lithiated, &delithiated)
    }
  }

  private func solve(
    _ first: Span<Float>,
    _ second: Span<Float>,
    _ lithiated: inout MutableSpan<Float>,
    _ delithiated: inout MutableSpan<Float>
  ) {
    for i in first.indices {
      (lithiated[i], delithiated[i]) = free(first[i], second[i])
    }
  }

  @inline(__always)
  private func free(_ x: Float, _ y: Float) -> (lithiated: Float, delithiated: Float) {
    (
      lithiatedFromFirst * x + lithiatedFromSecond * y,
      delithiatedFromFirst * x + delithiatedFromSecond * y
    )
  }

  /// Solves min |A c − o|² with c ≥ 0 for every voxel.
  ///
  /// Where the free solution has one negative part, the bounded one lies on that part's boundary:
  /// the way from the free minimum to any admissible point crosses it, and the error grows along
  /// the way. Where both are negative, a matrix of positive entries leaves nothing but zero.
  private func solveNonNegative(
    _ first: Span<Float>,
    _ second: Span<Float>,
    _ lithiated: inout MutableSpan<Float>,
    _ delithiated: inout MutableSpan<Float>
  ) {
    for i in first.indices {
      (lithiated[i], delithiated[i]) = bounded(first[i], second[i])
    }
  }

  @inline(__always)
  private func bounded(_ x: Float, _ y: Float) -> (lithiated: Float, delithiated: Float) {
    let (l, d) = free(x, y)
    let lithiatedAlone = lithiatedAloneFromFirst * x + lithiatedAloneFromSecond * y
    let delithiatedAlone = delithiatedAloneFromFirst * x + delithiatedAloneFromSecond * y
    let boundedL = d < 0 ? lithiatedAlone : l
    let boundedD = l < 0 ? delithiatedAlone : d
    // Comparisons with NaN are false: what was not measured stays NaN.
    return (
      l < 0 ? 0 : boundedL < 0 ? 0 : boundedL,
      d < 0 ? 0 : boundedD < 0 ? 0 : boundedD
    )
  }

  /// Whether a voxel is not empty.
  @inline(__always)
  func hasIron(_ x: Float, _ y: Float, isNonNegative: Bool) -> Bool {
    0.5 * (x + y) >= minimumIron && holdsIron(x, y, isNonNegative: isNonNegative)
  }

  /// Whether both phases together come to something, however little.
  @inline(__always)
  func holdsIron(_ x: Float, _ y: Float, isNonNegative: Bool) -> Bool {
    let (l, d) = isNonNegative ? bounded(x, y) : free(x, y)
    return l + d > 0
  }

  /// By which of the levels of empty voxels a voxel holds iron: the bits of `IronSums`, 0 by none.
  @inline(__always)
  func level(_ x: Float, _ y: Float, isNonNegative: Bool) -> UInt8 {
    let mean = 0.5 * (x + y)
    guard mean >= lowestLevel, holdsIron(x, y, isNonNegative: isNonNegative) else { return 0 }
    return IronSums.lowBit | (mean >= minimumIron ? IronSums.sumBit : 0)
      | (mean >= highestLevel ? IronSums.highBit : 0)
  }

  /// Composition with its error, polar angle and label of every voxel that holds iron; NaN and 0
  /// elsewhere.
  func phases(
    _ first: Span<Float>,
    _ second: Span<Float>,
    _ lithiated: Span<Float>,
    _ delithiated: Span<Float>,
    composition: inout MutableSpan<Float>,
    compositionError: inout MutableSpan<Float>,
    polarAngle: inout MutableSpan<Float>,
    phaseLabel: inout MutableSpan<Float>
  ) {
    composition.update(repeating: .nan)
    compositionError.update(repeating: .nan)
    polarAngle.update(repeating: .nan)
    phaseLabel.update(repeating: 0)
    for i in first.indices {
      let (x, y) = (first[i], second[i])
      guard 0.5 * (x + y) >= minimumIron else { continue }
      let iron = lithiated[i] + delithiated[i]
      guard iron > 0 else { continue }
      let c = lithiated[i] / iron
      composition[i] = c
      compositionError[i] = error(x, y)
      polarAngle[i] = polarDegrees(y, x)
      phaseLabel[i] = c > upperComposition ? 1 : c < lowerComposition ? 3 : 2
    }
  }

  /// The standard error of the composition, |D| √((o₂ δ₁)² + (o₁ δ₂)² + ((o₂ − o₁) δ₀)²) / s², 1 at
  /// most: beyond, nothing is known.
  @inline(__always)
  private func error(_ x: Float, _ y: Float) -> Float {
    let s = sumFromFirst * x + sumFromSecond * y
    let (a, b, c) = (y * noiseOfFirst, x * noiseOfSecond, (y - x) * noiseOfBoth)
    return min(determinant * (a * a + b * b + c * c).squareRoot() / (s * s), 1)
  }
}

/// Sums of voxels, by three levels of empty voxels.
struct IronSums: Sendable {
  /// By the level as it is.
  var sum = IronSum()
  /// By a lower one.
  var low = IronSum()
  /// By a higher one.
  var high = IronSum()

  static let lowBit: UInt8 = 1
  static let sumBit: UInt8 = 2
  static let highBit: UInt8 = 4

  /// Adds a voxel to those sums whose bits are set; whatever is in a higher one is in a lower one.
  @inline(__always)
  mutating func add(_ x: Float, _ y: Float, levels: UInt8) {
    low.first += Double(x)
    low.second += Double(y)
    low.count += 1
    guard levels & Self.sumBit != 0 else { return }
    sum.first += Double(x)
    sum.second += Double(y)
    sum.count += 1
    guard levels & Self.highBit != 0 else { return }
    high.first += Double(x)
    high.second += Double(y)
    high.count += 1
  }

  mutating func add(_ other: IronSums) {
    sum.add(other.sum)
    low.add(other.low)
    high.add(other.high)
  }

  /// How far the level of empty voxels may lie from where it is put, relative.
  static let levelRange: Float = 0.25
}

/// atan2(y, x) in degrees for x + y > 0, to 2·10⁻⁵ degrees.
///
/// With t = (y − x)/(y + x), which is tan(θ − 45°) and lies in [−1, 1] for the first quadrant,
/// θ = 45° + atan t needs one division; the polynomial for atan on [−1, 1] is Abramowitz and
/// Stegun's 4.4.49. Outside the first quadrant |t| > 1, and the library function takes over.
@inline(__always)
func polarDegrees(_ y: Float, _ x: Float) -> Float {
  let t = (y - x) / (y + x)
  guard abs(t) <= 1 else { return arcTangent2(y, x) * (180 / .pi) }
  let s = t * t
  var p: Float = 0.002_866_2257
  p = p * s - 0.016_165_7367
  p = p * s + 0.042_909_6138
  p = p * s - 0.075_289_6400
  p = p * s + 0.106_562_6393
  p = p * s - 0.142_088_9944
  p = p * s + 0.199_935_5085
  p = p * s - 0.333_331_4528
  return 45 + (180 / .pi) * (t + t * s * p)
}
