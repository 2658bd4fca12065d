// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import ResolutionMetrics
import Testing

@Suite struct EdgeWidthTests {
  /// A step along columns blurred by a Gaussian, integrated from its derivative.
  private func edge(deviation: Double, at center: Double, rising: Bool = true) -> [Double] {
    var values: [Double] = []
    var height = 0.0
    let fine = 0.01
    for i in 0..<8000 {
      if i % 100 == 0 { values.append(rising ? 1 + 2 * height : 3 - 2 * height) }
      let z = ((Double(i) + 0.5) * fine - center) / deviation
      height += fine * exponential(-z * z / 2) / (deviation * (2 * Double.pi).squareRoot())
    }
    return values
  }

  @Test(arguments: [2.0, 3.5, 6.0], [true, false])
  func aGaussianEdgeIs2563SigmaWide(deviation: Double, rising: Bool) throws {
    let profile = LineProfile(
      step: 1,
      values: edge(deviation: deviation, at: 37.3, rising: rising)
    )
    let measured = try #require(EdgeWidth(of: profile))
    #expect(abs(measured.width / (2.563 * deviation) - 1) < 0.02)
    #expect(abs(measured.position - 37.3) < 0.05)
    #expect(abs(measured.levelBefore - (rising ? 1 : 3)) < 0.01)
    #expect(abs(measured.levelBehind - (rising ? 3 : 1)) < 0.01)
  }

  @Test func whatHasNoEdgeHasNoWidth() {
    #expect(EdgeWidth(of: LineProfile(step: 1, values: [Double](repeating: 2, count: 30))) == nil)
    #expect(EdgeWidth(of: LineProfile(step: 1, values: [0, 1])) == nil)
    #expect(EdgeWidth(of: LineProfile(step: 1, values: [0, 0, .nan, 1, 1, 1])) == nil)
  }

  /// A slanted edge is as wide across itself whatever way the line crosses the image.
  @Test(arguments: [0.0, 30, 75, 160])
  func aSlantedEdgeIsAsWide(degrees: Double) throws {
    let angle = degrees * .pi / 180
    let (down, right) = (sine(angle), cosine(angle))
    let deviation = 3.0
    let steep = edge(deviation: deviation, at: 40)
    var image = Image(shape: Shape2D(square: 80))
    for row in 0..<80 {
      for column in 0..<80 {
        let place = (Double(row) - 39.5) * down + (Double(column) - 39.5) * right + 40
        let whole = min(max(Int(place), 0), steep.count - 2)
        let part = min(max(place - Double(whole), 0), 1)
        image[row, column] = Float((1 - part) * steep[whole] + part * steep[whole + 1])
      }
    }
    let profile = lineProfile(
      of: image,
      from: PixelPosition(row: 39.5 - 30 * down, column: 39.5 - 30 * right),
      to: PixelPosition(row: 39.5 + 30 * down, column: 39.5 + 30 * right),
      width: 5
    )
    #expect(abs(profile.step - 0.5) < 1e-9)
    let measured = try #require(EdgeWidth(of: profile))
    #expect(abs(measured.width / (2.563 * deviation) - 1) < 0.03)
    #expect(abs(measured.position - 30) < 0.05)
  }

  @Test func aProfileReadsPlanesExactlyAndLeavesOutWhatIsNotThere() {
    var image = Image(shape: Shape2D(rows: 20, columns: 30))
    for row in 0..<20 {
      for column in 0..<30 { image[row, column] = Float(3 * row - 2 * column) }
    }
    let start = PixelPosition(row: 4.25, column: 6.5)
    let end = PixelPosition(row: 10.25, column: 14.5)
    let profile = lineProfile(of: image, from: start, to: end, width: 3)
    #expect(profile.values.count == 21)
    for (distance, value) in zip(profile.distances, profile.values) {
      let expected = 3 * (4.25 + 0.6 * distance) - 2 * (6.5 + 0.8 * distance)
      #expect(abs(value - expected) < 1e-5)
    }
    let outside = lineProfile(
      of: image,
      from: PixelPosition(row: 5, column: 25),
      to: PixelPosition(row: 5, column: 33)
    )
    #expect(outside.values.first == -35)
    #expect(outside.values.last?.isNaN == true)
  }
}
