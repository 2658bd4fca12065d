// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Reporting
import TestSupport
import Testing

@Suite struct ImagePictureTests {
  /// Where the upper left corner of a lone panel's image lies, without and with a title.
  private static let corner = 16
  private static let titleHeight = 32

  private func drawn(_ picture: ImagePicture) throws -> DecodedPicture {
    let folder = try TemporaryFolder()
    try writePicture(picture, to: folder.file("picture.png"))
    return try #require(DecodedPicture(folder.file("picture.png")))
  }

  private static let maps: [String: ColorMap] = [
    "sequential": .sequential, "gray": .gray, "cyclic": .cyclic,
  ]

  @Test(arguments: maps.keys.sorted(), ["", "A title"])
  func everyPixelHasTheColourOfItsValueAtItsPlace(name: String, title: String) throws {
    let map = try #require(Self.maps[name])
    // 20 by 16 pixels, each 25 wide; values 0 to 3, no symmetry.
    var image = Image(shape: Shape2D(rows: 16, columns: 20))
    image[2, 3] = 3
    image[12, 3] = 1.5
    image[2, 15] = 0.75
    image[7, 9] = .nan
    image[1, 1] = 99
    image[1, 2] = -.infinity
    let picture = try drawn(ImagePicture(image, title: title, colorMap: map, range: .given(0...3)))
    let top = Self.corner + (title.isEmpty ? 0 : Self.titleHeight)
    for row in 0..<16 {
      for column in 0..<20 {
        let expected = map.color(at: Double(image[row, column]) / 3).bytes
        for (dx, dy) in [(0, 0), (24, 24), (12, 3)] {
          #expect(picture[Self.corner + 25 * column + dx, top + 25 * row + dy] == expected)
        }
      }
    }
    #expect(picture[Self.corner + 25 * 9 + 5, top + 25 * 7 + 5] == map.missing.bytes)
  }

  @Test func theColourBarHoldsEveryColourOfTheMapInOrder() throws {
    let image = Image(shape: Shape2D(square: 50), filledWith: 0.5)
    let picture = try drawn(ImagePicture(image, range: .given(0...1)))
    // Its middle lies 14 + 9 pixels right of the image.
    let x = 16 + 500 + 14 + 9
    for fraction in [0.1, 0.25, 0.5, 0.9] {
      let y = 16 + Int(500 * (1 - fraction))
      let expected = ColorMap.sequential.color(at: fraction).bytes
      let found = picture[x, y]
      let difference = (0..<3).map { abs(Int(found[$0]) - Int(expected[$0])) }.max() ?? 255
      #expect(difference <= 3)
    }
  }

  @Test(arguments: [6.7, 10, 0.43])
  func theScaleBarIsAsLongAsItSays(nanometers: Double) throws {
    let image = Image(shape: Shape2D(rows: 30, columns: 120), filledWith: 1)
    let pixelSize = Length(nanometers: nanometers)
    let picture = try drawn(ImagePicture(image, pixelSize: pixelSize))
    let bar = ScaleBar(columns: 120, pixelSize: pixelSize)
    #expect(abs(bar.imagePixels * nanometers - bar.length.nanometers) < 1e-9)
    // Pixels are five wide; the bar's middle lies 18 below the image, its text apart from it.
    let y = 16 + 150 + 18
    var run = 0
    while picture[16 + run, y].max() < 50 { run += 1 }
    #expect(abs(Double(run) - 5 * bar.imagePixels) <= 1)
  }

  @Test func scaleBarsAreRound() {
    func bar(_ columns: Int, _ nanometers: Double) -> ScaleBar {
      ScaleBar(columns: columns, pixelSize: Length(nanometers: nanometers))
    }
    #expect(bar(120, 6.7).label == "200 nm")
    #expect(bar(500, 6.7).label == "1 µm")
    #expect(bar(100, 1).label == "20 nm")
    #expect(bar(4000, 10).label == "10 µm")
    #expect(bar(10, 0.2).label == "0.5 nm")
    for columns in stride(from: 30, to: 3000, by: 37) {
      let share = bar(columns, 6.7).imagePixels / Double(columns)
      #expect(share <= 0.3 && share > 0.1)
    }
  }

  @Test func imagesTooLargeToLookAtAreAveraged() throws {
    // Columns in turn black and white: two by two they are grey.
    let shape = Shape2D(rows: 1000, columns: 2000)
    var image = Image(shape: shape)
    for i in image.values.indices where i % 2 == 1 { image.values[i] = 1 }
    let folder = try TemporaryFolder()
    try writePicture(
      ColorPicture(red: image, green: image, blue: image),
      to: folder.file("large.png")
    )
    let picture = try #require(DecodedPicture(folder.file("large.png")))
    #expect(picture.width < 1100)
    #expect(picture[500, 300] == SIMD3(128, 128, 128))
  }

  @Test func givenColoursStandAtTheirPlacesAndMissingOnesAreNeutral() throws {
    var red = Image(shape: Shape2D(square: 2))
    red[0, 1] = 1
    red[1, 0] = .nan
    let folder = try TemporaryFolder()
    let none = Image(shape: red.shape)
    try writePicture(ColorPicture(red: red, green: none, blue: none), to: folder.file("c.png"))
    let picture = try #require(DecodedPicture(folder.file("c.png")))
    #expect(picture[100, 100] == SIMD3(0, 0, 0))
    #expect(picture[400, 100] == SIMD3(255, 0, 0))
    #expect(picture[100, 400] == ColorPicture.missing.bytes)
  }

  @Test func rangesLeaveOutliersAndMissingValuesOut() {
    var image = Image(shape: Shape2D(rows: 10, columns: 100))
    for i in image.values.indices { image.values[i] = Float(i) / 999 }
    #expect(ValueRange.full.resolved(for: image) == 0...1)
    image.values[0] = .nan
    image.values[1] = .infinity
    image.values[500] = 1e6
    let range = ValueRange.robust.resolved(for: image)
    #expect(abs(range.lowerBound - 0.007) < 0.002)
    #expect(abs(range.upperBound - 0.996) < 0.002)
    let constant = Image(shape: Shape2D(square: 3), filledWith: 4)
    #expect(ValueRange.robust.resolved(for: constant) == 2...6)
    let nothing = Image(shape: Shape2D(square: 3), filledWith: .nan)
    #expect(ValueRange.robust.resolved(for: nothing) == 0...1)
  }
}
