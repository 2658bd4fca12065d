// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

// The modulus projection, a block of columns at a time.
extension FrameSweep {
  /// Gives the far field its measured moduli.
  ///
  /// - Parameters:
  ///   - frame: What was measured.
  ///   - scratch: The frame's wave between rows and columns.
  ///   - nextWave: The wave that comes after this one, fetched from memory meanwhile; may be empty.
  /// - Returns: The squared norm of the projected wave, photons over pixels.
  func project(
    _ frame: ScanFrame,
    _ scratch: inout SweepScratch,
    nextWave: AlignedArray<Complex64> = AlignedArray()
  ) -> Double {
    let keep = 1 / Float(transform.shape.count)
    var norm = 0.0
    for block in 0..<transform.columnBlocks {
      let pixels = block * transform.tileCount..<(block + 1) * transform.tileCount
      let measured = frame.intensities.span.extracting(pixels)
      let level = background.span.extracting(pixels)
      if modes == 1 {
        let ahead =
          nextWave.count == transform.shape.count ? nextWave.span.extracting(pixels) : Span()
        norm += project(block, measured, level, keep, ahead, &scratch.tiles, &scratch.spectra)
      } else {
        transformColumns(block, &scratch)
        var factors = scratch.power.mutableSpan
        norm += modulusFactors(
          &factors,
          measured,
          background: level,
          keep: keep,
          step: modulusStep
        )
        scaleModes(block, scratch.power, &scratch.tiles, &scratch.spectra)
      }
    }
    return norm
  }

  /// The only mode's way through one block of columns.
  private func project(
    _ block: Int,
    _ measured: Span<Float>,
    _ level: Span<Float>,
    _ keep: Float,
    _ ahead: Span<Complex64>,
    _ tiles: inout AlignedArray<Complex64>,
    _ spectra: inout AlignedArray<Complex64>
  ) -> Double {
    var tile = tiles.mutableSpan
    var spectrum = spectra.mutableSpan
    transform.forwardColumns(block, of: spectrum.span, into: &tile)
    let norm = projectOntoModuli(
      &tile,
      measured,
      background: level,
      keep: keep,
      step: modulusStep,
      ahead: ahead
    )
    transform.inverseColumns(block, of: tile.span, into: &spectrum)
    return norm
  }

  /// Multiplies every mode by the same factors and transforms the block of columns back.
  private func scaleModes(
    _ block: Int,
    _ factors: AlignedArray<Float>,
    _ tiles: inout AlignedArray<Complex64>,
    _ spectra: inout AlignedArray<Complex64>
  ) {
    var tiles = tiles.mutableSpan
    var spectra = spectra.mutableSpan
    for mode in 0..<modes {
      var tile = tiles.elements(tilePlace(mode))
      scale(&tile, by: factors.span)
      var spectrum = spectra.elements(spectrumPlace(mode))
      transform.inverseColumns(block, of: tile.span, into: &spectrum)
    }
  }

  /// Transforms one block of columns of every mode and gathers their power.
  func transformColumns(_ block: Int, _ scratch: inout SweepScratch) {
    for mode in 0..<modes {
      transformColumns(block, mode, scratch.spectra, &scratch.tiles, &scratch.power)
    }
  }

  private func transformColumns(
    _ block: Int,
    _ mode: Int,
    _ spectra: AlignedArray<Complex64>,
    _ tiles: inout AlignedArray<Complex64>,
    _ power: inout AlignedArray<Float>
  ) {
    var tiles = tiles.mutableSpan
    var tile = tiles.elements(tilePlace(mode))
    let spectrum = spectra.span.extracting(spectrumPlace(mode))
    transform.forwardColumns(block, of: spectrum, into: &tile)
    var power = power.mutableSpan
    gatherPower(&power, of: tile.span, adds: mode > 0)
  }
}
