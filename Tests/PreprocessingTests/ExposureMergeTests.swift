// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct ExposureMergeTests {
  /// Photons within rings of pattern pixels about DC.
  private static func rings(_ photons: [Double], _ radii: [Double]) -> [Double] {
    var totals = [Double](repeating: 0, count: radii.count)
    for row in 0..<128 {
      for column in 0..<128 {
        let y = Double(row - 64)
        let x = Double(column - 64)
        guard let ring = radii.firstIndex(where: { (x * x + y * y).squareRoot() < $0 }) else {
          continue
        }
        totals[ring] += photons[128 * row + column]
      }
    }
    return totals
  }

  /// In a disc of 1200 photons a pixel, across its edge and beside it nothing is lost or gained.
  ///
  /// It saturates the long exposure four times over; the short one has a tenth of it.
  @Test func aSaturatedDiscKeepsItsCounts() throws {
    let mean = SimulatedFrames.disc(1200, halo: 24)
    var short = mean
    for i in short.values.indices { short.values[i] /= 10 }
    var frames = SimulatedFrames()
    var chain = try frames.chain(exposureTimes: [0.02, 0.2]) { $0.photonThreshold = 0 }
    // The disc's edge lies at five and a half pattern pixels; far out, where noise has no negative
    // roots, nothing can be compared.
    let radii = [3.5, 7.5, 30]
    var found = [0.0, 0, 0]
    let points = 4
    for _ in 0..<points {
      let exposures = [
        frames.frame(short, exposureTime: 0.02), frames.frame(mean, exposureTime: 0.2),
      ]
      let pattern = try chain.process(exposures, position: middle)
      let photons = SimulatedFrames.photons(pattern)
      #expect(!photons.contains { $0.isNaN })
      for (i, ring) in Self.rings(photons, radii).enumerated() { found[i] += ring / Double(points) }
    }
    let truth = Self.rings(try SimulatedFrames.truth(mean), radii)
    for (found, truth) in zip(found, truth) { #expect(abs(found / truth - 1) < 0.005) }
    // The long exposure alone has nothing there.
    let alone = try chain.process(frames.frame(mean), position: middle)
    #expect(alone.amplitudes[64, 64] == -1)
  }

  private static func flat(_ level: Int, _ counts: Int) -> RawFrame {
    var raw = RawFrame(level: level)
    raw.add { _, _ in counts }
    return raw
  }

  private static func chain(
    _ change: (inout PreprocessingParameters) -> Void = { _ in }
  ) throws -> PreprocessingChain {
    var darks = DarkReference(geometry: FastCCDGeometry())
    try darks.add(RawFrame(level: 100).frame(.dark, exposureTime: 0.02))
    try darks.add(RawFrame(level: 400).frame(.dark, exposureTime: 0.2))
    var chain = try makeChain(change)
    chain.setDarks(darks)
    return chain
  }

  /// Keyed by time: the order does not matter, and each has its own dark.
  @Test func theOrderOfExposuresDoesNotMatter() throws {
    var chain = try Self.chain()
    var long = Self.flat(400, 200)
    let short = Self.flat(100, 25)
    for row in 400..<420 { for column in 500..<520 { long.set(0xDFFF, row: row, column: column) } }
    let exposures = [long.frame(exposureTime: 0.2), short.frame(exposureTime: 0.02)]
    let first = try chain.process(exposures, position: middle).amplitudes
    #expect(try chain.process(exposures.reversed(), position: middle).amplitudes == first)
    // Counts of the long one, or ten times those of the short one where it is saturated.
    var open = try makeChain()
    let area = try open.process(Self.flat(500, 100).frame(), position: middle).amplitudes
    func level(_ row: Int, _ column: Int) -> Float {
      let ratio = first[row, column] / area[row, column]
      return 100 * ratio * ratio
    }
    #expect(abs(level(20, 20) - 200) < 0.1)
    // Picture pixel [410, 510] falls on 64 + (410 - 479.5) / 5.44 and so on.
    #expect(abs(level(51, 70) - 250) < 0.1)
  }

  /// Exposures of equal time are added: the mean stays, and a pixel that one of them has not is
  /// taken from the others.
  @Test func equalExposuresAreAdded() throws {
    var chain = try Self.chain()
    var first = Self.flat(400, 90)
    var second = Self.flat(400, 110)
    first.set(0, row: 300, column: 300)
    second.set(0xDFFF, row: 604, column: 620)
    let found = try chain.process(
      [first.frame(exposureTime: 0.2), second.frame(exposureTime: 0.2)],
      position: middle
    ).amplitudes
    var open = try makeChain()
    var expected = Self.flat(500, 100)
    expected.set(0xC000 + 610, row: 300, column: 300)
    // Saturation takes the neighbours within the tile along, here all nine.
    for row in 603...605 {
      for column in 619...621 { expected.set(0xC000 + 590, row: row, column: column) }
    }
    let truth = try open.process(expected.frame(), position: middle).amplitudes
    #expect(zip(found.values, truth.values).allSatisfy { abs($0 / $1 - 1) < 1e-4 })
  }

  /// Saturated in both: not measured, or by the beamline's rule the shortest one's value.
  @Test func whatAllExposuresSaturateIsUnmeasured() throws {
    var (long, short) = (Self.flat(400, 100), Self.flat(100, 10))
    for row in 470...489 {
      for column in 470...489 {
        long.set(0xDFFF, row: row, column: column)
        short.set(0xDFFF, row: row, column: column)
      }
    }
    let exposures = [long.frame(exposureTime: 0.2), short.frame(exposureTime: 0.02)]
    var chain = try Self.chain()
    let pattern = try chain.process(exposures, position: middle).amplitudes
    #expect(pattern[64, 64] == -1)
    #expect(pattern[30, 30] > 0)
    var beamline = try Self.chain { $0.cleaning.exposureMerge = .beamline }
    let kept = try beamline.process(exposures, position: middle).amplitudes
    // 0xDFFF less the dark of level 100 is 8091 ADU, ten times that in the long exposure.
    // Relative to a pattern pixel of equal area off the middle; areas differ by some percent.
    let area = 29.6 as Float
    #expect(abs(kept[64, 64] * kept[64, 64] / area / 80_910 - 1) < 0.02)
    // A lost word is no value for either.
    for row in 470...489 { for column in 470...489 { short.set(0, row: row, column: column) } }
    let lost = [exposures[0], short.frame(exposureTime: 0.02)]
    // The long one's saturated value is then all there is: 0xDFFF less 400.
    let left = try beamline.process(lost, position: middle).amplitudes
    #expect(abs(left[64, 64] * left[64, 64] / area / 7791 - 1) < 0.02)
  }

  /// The same point in shares: a pixel behind the attenuator is weighed as before.
  @Test func theAttenuatorIsDividedOutOfBoth() throws {
    var chain = try Self.chain { $0.attenuator = AttenuatorTests.attenuator(0.25, 708.2) }
    func shaded(_ level: Int, _ counts: Double) -> RawFrame {
      var raw = RawFrame(level: level)
      let pattern = AttenuatorTests.shaded(0.25, counts)
      for i in raw.words.indices { raw.words[i] += pattern.words[i] - 0xC000 - 500 }
      return raw
    }
    var long = shaded(400, 400)
    for row in 440..<470 { for column in 440..<520 { long.set(0xDFFF, row: row, column: column) } }
    let found = try chain.process(
      [long.frame(exposureTime: 0.2), shaded(100, 40).frame(exposureTime: 0.02)],
      position: middle
    ).amplitudes
    var open = try makeChain()
    let expected = try open.process(Self.flat(500, 400).frame(), position: middle).amplitudes
    #expect(zip(found.values, expected.values).allSatisfy { abs($0 / $1 - 1) < 2e-3 })
  }

  @Test func exposuresThatDoNotGoTogetherAreNamed() throws {
    var chain = try Self.chain()
    let raw = RawFrame().frame(exposureTime: 0.2)
    let cleaned = CleanedFrameTests.frame(Image(shape: Shape2D(square: 128)))
    for exposures in [[], [raw, cleaned], [raw, RawFrame().frame(exposureTime: nil)]] {
      let error = #expect(throws: PreprocessingError.self) {
        try chain.process(exposures, position: middle)
      }
      #expect(error?.problem == .exposures)
    }
    let error = #expect(throws: PreprocessingError.self) {
      try chain.process([raw, RawFrame().frame(exposureTime: 7)], position: middle)
    }
    #expect(error?.problem == .darks)
  }

  @Test func cleanedExposuresFillEachOther() throws {
    var chain = try makeChain()
    var long = Image(shape: Shape2D(square: 128), filledWith: 100)
    long[64, 64] = -1
    let short = Image(shape: Shape2D(square: 128), filledWith: 12)
    var frames = [CleanedFrameTests.frame(short), CleanedFrameTests.frame(long)]
    frames[0].header.exposureTime = 0.02
    frames[1].header.exposureTime = 0.2
    let pattern = try chain.process(frames, position: middle).amplitudes
    #expect(pattern[10, 10] == 10)
    #expect(abs(pattern[64, 64] * pattern[64, 64] - 120) < 1e-3)
  }
}
