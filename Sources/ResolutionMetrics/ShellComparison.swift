// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
public import Imaging

/// Two volumes on their way to their shell correlation, in the memory of two volumes and in slices of
/// a few milliseconds.
///
/// Both real volumes stand in one complex array, z = a + i b, and one transform in place serves
/// both: A(k) = (Z(k) + Z*(−k)) / 2 and B(k) = (Z(k) − Z*(−k)) / 2i. It runs along y first, then
/// plane by plane across the axis; each pair of planes ±k goes into the sums and is forgotten.
public struct ShellComparison: Sendable {
  /// One of the two volumes.
  public enum Half: Sendable, Hashable, CaseIterable {
    /// The real part.
    case first
    /// The imaginary part.
    case second
  }

  private enum Stage {
    case filling
    case measuring(x: Int)
    case transformingRows(x: Int)
    case summingPlanes(from: Int)
    case done
  }

  private let sizeX: Int
  private let sizeZ: Int
  private let sizeY: Int
  /// Between rows, even: FFTW wants them to begin at multiples of 16 bytes.
  private let rowStride: Int
  private let edge: SoftEdge
  private var values: [Complex64]
  private var stage = Stage.filling
  private var moments = Moments()
  private var rowPlan: FourierPlan3D?
  private var planePlan: FourierPlan2D?
  private var sums: RingSums

  /// Starts with two volumes of zeros.
  ///
  /// - Parameters:
  ///   - sizeX: The extent along x.
  ///   - sizeZ: The extent along z.
  ///   - sizeY: The extent along y.
  ///   - edge: How the volumes fade out towards their faces.
  public init(sizeX: Int, sizeZ: Int, sizeY: Int, edge: SoftEdge = .none) {
    precondition(sizeX > 0 && sizeZ > 0 && sizeY > 0, "a volume has voxels")
    self.sizeX = sizeX
    self.sizeZ = sizeZ
    self.sizeY = sizeY
    self.edge = edge
    rowStride = sizeY + sizeY % 2
    values = [Complex64](repeating: .zero, count: sizeX * sizeZ * rowStride)
    sums = RingSums(extents: [sizeX, sizeZ, sizeY])
  }

  /// Adds a volume to one of the two, times a factor.
  ///
  /// - Parameters:
  ///   - volume: The volume, of the same extents.
  ///   - factor: What to multiply it by.
  ///   - half: Which of the two to add it to.
  public mutating func add(_ volume: Volume, times factor: Float = 1, to half: Half) {
    precondition(
      volume.sizeX == sizeX && volume.sizeZ == sizeZ && volume.sizeY == sizeY,
      "the volumes differ in extent"
    )
    guard case .filling = stage else { preconditionFailure("the comparison has begun") }
    let unit = half == .first ? Complex64(factor) : Complex64(0, factor)
    let (rows, sizeY, rowStride) = (sizeX * sizeZ, sizeY, rowStride)
    let source = volume.values.span
    var target = values.mutableSpan
    for row in 0..<rows {
      let (from, to) = (row * sizeY, row * rowStride)
      for y in 0..<sizeY { target[to + y] = target[to + y] + source[from + y] * unit }
    }
  }

  /// Does a slice of the work, a few milliseconds at 256³.
  ///
  /// - Returns: The correlation when all is done; nil before.
  public mutating func advance() -> RingCorrelation? {
    switch stage {
    case .filling:
      stage = .measuring(x: 0)
    case .measuring(let x):
      moments = momentsIncluding(x)
      stage = x + 1 < sizeX ? .measuring(x: x + 1) : .transformingRows(x: 0)
    case .transformingRows(let x):
      transformRows(x)
      stage = x + 1 < sizeX ? .transformingRows(x: x + 1) : .summingPlanes(from: 0)
    case .summingPlanes(let first):
      // Planes k and −k go together; 0 to N/2 are all.
      let planes = first..<min(first + Self.planesInSlice, sizeY / 2 + 1)
      sumPlanes(planes)
      guard planes.upperBound > sizeY / 2 else {
        stage = .summingPlanes(from: planes.upperBound)
        return nil
      }
      stage = .done
      values = []
    case .done: break
    }
    guard case .done = stage else { return nil }
    return RingCorrelation(real: sums)
  }

