// SPDX-License-Identifier: BSD-3-Clause

import Imaging
import Reporting
import TestSupport
import Testing

@Suite struct LinePlotTests {
  private func drawn(_ plot: LinePlot) throws -> DecodedPicture {
    let folder = try TemporaryFolder()
    try writePicture(plot, to: folder.file("plot.png"))
    return try #require(DecodedPicture(folder.file("plot.png")))
  }

  /// The row and column of the middle of all pixels of one colour.
  private func middle(of color: RGBColor, in picture: DecodedPicture) -> (x: Double, y: Double) {
    var (x, y, count) = (0.0, 0.0, 0.0)
    for row in 0..<picture.height {
      for column in 0..<picture.width where picture[column, row] == color.bytes {
        x += Double(column)
        y += Double(row)
        count += 1
      }
    }
    return (x / count, y / count)
  }

  /// Three short red dashes: their heights tell the scale, whatever the margins are.
  @Test(arguments: [false, true])
  func valuesLieWhereTheAxisSaysAndLargeOnesAbove(isLogarithmic: Bool) throws {
    let red = RGBColor(red: 1, green: 0, blue: 0)
    let values = isLogarithmic ? [0.01, 0.1, 1.0] : [0.25, 0.5, 0.75]
    let range = isLogarithmic ? 0.001...10.0 : 0.0...1.0
    let heights = try values.map { value in
      let plot = LinePlot(
        horizontal: .init("x", range: 0...1),
        vertical: .init("y", isLogarithmic: isLogarithmic, range: range),
        curves: [.init(x: [0.45, 0.55], y: [value, value], color: red)]
      )
      return middle(of: red, in: try drawn(plot)).y
    }
    #expect(heights[0] > heights[1] && heights[1] > heights[2])
    #expect(abs((heights[0] - heights[1]) - (heights[1] - heights[2])) <= 1)
  }

  @Test func curvesAreCutAtTheFrameAndBrokenWhereThereIsNoValue() throws {
    let red = RGBColor(red: 1, green: 0, blue: 0)
    let plot = LinePlot(
      horizontal: .init("x", range: 0...1),
      vertical: .init("y", isLogarithmic: true, range: 0.1...1),
      curves: [
        .init(
          x: [-5, 0.2, 0.4, 0.6, 0.8, 6],
          y: [1e300, .nan, 0, -1, .infinity, 1e-300],
          color: red
        )
      ]
    )
    #expect(middle(of: red, in: try drawn(plot)).x.isNaN)
  }

  @Test(arguments: [false, true])
  func dotsAtTheEndsAreWhole(rangeIsGiven: Bool) throws {
    let red = RGBColor(red: 1, green: 0, blue: 0)
    func count(_ x: [Double], _ y: [Double], _ range: ClosedRange<Double>?) throws -> Int {
      let plot = LinePlot(
        horizontal: .init("x", range: range),
        vertical: .init("y", range: range),
        curves: [.init(x: x, y: y, style: .dots, color: red)]
      )
      let picture = try drawn(plot)
      return (0..<picture.height).reduce(0) { sum, row in
        sum + (0..<picture.width).count { picture[$0, row] == red.bytes }
      }
    }
    let middle = try count([0.5], [0.5], 0...1)
    // One dot in each corner, no line between them.
    let corners = try count(
      [0, .nan, 0, .nan, 1, .nan, 1],
      [0, 0, 1, 1, 0, 0, 1],
      rangeIsGiven ? 0...1 : nil
    )
    #expect(middle > 20)
    // The frame is drawn over the dots where the range is given.
    #expect(Double(corners) > (rangeIsGiven ? 1.8 : 3) * Double(middle))
  }

  /// A single tilt of −80° stands on an axis near −80°.
  @Test(arguments: [-80.0, 0, 25, 3e-7])
  func aSingleValueHasAnAxisAboutIt(value: Double) {
    let range = PlotScale.range(of: [value, value], on: LinePlot.Axis("tilt"), margin: 0.05)
    #expect(range.contains(value))
    let reach = range.upperBound - value
    #expect(abs(value - range.lowerBound - reach) < 1e-9)
    #expect(reach > 0 && reach <= max(0.1 * abs(value), value == 0 ? 0.5 : 0))
  }

