// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct DarkReferenceTests {
  @Test func darksOfEachExposureTimeAreAveragedApart() throws {
    var darks = DarkReference(geometry: FastCCDGeometry())
    try darks.add(RawFrame(level: 100).frame(.dark, exposureTime: 0.02))
    try darks.add(RawFrame(level: 110).frame(.dark, exposureTime: 0.02))
    try darks.add(RawFrame(level: 400).frame(.dark, exposureTime: 0.2))
    #expect(darks.count(exposureTime: 0.02) == 2)
    #expect(darks.count(exposureTime: 0.2) == 1)
    #expect(darks.count(exposureTime: 1) == 0)
    #expect(darks.exposureTimes == [0.02, 0.2])

    var chain = try makeChain()
    chain.setDarks(darks)
    // Overscan stays at the dark's level, so that only the pixels are above it.
    var short = RawFrame(level: 105)
    short.add { _, _ in 9 }
    var long = RawFrame(level: 400)
    long.add { _, _ in 13 }
    let shortPicture = try chain.cleanedCounts(short.frame(exposureTime: 0.02))
    let longPicture = try chain.cleanedCounts(long.frame(exposureTime: 0.2))
    #expect(shortPicture[480, 480] == 9)
    #expect(longPicture[480, 480] == 13)
    let error = #expect(throws: PreprocessingError.self) {
      try chain.process(short.frame(exposureTime: 1), position: middle)
    }
    #expect(error?.problem == .darks)
  }

  @Test func darksThatDoNotSayTheirTimeServeEveryFrameIfAlone() throws {
    var darks = DarkReference(geometry: FastCCDGeometry())
    try darks.add(RawFrame().frame(.dark, exposureTime: nil))
    var chain = try makeChain()
    chain.setDarks(darks)
    _ = try chain.process(RawFrame().frame(exposureTime: 0.2), position: middle)
    try darks.add(RawFrame().frame(.dark, exposureTime: 0.02))
    chain.setDarks(darks)
    #expect(throws: PreprocessingError.self) {
      try chain.process(RawFrame().frame(exposureTime: 0.2), position: middle)
    }
  }

  @Test func lostPacketsTakeNoPartInTheMean() throws {
    var broken = RawFrame()
    broken.set(0, row: 5, column: 7)
    broken.set(0x2000, row: 6, column: 8)
    var gone = broken
    var chain = try makeChain(darks: [RawFrame(), broken])
    var raw = RawFrame()
    raw.add { _, _ in 20 }
    let picture = try chain.cleanedCounts(raw.frame())
    #expect(picture[5, 7] == 20)
    #expect(picture[6, 8] == 20)
    // What no dark had is not measured at all.
    gone.set(0, row: 6, column: 8)
    var blind = try makeChain(darks: [gone])
    #expect(try blind.cleanedCounts(raw.frame())[6, 8].isNaN)
    #expect(try blind.cleanedCounts(raw.frame())[6, 9] == 20)
  }

  @Test func exposuresAreNoDarks() {
    var darks = DarkReference(geometry: FastCCDGeometry())
    #expect(throws: PreprocessingError.self) { try darks.add(RawFrame().frame(.exposure)) }
  }
}
