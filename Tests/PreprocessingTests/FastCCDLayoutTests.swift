// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct FastCCDLayoutTests {
  @Test func everyPixelOfThePictureIsFoundAmongTheRawWords() throws {
    var chain = try makeChain()
    for code in [{ (row: Int, _: Int) in row }, { (_: Int, column: Int) in column }] {
      var raw = RawFrame()
      raw.add(code)
      let picture = try chain.cleanedCounts(raw.frame())
      var wrong = 0
      for row in 0..<960 {
        for column in 0..<960 where picture[row, column] != Float(code(row, column)) { wrong += 1 }
      }
      #expect(wrong == 0)
    }
  }

  @Test func overscanWordsAreNoPixels() throws {
    var chain = try makeChain { $0.overscanReach = 0 }
    // Levels that move with the row are taken off wherever the overscan shows them.
    var raw = RawFrame()
    raw.addToRows { $0 * 7 % 50 }
    raw.add { row, column in row == 100 && column == 200 ? 300 : 0 }
    let picture = try chain.cleanedCounts(raw.frame())
    #expect(picture[100, 200] == 300)
    #expect(picture.values.filter { $0 != 0 }.count == 1)
  }

  @Test(arguments: FastCCDGeometry.knownRawRows)
  func knownHeightsAreAccepted(rows: Int) throws {
    var geometry = FastCCDGeometry()
    geometry.rawRows = rows
    try geometry.validate()
  }

  @Test func layoutsThatCannotBeAreRefused() {
    var tooFewRows = FastCCDGeometry()
    tooFewRows.rawRows = 960
    #expect(throws: ParameterError.self) { try tooFewRows.validate() }
    var scattered = FastCCDGeometry()
    scattered.overscanColumns = [3, 7]
    #expect(throws: ParameterError.self) { try scattered.validate() }
    var rolled = FastCCDGeometry()
    rolled.overscanColumns = [0, 1]
    #expect(throws: ParameterError.self) { try rolled.validate() }
  }

  @Test func framesThatDoNotFitAreNamed() throws {
    var chain = try makeChain()
    var frame = RawFrame().frame(index: 12)
    frame.header.shape = Shape2D(rows: 1000, columns: 1152)
    let error = #expect(throws: PreprocessingError.self) {
      try chain.process(frame, position: middle)
    }
    #expect(
      error?.description
        == "frame 12 of scan s: shape is 1000x1152; expected 1040x1152 raw words"
    )

    var short = RawFrame().frame(index: 3)
    short.pixels = SharedBytes([1, 2, 3])
    let tooShort = #expect(throws: PreprocessingError.self) {
      try chain.process(short, position: middle)
    }
    #expect(tooShort?.problem == .byteCount)
    #expect(throws: PreprocessingError.self) {
      try chain.process(RawFrame().frame(.dark), position: middle)
    }
  }
}