  @Test func plotsOfNothingAreDrawnToo() throws {
    for curves in [[], [LinePlot.Curve(x: [], y: [])], [.init(x: [1], y: [2], style: .bars)]] {
      for isLogarithmic in [false, true] {
        let axis = LinePlot.Axis("x", isLogarithmic: isLogarithmic)
        let picture = try drawn(LinePlot(horizontal: axis, vertical: axis, curves: curves))
        #expect(picture.width == 640 + 32)
      }
    }
  }

  @Test func barsStandOnZeroAndAreAsHighAsTheirValues() throws {
    let plot = LinePlot(
      horizontal: .init("x", range: 0...4),
      vertical: .init("y", range: 0...10),
      curves: [
        .init(x: [0.5, 1.5, 2.5, 3.5], y: [2, 4, 8, 0], style: .bars, color: RGBColor(gray: 0))
      ]
    )
    let picture = try drawn(plot)
    // Bars are lightened to grey 128; count a column through each of the first three.
    let heights = [0, 1, 2, 3].map { bar in
      let x = 60 + (660 - 60) * (2 * bar + 1) / 8
      return (0..<picture.height).count { picture[x, $0] == SIMD3(128, 128, 128) }
    }
    #expect(heights[0] > 50)
    #expect(abs(heights[1] - 2 * heights[0]) <= 4)
    #expect(abs(heights[2] - 4 * heights[0]) <= 6)
    #expect(heights[3] == 0)
  }

  @Test func barsStandOnTheirBaseAndErrorsGoBothWays() throws {
    let red = RGBColor(red: 1, green: 0, blue: 0)
    func rows(_ curve: LinePlot.Curve, _ color: RGBColor) throws -> ClosedRange<Int> {
      let plot = LinePlot(
        horizontal: .init("x", range: 0...1),
        vertical: .init("y", range: 0...10),
        curves: [curve]
      )
      let picture = try drawn(plot)
      let found = (0..<picture.height).filter { row in
        (0..<picture.width).contains { picture[$0, row] == color.bytes }
      }
      return try #require(found.min())...#require(found.max())
    }
    // Bars are drawn in a lighter colour.
    let light = RGBColor(red: 1, green: 0.5, blue: 0.5)
    let low = try rows(.init(x: [0.5], y: [4], style: .bars, color: red), light)
    var stacked = LinePlot.Curve(x: [0.5], y: [4], style: .bars, color: red)
    stacked.base = [4]
    let high = try rows(stacked, light)
    #expect(abs(low.count - high.count) <= 1)
    #expect(abs(high.upperBound - low.lowerBound) <= 2)
    var dot = LinePlot.Curve(x: [0.5], y: [5], style: .points, color: red)
    dot.errors = [2]
    let bar = try rows(dot, red)
    // Four units of ten against the bar's four.
    #expect(abs(bar.count - low.count) <= 3)
  }

  @Test func anImageLiesBehindTheCurvesInTheirUnits() throws {
    var image = Image(shape: Shape2D(rows: 2, columns: 2), filledWith: .nan)
    // The first row is the lowest: x from 0 to 1, y from 0 to 1.
    image[0, 0] = 1
    image[1, 1] = 100
    var plot = LinePlot(
      horizontal: .init("x", range: 0...2),
      vertical: .init("y", range: 0...2),
      curves: []
    )
    plot.backdrop = .init(
      image,
      horizontal: 0...2,
      vertical: 0...2,
      quantity: "number",
      unit: "voxels",
      isLogarithmic: true
    )
    let picture = try drawn(plot)
    func place(_ color: RGBColor) throws -> (x: Int, y: Int) {
      // Not the colour bar, which is narrow.
      let rows = (0..<picture.height).filter { row in
        (0..<picture.width).count { picture[$0, row] == color.bytes } > 100
      }
      let row = try #require(rows.first)
      let columns = (0..<picture.width).filter { picture[$0, row] == color.bytes }
      return (try #require(columns.first), row)
    }
    let low = try place(ColorMap.sequential.color(at: 0))
    let high = try place(ColorMap.sequential.color(at: 1))
    #expect(low.x < high.x && low.y > high.y)
  }
}
