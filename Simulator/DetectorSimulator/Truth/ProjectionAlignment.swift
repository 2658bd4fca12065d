// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// How far measured projections lie off where the true sample would be, without what no data can tell.
///
/// The sample's place in a scan's image is not where the stage had it: object and probe may move against
/// one another without any pattern changing. So shifts that were applied cannot be judged by the
/// stage's; what was laid on the volume's axes can, by the true projections. A Gauss-Newton step with a
/// factor and an offset finds each tilt's displacement, two of them where it is large.
public struct ProjectionAlignment: Sendable, Hashable {
  /// What is left along the rotation axis, [tilt], pixels.
  public var vertical: [Double]
  /// What is left across it, [tilt], pixels.
  public var horizontal: [Double]

  /// Compares projections on the volume's axes with the true ones.
  ///
  /// - Parameters:
  ///   - projections: Measured OD, [tilt, row = y, column = x'].
  ///   - tilts: The tilts, as many.
  ///   - places: Which of them are compared.
  ///   - phantom: The sample, moved onto the volume.
  ///   - pixelSize: The size of a pixel.
  ///   - absorption: That of the pure phases.
  public init(
    projections: ImageStack,
    tilts: [TiltAngle],
    places: [Int],
    phantom: Phantom,
    pixelSize: Length,
    absorption: PhaseAbsorption
  ) {
    let side = max(projections.shape.rows, projections.shape.columns)
    var displacements: [PixelShift] = []
    let tilts = places.map { tilts[$0] }
    for (place, tilt) in zip(places, tilts) {
      let truth = phantom.paths(tilt: tilt, side: side, pixelSize: pixelSize)
        .opticalDensity(absorption).cropped(to: projections.shape)
      displacements.append(Self.displacement(of: projections[place], from: truth))
    }
    vertical = leastSquaresResidual(displacements.map(\.rows), basis: tilts.map { _ in [1] })
    horizontal = leastSquaresResidual(
      displacements.map(\.columns),
      basis: tilts.map { [1, sine($0.radians), cosine($0.radians)] }
    )
  }

  /// The RMS length of what is left, pixels.
  public var rootMeanSquare: Double {
    let total = zip(vertical, horizontal).reduce(0) { $0 + $1.0 * $1.0 + $1.1 * $1.1 }
    return (total / Double(max(vertical.count, 1))).squareRoot()
  }

  /// How far an image is moved from another one, where that is a fraction of a pixel or little more.
  static func displacement(of image: Image, from reference: Image) -> PixelShift {
    let columns = image.shape.columns
    // image ≈ a reference − b ∂reference/∂row − c ∂reference/∂column + d
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: 4), count: 4)
    var right = [Double](repeating: 0, count: 4)
    for row in 1..<image.shape.rows - 1 {
      for column in 1..<columns - 1 {
        let value = Double(image[row, column])
        guard value.isFinite else { continue }
        let terms = [
          Double(reference[row, column]),
          -Double(reference[row + 1, column] - reference[row - 1, column]) / 2,
          -Double(reference[row, column + 1] - reference[row, column - 1]) / 2,
          1,
        ]
        for i in 0..<4 {
          right[i] += terms[i] * value
          for j in 0..<4 { matrix[i][j] += terms[i] * terms[j] }
        }
      }
    }
    for i in 0..<4 { matrix[i][i] += 1e-12 + 1e-9 * matrix[i][i] }
    let solution = solve(matrix, right)
    guard solution[0] > 0 else { return .zero }
    return PixelShift(rows: solution[1] / solution[0], columns: solution[2] / solution[0])
  }
}