  /// Does all of the work.
  public consuming func correlation() -> RingCorrelation {
    while true {
      if let correlation = advance() { return correlation }
    }
  }

  // MARK: - Stages

  /// Sums under the window, of weights, values and squares.
  private struct Moments {
    var weight = 0.0
    var sum = SIMD2<Double>.zero
    var squares = SIMD2<Double>.zero

    var mean: SIMD2<Double> { weight > 0 ? sum / weight : .zero }

    /// What brings one volume to a variance of 1; 0 where it is flat but for rounding.
    func scale(_ half: Int) -> Float {
      guard weight > 0 else { return 0 }
      let square = squares[half] / weight
      let variance = square - mean[half] * mean[half]
      return variance > 1e-13 * square ? Float(1 / variance.squareRoot()) : 0
    }
  }

  /// The sums so far with those of one x.
  private func momentsIncluding(_ x: Int) -> Moments {
    let slab = edge.factors(count: sizeX)[x]
    let across = edge.factors(count: sizeZ)
    let along = edge.factors(count: sizeY)
    var found = moments
    let source = values.span
    for z in 0..<sizeZ {
      let start = (x * sizeZ + z) * rowStride
      var (weight, sum, squares) = (0.0, SIMD2<Double>.zero, SIMD2<Double>.zero)
      for y in 0..<sizeY {
        let value = SIMD2(Double(source[start + y].re), Double(source[start + y].im))
        let factor = Double(along[y])
        weight += factor
        sum += factor * value
        squares += factor * (value * value)
      }
      let factor = Double(slab * across[z])
      found.weight += factor * weight
      found.sum += factor * sum
      found.squares += factor * squares
    }
    return found
  }

  /// Takes the means off, fades the faces out, and transforms along y.
  private mutating func transformRows(_ x: Int) {
    let plan = rowPlan ?? FourierPlan3D(sizes: [1, 1, sizeY])
    rowPlan = plan
    let slab = edge.factors(count: sizeX)[x]
    let across = edge.factors(count: sizeZ)
    let along = edge.factors(count: sizeY)
    let mean = Complex64(Float(moments.mean.x), Float(moments.mean.y))
    // Of equal strength: rounding of the stronger one would fill the shells of a weaker one.
    let scales = (moments.scale(0), moments.scale(1))
    let (sizeZ, sizeY, rowStride) = (sizeZ, sizeY, rowStride)
    var target = values.mutableSpan
    for z in 0..<sizeZ {
      let start = (x * sizeZ + z) * rowStride
      let weight = slab * across[z]
      var row = target._mutatingExtracting(start..<start + sizeY)
      for y in row.indices {
        let value = (weight * along[y]) * (row[y] - mean)
        row[y] = Complex64(scales.0 * value.re, scales.1 * value.im)
      }
      plan.forward(&row)
    }
  }

  /// Transforms planes across the axis and adds them, with those at −k, to the sums.
  private mutating func sumPlanes(_ planes: Range<Int>) {
    let plan =
      planePlan ?? FourierPlan2D(shape: Shape2D(rows: sizeX, columns: sizeZ), effort: .estimate)
    planePlan = plan
    let size = sizeX * sizeZ
    let stride = size + size % 2
    var scratch = gathered(planes, stride: stride)
    var planeValues = scratch.mutableSpan
    for plane in 0..<2 * planes.count {
      var pixels = planeValues._mutatingExtracting(plane * stride..<plane * stride + size)
      plan.forward(&pixels)
    }
    for (number, k) in planes.enumerated() {
      let start = 2 * number * stride
      sums.add(
        planeValues.span.extracting(start..<start + size),
        planeValues.span.extracting(start + stride..<start + stride + size),
        plane: k
      )
    }
  }

  /// The values at each place k along y and at −k, one plane behind the other, [x, z].
  private func gathered(_ planes: Range<Int>, stride: Int) -> [Complex64] {
    var scratch = [Complex64](repeating: .zero, count: 2 * planes.count * stride)
    var target = scratch.mutableSpan
    let source = values.span
    for place in 0..<sizeX * sizeZ {
      let row = place * rowStride
      for (number, k) in planes.enumerated() {
        target[2 * number * stride + place] = source[row + k]
        target[(2 * number + 1) * stride + place] = source[row + (sizeY - k) % sizeY]
      }
    }
    return scratch
  }

  private static let planesInSlice = 2
}
