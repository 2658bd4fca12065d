// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// How much each pixel scatters from frame to frame, over several series of frames.
struct PixelScatter {
  /// The variance about the mean of each series, [row, column], ADU²; NaN with fewer than two.
  private(set) var variances: [Double]
  /// Its degrees of freedom, [row, column].
  private(set) var freedoms: [Int]

  init(_ series: [MeanPicture]) {
    let count = series.first?.shape.count ?? 0
    var squares = [Double](repeating: 0, count: count)
    var freedoms = [Int](repeating: 0, count: count)
    for mean in series {
      for i in squares.indices where mean.counts[i] > 1 {
        let n = Double(mean.counts[i])
        squares[i] += max(mean.squares[i] - mean.sums[i] * mean.sums[i] / n, 0)
        freedoms[i] += Int(n) - 1
      }
    }
    self.freedoms = freedoms
    variances = zip(squares, freedoms).map { $1 > 0 ? $0 / Double($1) : .nan }
  }

  /// The degrees of freedom of a pixel that no frame lacks.
  var largestFreedom: Int { freedoms.max() ?? 0 }
}

/// Limits of χ² over its degrees of freedom.
enum ChiSquare {
  /// What it exceeds as rarely as a normal number exceeds so many standard deviations.
  ///
  /// By Wilson and Hilferty; for few degrees of freedom it is exceeded more rarely than that.
  static func highest(freedom: Int, deviations: Double) -> Double {
    let part = 2 / (9 * Double(freedom))
    let root = 1 - part + deviations * part.squareRoot()
    return root * root * root
  }

  /// What it stays below with a small chance p, by the first term of its distribution's series,
  /// p = (x/2)^(ν/2) / Γ(ν/2 + 1), which is never smaller than the chance itself.
  static func lowest(freedom: Int, chance: Double) -> Double {
    let half = Double(freedom) / 2
    var logarithm = naturalLogarithm(chance)
    // ln Γ(ν/2 + 1), down to Γ(1) = 1 or Γ(1/2) = √π.
    var factor = half
    while factor > 0.25 {
      logarithm += naturalLogarithm(factor)
      factor -= 1
    }
    if freedom % 2 == 1 { logarithm += naturalLogarithm(Double.pi) / 2 }
    return 2 * exponential(logarithm / half) / Double(freedom)
  }
}

/// The error of a pixel's mean over exposures.
struct MeanError {
  private let response: PhotonResponse
  /// What the mean dark leaves in every frame alike, ADU²: of a cleaned pixel's noise
  /// σ² (1 + 1/n), the part of the dark.
  private let darkVariance: Double

  init(_ response: PhotonResponse, darkCount: Int) {
    self.response = response
    darkVariance = response.noise * response.noise / Double(max(darkCount, 1) + 1)
  }

  /// The standard error of a pixel that reads so much on average, ADU.
  func callAsFunction(_ mean: Double, _ frames: Double) -> Double {
    let variance = response.noise * response.noise + response.aduPerPhoton * max(mean, 0)
    return (variance / frames + darkVariance).squareRoot()
  }

  /// Whether a dead pixel would be told by a level around it, but for one in a thousand.
  func tellsDead(_ level: Double, _ frames: Double) -> Bool {
    let dead = 3 * self(0, frames)
    return level > BadPixelCalibration.deviations * self(level, frames) + dead && level / 2 > dead
  }

  /// The photons of all frames together from which on a dead pixel is told.
  func photonsNeeded(frames: Double) -> Double {
    var (low, high) = (0.0, 1e6)
    while high - low > 1e-3 * high {
      let middle = (low + high) / 2
      if tellsDead(middle, frames) { high = middle } else { low = middle }
    }
    return high * frames / response.aduPerPhoton
  }
}

/// What the pixels around each one read.
struct PixelSurroundings {
  private let image: Image

  /// Takes means, [row, column]; NaN where they are no measure.
  init(_ image: Image) { self.image = image }

  /// The fifth lowest and the fifth highest of the 24 pixels around, and as large a part of them
  /// where some are off the picture or no measure; nil where fewer than eight are left.
  func levels(_ i: Int) -> (low: Double, high: Double)? {
    let (rows, columns) = (image.shape.rows, image.shape.columns)
    let (row, column) = (i / columns, i % columns)
    var around = SIMD32<Float>(repeating: .infinity)
    var count = 0
    let values = image.values.span
    for y in max(row - 2, 0)...min(row + 2, rows - 1) {
      for x in max(column - 2, 0)...min(column + 2, columns - 1) where y != row || x != column {
        let value = values[y * columns + x]
        guard value.isFinite else { continue }
        // Sorted as they come.
        var place = count
        while place > 0, around[place - 1] > value {
          around[place] = around[place - 1]
          place -= 1
        }
        around[place] = value
        count += 1
      }
    }
    guard count >= 8 else { return nil }
    let place = count / 5
    return (Double(around[place]), Double(around[count - 1 - place]))
  }
}
