// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Registration
import Testing

@Suite struct MassCenterTests {
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

  /// A disc of radius 8 that slides out of a view of 50 × 50 pixels on a film.
  @Test(arguments: [(0.0, false), (12.0, false), (20.0, true), (25.0, true)])
  func anObjectThatTheViewCutsIsSaidToBe(right: Double, isCut: Bool) throws {
    var random = SeededGenerator(seed: 3)
    var image = Image(shape: Shape2D(square: 50))
    for row in 0..<50 {
      for column in 0..<50 {
        let (y, x) = (Double(row) - 24.5, Double(column) - 24.5 - right)
        let inside = x * x + y * y < 64 ? 1.0 : 0
        image[row, column] = Float(inside + 0.6 + 0.03 * random.normal())
      }
    }
    let center = try #require(
      MassCenter(of: image, weights: Image(shape: image.shape, filledWith: 1))
    )
    #expect(center.isCut == isCut, "\(center)")
    if !isCut { #expect(abs(center.place.columns - right) < 0.2 && abs(center.place.rows) < 0.2) }
  }

  @Test func aFilmIsAPlateauAndADenseSampleIsNot() throws {
    var film = Image(shape: Shape2D(square: 60), filledWith: 0.4)
    var sample = film
    for row in 0..<60 {
      for column in 0..<60 {
        if row > 20, row < 35, column > 15, column < 40 { film[row, column] = 1.6 }
        sample[row, column] = Float(1 + 0.8 * sine(Double(row) / 7) * cosine(Double(column) / 5))
      }
    }
    let weights = Image(shape: film.shape, filledWith: 1)
    let level = try #require(BackgroundLevel(of: film, weights: weights))
    #expect(abs(level.value - 0.4) < 0.01 && level.isFilm)
    #expect(BackgroundLevel(of: sample, weights: weights) == nil)
  }

  @Test func parametersOutOfBoundsAreNamed() {
    var parameters = RegistrationParameters()
    #expect(throws: Never.self) { try parameters.validate() }
    parameters.minimumConfidence = 1.5
    #expect(throws: ParameterError.self) { try parameters.validate() }
  }
}
