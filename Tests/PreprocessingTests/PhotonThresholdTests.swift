// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct PhotonThresholdTests {
  /// 25 ADU a photon, 5 ADU of noise; pattern pixels are the sum of thirty detector pixels.
  @Test func emptyFramesStayEmptyAndSinglePhotonsStayPhotons() throws {
    var generator = SeededGenerator(seed: 2)
    let darks = (0..<4).map { _ in
      var dark = RawFrame()
      dark.addNoise(5, &generator)
      return dark
    }
    var chain = try makeChain(aduPerPhoton: 25, darks: darks) {
      $0.photonThreshold = PreprocessingParameters().photonThreshold
    }
    var empty = RawFrame()
    empty.addNoise(5, &generator)
    let background = photons(try chain.process(empty.frame(), position: middle))
    #expect(background < 0.06)

    // One photon on every hundredth pixel.
    var sparse = RawFrame()
    sparse.add { row, column in row % 10 == 3 && column % 10 == 7 ? 25 : 0 }
    sparse.addNoise(5, &generator)
    let found = photons(try chain.process(sparse.frame(), position: middle))
    let area = 29.9 / 100
    #expect(abs((found - background) / area - 1) < 0.06)
  }

  /// Mean photons on a pattern pixel.
  private func photons(_ pattern: DiffractionPattern) -> Double {
    squares(pattern.amplitudes) / Double(pattern.amplitudes.shape.count)
  }

  private func squares(_ image: Image) -> Double {
    innerProduct(image.values.span, image.values.span)
  }
}
