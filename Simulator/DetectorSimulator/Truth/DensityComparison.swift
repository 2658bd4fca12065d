// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// How well measured optical densities agree with true ones.
public struct DensityComparison: Sendable, Hashable {
  private var cross = 0.0
  private var measuredSquares = 0.0
  private var trueSquares = 0.0

  /// Nothing compared yet.
  public init() {}

  /// Takes values into account.
  ///
  /// - Parameters:
  ///   - measured: Measured OD.
  ///   - truth: True OD, as many.
  ///   - weights: How far each may be trusted, 0...1; nil for all alike.
  public mutating func add(_ measured: [Float], truth: [Float], weights: [Float]? = nil) {
    precondition(measured.count == truth.count, "measured and true values differ in number")
    for i in measured.indices {
      let weight = weights.map { Double($0[i]) } ?? 1
      let (m, t) = (Double(measured[i]), Double(truth[i]))
      cross += weight * m * t
      measuredSquares += weight * m * m
      trueSquares += weight * t * t
    }
  }

  /// The slope of measured over true values, 1 where the scale is right.
  public var scale: Double { trueSquares > 0 ? cross / trueSquares : .nan }

  /// The RMS difference over the RMS of the truth.
  public var relativeError: Double {
    guard trueSquares > 0 else { return .nan }
    let squares = measuredSquares - 2 * cross + trueSquares
    return (max(squares, 0) / trueSquares).squareRoot()
  }

  /// Compares projections on the volume's axes with those of the true sample.
  ///
  /// - Parameters:
  ///   - projections: Measured OD, [tilt, row = y, column = x'].
  ///   - coverage: How far each pixel may be trusted, the same shape.
  ///   - tilts: The tilts.
  ///   - phantom: The sample, moved onto the volume.
  ///   - pixelSize: The size of a pixel.
  ///   - absorption: That of the pure phases.
  public mutating func add(
    projections: ImageStack,
    coverage: ImageStack,
    tilts: [TiltAngle],
    phantom: Phantom,
    pixelSize: Length,
    absorption: PhaseAbsorption
  ) {
    let side = max(projections.shape.rows, projections.shape.columns)
    for (place, tilt) in tilts.enumerated() where place < projections.count {
      let truth = phantom.paths(tilt: tilt, side: side, pixelSize: pixelSize)
        .opticalDensity(absorption)
      add(
        projections[place].values,
        truth: truth.cropped(to: projections.shape).values,
        weights: coverage[place].values
      )
    }
  }
}

extension Image {
  /// The middle of an image.
  func cropped(to size: Shape2D) -> Image {
    guard size != shape else { return self }
    var result = Image(shape: size)
    let top = (shape.rows - size.rows) / 2
    let left = (shape.columns - size.columns) / 2
    for row in 0..<size.rows {
      for column in 0..<size.columns { result[row, column] = self[row + top, column + left] }
    }
    return result
  }
}
