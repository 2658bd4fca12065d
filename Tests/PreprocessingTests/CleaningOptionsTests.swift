// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct CleaningOptionsTests {
  private static func noisy(_ sigma: Double, _ count: Int, seed: UInt64) -> [RawFrame] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      var raw = RawFrame()
      raw.addNoise(sigma, &generator)
      return raw
    }
  }

  /// NSLS-II: overscan is the first two columns of a tile in the upper half, the last two in the
  /// lower half.
  @Test func overscanMayStandOnOneSideOfATile() throws {
    var geometry = FastCCDGeometry()
    geometry.overscanColumns = [0, 1]
    geometry.rolledTile = nil
    var raw = RawFrame()
    var expected = Image(shape: Shape2D(square: 960))
    for row in 0..<1040 {
      for column in 0..<1152 {
        let isUpper = row < 520
        let isData = isUpper ? column % 12 >= 2 : column % 12 < 10
        let line = isUpper ? row - 6 : row - 554 + 480
        guard isData, (isUpper ? 6..<486 : 554..<1034).contains(row) else { continue }
        let value = (row * 7 + column * 3) % 90
        raw.words[row * 1152 + column] += UInt16(value)
        let place = column / 12 * 10 + (isUpper ? column % 12 - 2 : column % 12)
        expected[959 - place, 959 - line] = Float(value)
      }
    }
    var chain = try makeChain(geometry: geometry)
    #expect(try chain.cleanedCounts(raw.frame()).values == expected.values)
  }

  /// Empty pixels are zero on average, whatever is taken of the overscan words, row by row too.
  @Test(
    arguments: [OverscanWord.lower, .mean],
    [
      (OverscanModel.runningMedian, 10), (.runningMedian, 0), (.evenPolynomial, 10),
      (.quadratic, 10),
    ]
  )
  func emptyPixelsAreZeroOnAverage(word: OverscanWord, model: (OverscanModel, Int)) throws {
    let sigma = 5.0
    var chain = try makeChain(darks: Self.noisy(sigma, 4, seed: 1)) {
      $0.cleaning.overscanWord = word
      $0.cleaning.overscanModel = model.0
      $0.overscanReach = model.1
    }
    let picture = try chain.cleanedCounts(Self.noisy(sigma, 1, seed: 5)[0].frame())
    // Without the rows that a polynomial is only extended into.
    var total = 0.0
    for row in 0..<960 { for column in 100...859 { total += Double(picture[row, column]) } }
    #expect(abs(total / (960 * 760)) < 0.02 * sigma)
  }

  /// A quadratic line along the rows is taken off by every fit that holds it; what the first rows
  /// of each half do otherwise takes no part.
  @Test(arguments: [OverscanModel.evenPolynomial, .quadratic])
  func polynomialsFollowTheLevel(model: OverscanModel) throws {
    var chain = try makeChain { $0.cleaning.overscanModel = model }
    var raw = RawFrame()
    raw.addToRows { row in
      let fromSeam = Double(row < 520 ? 485 - row : row - 554)
      let isFirst = fromSeam > 380
      return Int((40 + 60 * fromSeam * fromSeam / (480 * 480)).rounded()) + (isFirst ? 30 : 0)
    }
    raw.add { _, _ in 100 }
    let picture = try chain.cleanedCounts(raw.frame())
    for row in [3, 480, 959] {
      // Columns 100 to 859 are the rows that were fitted.
      for column in 100...859 { #expect(abs(picture[row, column] - 100) < 0.8) }
      // The line goes on into the rows that were left out; x⁸ less surely.
      #expect(abs(picture[row, 20] - 130) < (model == .quadratic ? 1 : 5))
    }
  }

  @Test func ripplesAreTakenOffAndPhotonsStay() throws {
    var chain = try makeChain(darks: Self.noisy(1.5, 4, seed: 3)) {
      $0.cleaning.rippleFilter = true
    }
    var plain = try makeChain(darks: Self.noisy(1.5, 4, seed: 3))
    var raw = Self.noisy(1.5, 1, seed: 8)[0]
    // Every seventh sample of all channels, in the order of readout.
    for row in 0..<1040 {
      for column in 0..<1152 where column % 12 != 0 && column % 12 != 11 {
        let (r, c) = row < 520 ? (row - 6, column) : (1033 - row, 1151 - column)
        let sample = r * 10 + c % 12 - 1
        raw.words[row * 1152 + column] &+= UInt16(
          bitPattern: Int16((1.4 * sine(2 * .pi * Double(sample) / 7.5)).rounded())
        )
      }
    }
    raw.set(raw.words[RawFrame.place(row: 300, column: 200)] + 50, row: 300, column: 200)
    let (filtered, rippled) = (
      try chain.cleanedCounts(raw.frame()), try plain.cleanedCounts(raw.frame())
    )
    func variance(_ image: Image) -> Double {
      innerProduct(image.values.span, image.values.span) / 921_600
    }
    // The ripple has a variance of about one, more than half of which goes.
    #expect(variance(rippled) - variance(filtered) > 0.5)
    #expect(abs(filtered[300, 200] - rippled[300, 200]) < 3)
    #expect(filtered[300, 200] > 45)
    // Without ripples nothing is found.
    let quiet = Self.noisy(1.5, 1, seed: 9)[0].frame()
    let (a, b) = (try chain.cleanedCounts(quiet), try plain.cleanedCounts(quiet))
    #expect(variance(b) - variance(a) < 1e-3)
  }

  @Test func controlBitsChooseTheGain() throws {
    var geometry = FastCCDGeometry()
    geometry.gainTable = [
      GainEntry(controlBits: 0, factor: 1),
      GainEntry(controlBits: 0x8000, factor: 4, darkOffset: 10),
      GainEntry(controlBits: 0xC000, factor: 8, darkOffset: -20),
    ]
    geometry.missingWords = []
    func plain(_ change: (inout RawFrame) -> Void = { _ in }) -> RawFrame {
      var raw = RawFrame()
      for i in raw.words.indices { raw.words[i] = 500 }
      change(&raw)
      return raw
    }
    var chain = try makeChain(darks: [plain()], geometry: geometry)
    let raw = plain {
      $0.set(500 + 70, row: 10, column: 20)
      $0.set(0x8000 | 500 + 110, row: 400, column: 500)
      $0.set(0xC000 | 500 + 130, row: 700, column: 800)
      $0.set(0x2000 | 500, row: 100, column: 100)
      $0.set(0x4000 | 500, row: 101, column: 100)
    }
    let picture = try chain.cleanedCounts(raw.frame())
    #expect(picture[10, 20] == 70)
    #expect(picture[400, 500] == 400)
    #expect(picture[700, 800] == 1200)
    #expect(picture[100, 100].isNaN)
    #expect(picture[101, 100].isNaN)
    #expect(picture.values.count { $0 == 0 } == 921_600 - 5)
  }

  @Test func badPixelsAreMadeUpForByTheirNeighbours() throws {
    let bad = [PicturePixel(row: 600, column: 421), PicturePixel(row: 333, column: 50)]
    var raw = FlaggedPixelsTests.flat()
    var clean = try makeChain()
    let expected = try clean.process(raw.frame(), position: middle).amplitudes
    for pixel in bad { raw.set(0xC000 + 4000, row: pixel.row, column: pixel.column) }
    var chain = try makeChain { $0.badPixels = bad }
    let found = try chain.process(raw.frame(), position: middle).amplitudes
    #expect(zip(found.values, expected.values).allSatisfy { abs($0 / $1 - 1) < 1e-4 })
    let blind = try clean.process(raw.frame(), position: middle).amplitudes
    #expect(zip(blind.values, expected.values).contains { abs($0 / $1 - 1) > 0.1 })
  }

  /// A pixel that flickers among darks that all drift together is found, and no other one.
  @Test func pixelsThatFlickerInTheDarkAreBad() throws {
    var darks = Self.noisy(5, 6, seed: 4)
    for (i, level) in [0, 12, -9, 4, -15, 7].enumerated() {
      for j in darks[i].words.indices { darks[i].words[j] = UInt16(Int(darks[i].words[j]) + level) }
      darks[i].set(UInt16(0xC000 + 500 + (i % 2) * 300), row: 77, column: 88)
    }
    var chain = try makeChain(darks: darks) { $0.cleaning.darkNoiseLimit = 5 }
    let picture = try chain.cleanedCounts(RawFrame().frame())
    #expect(picture[77, 88].isNaN)
    #expect(picture.values.count(where: \.isNaN) == 1)
    var trusting = try makeChain(darks: darks)
    #expect(!(try trusting.cleanedCounts(RawFrame().frame())[77, 88].isNaN))
  }

  /// The left edge brighter than the right one at the middle rows.
  @Test func framesOfAFailedShutterAreTold() throws {
    var chain = try makeChain { $0.cleaning.badFrameTest = true }
    var good = RawFrame()
    good.add { _, _ in 100 }
    _ = try chain.process(good.frame(), position: middle)
    var bad = RawFrame()
    bad.add { row, column in column < 100 && (470...490).contains(row) ? 210 : 100 }
    let error = #expect(throws: PreprocessingError.self) {
      try chain.process(bad.frame(index: 7), position: middle)
    }
    #expect(error?.problem == .badFrame)
    #expect(error?.description.contains("210.0 photons a pixel against 100.0") == true)
    // Of several exposures the others serve.
    let expected = try chain.process(good.frame(), position: middle).amplitudes
    let found = try chain.process([bad.frame(index: 7), good.frame(index: 7)], position: middle)
    #expect(found.amplitudes == expected)
    #expect(chain.setAside.map(\.problem) == [.badFrame])
    var trusting = try makeChain()
    _ = try trusting.process(bad.frame(), position: middle)
  }

  @Test func optionsThatCannotBeAreRefused() {
    var limits = CleaningParameters()
    limits.overscanLimits = LevelLimits(lowest: 50, highest: -1000)
    #expect(throws: ParameterError.self) { try limits.validate() }
    var gains = FastCCDGeometry()
    gains.gainTable = [GainEntry(controlBits: 0x2000, factor: 1)]
    #expect(throws: ParameterError.self) { try gains.validate() }
  }
}
