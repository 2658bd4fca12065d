// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

/// Points without their longest exposure are brought to the counts of the others.
@Suite struct LongestExposureTests {
  private static func frame(_ counts: Float, _ seconds: Double?) -> DetectorFrame {
    var image = Image(shape: Shape2D(square: 128), filledWith: counts)
    image[3, 4] = -1
    var frame = CleanedFrameTests.frame(image)
    frame.header.exposureTime = seconds
    return frame
  }

  private static func pattern(_ amplitude: Float) -> DiffractionPattern {
    var image = Image(shape: Shape2D(square: 2), filledWith: amplitude)
    image[0, 1] = -1
    return DiffractionPattern(index: 0, position: middle, amplitudes: image)
  }

  private static func failure(_ frame: DetectorFrame) -> PreprocessingError {
    PreprocessingError(problem: .exposures, frame: frame.header, actual: "bad", expected: "good")
  }

  /// 10 photons in a tenth of the time are 100 photons.
  @Test func aPointWithoutItsLongExposureHasItsCounts() throws {
    var chain = try makeChain()
    var longest = LongestExposure(announced: [0.02, 0.2])
    for exposures in [
      [Self.frame(10, 0.02)], [Self.frame(10, 0.02), Self.frame(100, 0.2)], [Self.frame(100, 0.2)],
    ] {
      let merged = try chain.process(exposures, position: middle)
      let scaled = longest.scale(merged, of: exposures).amplitudes
      #expect(abs(scaled[60, 60] - 10) < 1e-5)
      #expect(scaled[3, 4] == -1)
    }
  }

  @Test func anExposureThatWasLeftOutCountsAsMissing() {
    let (short, long) = (Self.frame(10, 0.02), Self.frame(100, 0.2))
    var longest = LongestExposure(announced: [0.02, 0.2])
    let scaled = longest.scale(
      Self.pattern(2),
      of: [short, long],
      leftOut: [Self.failure(long)]
    ).amplitudes
    #expect(abs(scaled[0, 0] * scaled[0, 0] - 40) < 1e-4 && scaled[0, 1] == -1)
    // The other of two long ones is there.
    let pair = [short, long, long]
    let kept = longest.scale(Self.pattern(2), of: pair, leftOut: [Self.failure(long)])
    #expect(kept.amplitudes == Self.pattern(2).amplitudes)
  }

  /// Exposures of equal time count as their mean, so that one of two has the same counts as both.
  @Test(arguments: [[0.02, 0.2, 0.2], []])
  func oneOfTwoLongExposuresHasTheCountsOfBoth(announced: [Double]) throws {
    var chain = try makeChain()
    var longest = LongestExposure(announced: announced)
    let (short, long) = (Self.frame(10, 0.02), Self.frame(100, 0.2))
    for exposures in [[short, long, long], [short, long], [short]] {
      let merged = try chain.process(exposures, position: middle)
      let scaled = longest.scale(merged, of: exposures).amplitudes
      #expect(abs(scaled[60, 60] * scaled[60, 60] - 100) < 1e-3)
      #expect(scaled[3, 4] == -1)
    }
  }

  @Test func timesThatNobodyAnnouncedAreLearnt() {
    var longest = LongestExposure(announced: [])
    let short = [Self.frame(1, 0.1)]
    #expect(longest.scale(Self.pattern(3), of: short).amplitudes == Self.pattern(3).amplitudes)
    _ = longest.scale(Self.pattern(3), of: [Self.frame(1, 0.4)])
    #expect(longest.seconds == 0.4)
    #expect(longest.scale(Self.pattern(3), of: short).amplitudes[1, 1] == 6)
    let unsaid = [Self.frame(1, nil)]
    #expect(longest.scale(Self.pattern(3), of: unsaid).amplitudes == Self.pattern(3).amplitudes)
  }
}
