// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

extension RegistrationComparison {
  /// Compares projections on the volume's axes with where the true sample would be in them.
  ///
  /// The sample's place in a scan's image is not where the stage had it: object and probe may move
  /// against one another without any pattern changing. So shifts that were applied cannot be judged by
  /// the stage's; what was laid on the volume's axes can, by the true projections. A Gauss-Newton step
  /// with a factor and an offset finds each tilt's displacement.
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
    self.init(errors: displacements, tilts: tilts)
  }

  /// How far an image is moved from another one, where that is a fraction of a pixel or little more.
  package static func displacement(of image: Image, from reference: Image) -> PixelShift {
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
