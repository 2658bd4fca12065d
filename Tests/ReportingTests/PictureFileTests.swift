// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Reporting
import TestSupport
import Testing

@Suite struct PictureFileTests {
  private let plain = ColorPicture(
    shape: Shape2D(rows: 80, columns: 100),
    colors: [RGBColor](repeating: RGBColor(gray: 0.5), count: 8000)
  )

  @Test func aPictureIsAWholePNGOfTheExpectedSize() throws {
    let folder = try TemporaryFolder()
    try writePicture(plain, to: folder.file("plain.png"))
    #expect(folder.names == ["plain.png"])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("plain.png")))
    #expect(bytes.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    let picture = try #require(DecodedPicture(folder.file("plain.png")))
    // Every pixel five wide and high, 16 around it and a hairline below.
    #expect(picture.width == 500 + 2 * 16)
    #expect(picture.height == 400 + 2 * 16 + 1)
  }

  @Test func aNameThatEndsInSVGMakesLinesAndLetters() throws {
    let folder = try TemporaryFolder()
    let plot = LinePlot(
      title: "a title",
      horizontal: .init("x", unit: "nm"),
      vertical: .init("y", unit: "OD"),
      curves: [.init(label: "curve", x: [0, 1, 2], y: [0, 4, 1])]
    )
    let sheet = PictureSheet(panels: [.plot(plot), .color(plain)])
    try writePicture(sheet, to: folder.file("sheet.svg"))
    try writePicture(sheet, to: folder.file("sheet.png"))
    #expect(folder.names == ["sheet.png", "sheet.svg"])
    let text = try String(contentsOfFile: folder.file("sheet.svg"), encoding: .utf8)
    #expect(text.hasPrefix("<?xml") && text.hasSuffix("</svg>\n"))
    let raster = try #require(DecodedPicture(folder.file("sheet.png")))
    #expect(text.contains("width=\"\(raster.width)px\" height=\"\(raster.height)px\""))
    #expect(text.contains("<path") && text.contains("<image"))

    let nowhere = folder.file("missing/plot.svg")
    let error = try #require(throws: PictureError.self) { try writePicture(plot, to: nowhere) }
    #expect(error.path == nowhere)
    #expect(folder.names == ["sheet.png", "sheet.svg"])
  }

  @Test func aFileThatWasThereIsReplacedWhole() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("plain.png")
    try writePicture(ImagePicture(Image(shape: Shape2D(square: 4))), to: path)
    try writePicture(plain, to: path)
    #expect(DecodedPicture(path)?.width == 532)
    #expect(folder.names == ["plain.png"])
  }

  @Test func anUnwritablePathIsNamedAndNothingIsLeft() throws {
    let folder = try TemporaryFolder()
    let nowhere = folder.file("missing/plain.png")
    let error = try #require(throws: PictureError.self) {
      try writePicture(plain, to: nowhere)
    }
    #expect(error.path == nowhere)
    #expect(error.description.contains(nowhere))
    #expect(error.reason == "No such file or directory")

    // A folder stands where the file should.
    try FileManager.default.createDirectory(
      atPath: folder.file("taken.png"),
      withIntermediateDirectories: false
    )
    let taken = try #require(throws: PictureError.self) {
      try writePicture(plain, to: folder.file("taken.png"))
    }
    #expect(taken.path == folder.file("taken.png"))
    #expect(!taken.reason.isEmpty)
    #expect(folder.names == ["taken.png"])
  }

  @Test func whatCannotBeDrawnIsSaidAndNothingIsWritten() throws {
    let folder = try TemporaryFolder()
    #expect(throws: PictureError.self) {
      try writePicture(PictureSheet(panels: []), to: folder.file("empty.png"))
    }
    // Cairo's pictures are at most 32767 pixels high.
    let endless = PictureSheet(
      panels: [PictureSheet.Panel](repeating: .color(plain), count: 90),
      columns: 1
    )
    #expect(throws: PictureError.self) {
      try writePicture(endless, to: folder.file("endless.png"))
    }
    #expect(folder.names.isEmpty)
  }

  @Test func imagesOfEveryShapeAndKindOfValueAreDrawn() throws {
    let folder = try TemporaryFolder()
    let shapes = [
      Shape2D(rows: 1, columns: 1), Shape2D(rows: 3, columns: 700), Shape2D(rows: 700, columns: 3),
    ]
    for value in [Float.nan, .infinity, 0, -1e30] {
      for shape in shapes {
        let image = Image(shape: shape, filledWith: value)
        try writePicture(
          PictureSheet(
            title: "A title that is longer than any of the panels, which are narrow, can hold",
            panels: [
              .image(ImagePicture(image, title: "title", quantity: "quantity", unit: "unit")),
              .chemistry(ChemicalPicture(lithiated: image, delithiated: image)),
            ]
          ),
          to: folder.file("strange.png")
        )
        #expect(DecodedPicture(folder.file("strange.png")) != nil)
      }
    }
  }

  @Test func panelsStandSideBySideAndUnderOneAnother() throws {
    let folder = try TemporaryFolder()
    func size(columns: Int) throws -> (Int, Int) {
      let panels = [PictureSheet.Panel](repeating: .color(plain), count: 4)
      try writePicture(PictureSheet(panels: panels, columns: columns), to: folder.file("s.png"))
      let picture = try #require(DecodedPicture(folder.file("s.png")))
      return (picture.width, picture.height)
    }
    #expect(try size(columns: 4) == (4 * 500 + 3 * 32 + 2 * 16, 433))
    #expect(try size(columns: 2) == (2 * 500 + 32 + 2 * 16, 2 * 401 + 3 * 16))
    #expect(try size(columns: 1) == (532, 4 * 401 + 5 * 16))
  }
}
