// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import Synchronization

/// One Gauss-Newton step of all images of a stack at once, with every pixel's amounts free.
///
/// An image on the linear combination fit of the stack alone would drag its own particles along: those of
/// one phase are mostly seen at the energies that move with them. So the amounts are eliminated (variable
/// projection; Golub and Pereyra, SIAM J. Numer. Anal. 10, 413 (1973), doi 10.1137/0710036). With the
/// projector Q = 1 − A (AᵀA)⁻¹ Aᵀ over the energies, the same for all pixels, and the slopes g of what
/// the fit predicts, displacements u solve Σ_F Q_EF ⟨g_E, g_F⟩ u_F = −⟨g_E, r_E⟩ with the residuals r.
struct JointStackAlignment {
  /// How far each image is found to be displaced, pixels, [energy]; zero for the anchor.
  private(set) var displacements: [PixelShift]
  /// One standard deviation of each displacement, the larger of rows and columns, pixels.
  private(set) var standardErrors: [Double]

  /// So many pixels that every image has measured are the fewest to take a step by.
  static let fewestPixels = 17

  /// Where nothing is known of a displacement, it is taken to lie within so many pixels of zero.
  private static let priorReach = 5.0

  /// Takes the step.
  ///
  /// - Parameters:
  ///   - stack: The stack as it lies.
  ///   - fit: The fit of its spectra.
  ///   - maps: What the fit makes of it.
  ///   - anchor: The image that stays.
  ///   - work: Threads that share the sums.
  /// - Throws: `SpectraError` where every image shares fewer than `fewestPixels` pixels, or where the fit has
  ///   no freedom left: its residuals are then rounding.
  init(
    _ stack: SpectrumStack,
    _ fit: LinearCombinationFit,
    _ maps: SpectralMaps,
    anchor: Int,
    sharing work: any WorkSharing
  ) throws(SpectraError) {
    let count = stack.energies.count
    displacements = [PixelShift](repeating: .zero, count: count)
    standardErrors = [Double](repeating: .infinity, count: count)
    let images = Self.slopes(stack, fit, maps)
    let projector = fit.residualProjector
    // Unknowns: rows, then columns, of every image but the anchor.
    let free = (0..<count).filter { $0 != anchor }
    let places = free.map { ($0, 0) } + free.map { ($0, 1) }
    let size = places.count
    guard size > 0, images.measured >= Self.fewestPixels else {
      throw SpectraError("fewer than \(Self.fewestPixels) pixels are measured in every image")
    }
    guard fit.degreesOfFreedom > 0 else {
      throw SpectraError("there are no more images than the fit of a pixel has unknowns")
    }
    let rows = Mutex([[Double]?](repeating: nil, count: size))
    work.perform(size) { a in
      let (energy, axis) = places[a]
      let slope = images.slopes[axis][energy]
      let row = (0...a).map { b -> Double in
        let (other, otherAxis) = places[b]
        return projector[energy][other]
          * Self.product(slope, images.slopes[otherAxis][other])
      }
      rows.withLock { $0[a] = row }
    }
    var matrix = rows.withLock { $0.map { $0 ?? [] } }
    let squares = images.residuals.reduce(0.0) { $0 + Self.product($1, $1) }
    let freedom = Double(images.measured * fit.degreesOfFreedom)
    // Neighbours share their noise: so many pixels say no more than one.
    let variance = squares / freedom * images.correlatedCount
    for a in 0..<size {
      matrix[a][a] += variance / (Self.priorReach * Self.priorReach) + 1e-12
    }
    let right = places.map { energy, axis in
      -Self.product(images.slopes[axis][energy], images.residuals[energy])
    }
    guard let factor = CholeskyFactor(lower: matrix) else {
      throw SpectraError("the images do not tell one another's places")
    }
    let solution = factor.solve(right)
    let inverse = factor.inverseDiagonal()
    standardErrors[anchor] = 0
    for (place, energy) in free.enumerated() {
      let (row, column) = (place, place + free.count)
      displacements[energy] = PixelShift(rows: solution[row], columns: solution[column])
      standardErrors[energy] = (variance * max(inverse[row], inverse[column])).squareRoot()
    }
  }

