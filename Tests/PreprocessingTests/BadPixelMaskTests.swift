// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

/// Pixels that the configuration lists take no part, wherever they are in the picture.
@Suite struct BadPixelMaskTests {
  @Test func aListedPixelLeavesThePatternAsItsNeighboursMakeIt() throws {
    // Not on a diagonal, and in either half: a list in another order would miss them.
    let bad = [PicturePixel(row: 430, column: 520), PicturePixel(row: 501, column: 455)]
    var plain = RawFrame()
    plain.add { _, _ in 10 }
    var spoiled = plain
    for pixel in bad { spoiled.set(0xC000 + 3000, row: pixel.row, column: pixel.column) }
    var good = try makeChain()
    var listed = try makeChain { $0.badPixels = bad }
    let expected = try good.process(plain.frame(), position: middle).amplitudes
    let kept = try listed.process(spoiled.frame(), position: middle).amplitudes
    let unlisted = try good.process(spoiled.frame(), position: middle).amplitudes
    #expect(zip(expected.values, kept.values).allSatisfy { abs($0 - $1) < 1e-3 * $0 })
    let changed = zip(expected.values, unlisted.values).count { abs($0 - $1) > 0.1 * $0 }
    #expect(changed >= 2)
  }

  @Test func aPixelOffThePictureIsRefused() {
    var parameters = PreprocessingParameters()
    parameters.badPixels = [PicturePixel(row: 0, column: 960)]
    #expect(throws: (any Error).self) { try parameters.validate() }
  }
}
