// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct CleanedFrameTests {
  static func frame(_ counts: Image, index: Int = 0) -> DetectorFrame {
    let bytes = counts.values.flatMap { value in
      (0..<4).map { UInt8(value.bitPattern >> (8 * UInt32($0)) & 0xFF) }
    }
    return DetectorFrame(
      header: FrameHeader(
        scan: "s",
        index: index,
        role: .exposure,
        shape: counts.shape,
        sampleType: .float32
      ),
      pixels: SharedBytes(bytes)
    )
  }

  @Test(arguments: [128, 129, 160, 255])
  func theMiddleIsKeptAndItsRootTaken(side: Int) throws {
    var chain = try makeChain()
    var counts = Image(shape: Shape2D(square: side), filledWith: 4)
    counts[side / 2, side / 2] = 100
    counts[side / 2 - 3, side / 2 + 5] = 81
    counts[side / 2 + 1, side / 2] = -2
    counts[side / 2 + 2, side / 2] = .nan
    let pattern = try chain.process(Self.frame(counts, index: 9), position: middle)
    #expect(pattern.index == 9)
    #expect(pattern.amplitudes.shape == Shape2D(square: 128))
    #expect(pattern.amplitudes[64, 64] == 10)
    #expect(pattern.amplitudes[61, 69] == 9)
    #expect(pattern.amplitudes[65, 64] < 0)
    #expect(pattern.amplitudes[66, 64] < 0)
    #expect(pattern.amplitudes[0, 0] == 2)
  }

  @Test func framesSmallerThanThePatternAreNamed() throws {
    var chain = try makeChain()
    let small = Image(shape: Shape2D(rows: 128, columns: 100))
    let error = #expect(throws: PreprocessingError.self) {
      try chain.process(Self.frame(small, index: 4), position: middle)
    }
    #expect(
      error?.description
        == "frame 4 of scan s: shape is 128x100; expected 128x128 cleaned counts or more"
    )
  }
}