  private static func product(_ a: [Float], _ b: [Float]) -> Double {
    innerProduct(a.span, b.span)
  }

  /// What the sums run over: pixels that every image has measured, one behind another.
  private struct Images: Sendable {
    /// Slopes of the prediction, [axis][energy].
    var slopes: [[[Float]]]
    /// Image minus prediction, [energy].
    var residuals: [[Float]]
    /// The pixels.
    var measured: Int
    /// How many neighbouring pixels share their noise, as the residuals have it.
    var correlatedCount = 1.0
  }

  private static func slopes(
    _ stack: SpectrumStack,
    _ fit: LinearCombinationFit,
    _ maps: SpectralMaps
  ) -> Images {
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    let pixels = stack.shape.count
    var isWhole = [Bool](repeating: true, count: pixels)
    for (i, value) in stack.opticalDensity.values.enumerated() where !value.isFinite {
      isWhole[i % pixels] = false
    }
    // Slopes take a pixel on every side.
    var inside: [Int] = []
    for row in 1..<max(1, rows - 1) {
      for column in 1..<max(1, columns - 1) {
        let i = row * columns + column
        if isWhole[i], isWhole[i - 1], isWhole[i + 1], isWhole[i - columns], isWhole[i + columns] {
          inside.append(i)
        }
      }
    }
    var images = Images(slopes: [[], []], residuals: [], measured: inside.count)
    var lengths: [Double] = []
    for energy in stack.energies.indices {
      let prediction = fit.prediction(from: maps, energy: energy).values
      let residual = zip(stack.opticalDensity[energy].values, prediction).map { $0 - $1 }
      lengths.append(
        NoiseEstimate(of: residual.span, rowLength: columns) { isWhole[$0] }.correlationLength
      )
      let start = energy * pixels
      images.slopes[0].append(
        inside.map { 0.5 * (prediction[$0 + columns] - prediction[$0 - columns]) }
      )
      images.slopes[1].append(inside.map { 0.5 * (prediction[$0 + 1] - prediction[$0 - 1]) })
      images.residuals.append(
        inside.map { stack.opticalDensity.values[start + $0] - prediction[$0] }
      )
    }
    let length = lengths.sorted()[lengths.count / 2]
    images.correlatedCount =
      OpticalDensityNoise(first: 0, second: 0, correlationLength: length)
      .correlatedCount(dimensions: 2)
    return images
  }
}

/// The factor L of a symmetric positive matrix L Lᵀ.
private struct CholeskyFactor {
  private let lower: [[Double]]

  /// Factors a matrix that is given by its lower half; nil where it is not positive.
  init?(lower matrix: [[Double]]) {
    var l = matrix
    for row in l.indices {
      for column in 0...row {
        var sum = l[row][column]
        for k in 0..<column { sum -= l[row][k] * l[column][k] }
        if row == column {
          guard sum > 0, sum.isFinite else { return nil }
          l[row][row] = sum.squareRoot()
        } else {
          l[row][column] = sum / l[column][column]
        }
      }
    }
    lower = l
  }

  func solve(_ right: [Double]) -> [Double] {
    var x = forward(right)
    for row in x.indices.reversed() {
      for k in row + 1..<x.count { x[row] -= lower[k][row] * x[k] }
      x[row] /= lower[row][row]
    }
    return x
  }

  /// The diagonal of the inverse: of each unit vector's forward solution the squared length.
  func inverseDiagonal() -> [Double] {
    lower.indices.map { place in
      var unit = [Double](repeating: 0, count: lower.count)
      unit[place] = 1
      return forward(unit, from: place).reduce(0) { $0 + $1 * $1 }
    }
  }

  private func forward(_ right: [Double], from first: Int = 0) -> [Double] {
    var x = right
    for row in first..<x.count {
      for k in first..<row { x[row] -= lower[row][k] * x[k] }
      x[row] /= lower[row][row]
    }
    return x
  }
}
