// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Testing

@Suite struct CenterOfMassTests {
  @Test func aBlobsCentreIsFoundThroughNoiseAndUnlitNonsense() throws {
    var random = SeededGenerator(seed: 9)
    var image = Image(shape: Shape2D(rows: 60, columns: 70))
    var weights = Image(shape: image.shape, filledWith: 1)
    for row in 0..<60 {
      for column in 0..<70 {
        let (dy, dx) = (Double(row) - 29.5 - 4.2, Double(column) - 34.5 + 6.7)
        image[row, column] =
          Float(exponential(-(dy * dy + dx * dx) / 50) + 0.07 * random.normal())
        if row < 8 || column > 60 {
          image[row, column] = .nan
          weights[row, column] = 0
        }
      }
    }
    let center = try #require(MassCenter(of: image, weights: weights)).place
    #expect(abs(center.rows - 4.2) < 0.3)
    #expect(abs(center.columns + 6.7) < 0.3)
  }

  @Test func emptinessHasNoCentre() {
    let empty = Image(shape: Shape2D(square: 10))
    #expect(MassCenter(of: empty, weights: Image(shape: empty.shape, filledWith: 1)) == nil)
    #expect(MassCenter(of: empty, weights: empty) == nil)
  }

  @Test func parametersOutOfBoundsAreNamed() {
    var parameters = RegistrationParameters()
    #expect(throws: Never.self) { try parameters.validate() }
    parameters.minimumConfidence = 1.5
    #expect(throws: ParameterError.self) { try parameters.validate() }
  }
}
