// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

// Waves before and after the modulus projection, a block of rows at a time.
extension FrameSweep {
  /// Begins a frame's wave and transforms its rows.
  func begin(
    _ seat: ScanFrame.Seat,
    _ wave: inout AlignedArray<Complex64>,
    _ rows: inout AlignedArray<Complex64>,
    _ spectra: inout AlignedArray<Complex64>
  ) {
    let probe = (engine == .differenceMap ? previousCopies : copies)[seat.slot]
    let previousProbe = previousCopies[seat.slot]
    let probeSpan = probe.span
    let previousSpan = previousProbe.span
    let xSpan = x.span
    let ySpan = y.span
    var wave = wave.mutableSpan
    var rows = rows.mutableSpan
    var spectra = spectra.mutableSpan
    for mode in 0..<modes {
      var spectrum = spectra.elements(spectrumPlace(mode))
      for block in 0..<transform.rowBlocks {
        let first = place(mode, block)
        let probeRows = frameRows(probeSpan, first)
        let xRows = objectRows(xSpan, seat.placement, block)
        if engine == .raar {
          if y.isEmpty {
            addProduct(mutableFrameRows(&wave, first), probeRows, xRows)
          } else {
            addProducts(
              mutableFrameRows(&wave, first),
              probeRows,
              xRows,
              frameRows(previousSpan, first),
              objectRows(ySpan, seat.placement, block)
            )
          }
          transform.forwardRows(block, of: wave.span, from: first, into: &spectrum)
        } else {
          let waveRows = mutableFrameRows(&wave, first)
          let reflected = mutableFrameRows(&rows, 0)
          reflect(waveRows, probeRows, xRows, into: reflected)
          transform.forwardRows(block, of: rows.span, into: &spectrum)
        }
      }
    }
  }

  /// Begins with probe times object and transforms its rows.
  ///
  /// - Parameters:
  ///   - seat: Where the frame lies.
  ///   - object: An object in place of the sweep's own.
  ///   - scratch: Room for the frame.
  func beginModel(
    _ seat: ScanFrame.Seat,
    object: [Complex64]? = nil,
    _ scratch: inout SweepScratch
  ) {
    begin(seat, copies: copies, object: object ?? self.object, &scratch.rows, &scratch.spectra)
  }

  private func begin(
    _ seat: ScanFrame.Seat,
    copies: [AlignedArray<Complex64>],
    object: [Complex64],
    _ rows: inout AlignedArray<Complex64>,
    _ spectra: inout AlignedArray<Complex64>
  ) {
    let probe = copies[seat.slot]
    let probeSpan = probe.span
    let objectSpan = object.span
    var rows = rows.mutableSpan
    var spectra = spectra.mutableSpan
    for mode in 0..<modes {
      var spectrum = spectra.elements(spectrumPlace(mode))
      for block in 0..<transform.rowBlocks {
        multiply(
          frameRows(probeSpan, place(mode, block)),
          objectRows(objectSpan, seat.placement, block),
          into: mutableFrameRows(&rows, 0)
        )
        transform.forwardRows(block, of: rows.span, into: &spectrum)
      }
    }
  }

  /// Transforms the rows back, adds them to the sums and leaves the wave as the engine keeps it.
  func finish(
    _ seat: ScanFrame.Seat,
    _ wave: inout AlignedArray<Complex64>,
    _ sums: inout ScanSums,
    _ scratch: inout SweepScratch
  ) {
    for mode in 0..<modes {
      for block in 0..<transform.rowBlocks {
        inverseRows(mode, block, scratch.spectra, into: &scratch.rows)
        if engine == .raar, wanted.waves {
          addWave(seat, mode, block, wave, &sums.objectFromWave, &sums.coverage)
        } else if wanted.coverage {
          addCoverage(seat, mode, block, &sums.coverage)
        }
        finishRows(
          seat,
          mode,
          block,
          scratch.rows,
          &wave,
          &sums.objectFromData,
          &sums.objectFromWave
        )
        guard wanted.probe else { continue }
        if engine == .differenceMap {
          // Object and probe of its overlap projection are both those of the waves.
          addProbe(seat, mode, block, wave, from: place(mode, block), x.span, &sums)
        } else {
          addProbe(seat, mode, block, scratch.rows, object.span, &sums)
        }
      }
    }
  }

  /// Transforms one block of rows of a mode back.
  func inverseRows(
    _ mode: Int,
    _ block: Int,
    _ spectra: AlignedArray<Complex64>,
    into rows: inout AlignedArray<Complex64>
  ) {
    var rows = rows.mutableSpan
    let spectrum = spectra.span.extracting(spectrumPlace(mode))
    transform.inverseRows(block, of: spectrum, into: &rows)
  }

  /// Adds P* ψ of a block of rows, and |P|² where it is wanted.
  private func addWave(
    _ seat: ScanFrame.Seat,
    _ mode: Int,
    _ block: Int,
    _ wave: AlignedArray<Complex64>,
    _ sum: inout AlignedArray<Complex64>,
    _ coverage: inout [Float]
  ) {
    let first = place(mode, block)
    let probe = copies[seat.slot]
    let (probeSpan, waveSpan) = (probe.span, wave.span)
    let (probeRows, waveRows) = (frameRows(probeSpan, first), frameRows(waveSpan, first))
    var sum = sum.mutableSpan
    if wanted.coverage {
      var coverage = coverage.mutableSpan
      addNormalTerms(
        probeRows,
        waveRows,
        to: mutableObjectRows(&sum, seat.placement, block),
        weight: mutableObjectWeights(&coverage, seat.placement, block)
      )
    } else {
      addConjugateProduct(
        probeRows,
        waveRows,
        to: mutableObjectRows(&sum, seat.placement, block)
      )
    }
  }

  private func finishRows(
    _ seat: ScanFrame.Seat,
    _ mode: Int,
    _ block: Int,
    _ rows: AlignedArray<Complex64>,
    _ wave: inout AlignedArray<Complex64>,
    _ dataSum: inout AlignedArray<Complex64>,
    _ waveSum: inout AlignedArray<Complex64>
  ) {
    let first = place(mode, block)
    let probe = copies[seat.slot]
    let probeSpan = probe.span
    let data = rows.span
    var wave = wave.mutableSpan
    var dataSum = dataSum.mutableSpan
    var waveSum = waveSum.mutableSpan
    let probeRows = frameRows(probeSpan, first)
    let projected = frameRows(data, 0)
    switch engine {
    case .raar:
      if wanted.probe, !wanted.waves {
        let objectSpan = object.span
        finishRAAR(
          mutableFrameRows(&wave, first),
          projected: projected,
          probe: probeRows,
          without: objectRows(objectSpan, seat.placement, block),
          sum: mutableObjectRows(&dataSum, seat.placement, block),
          beta: beta
        )
      } else {
        finishRAAR(
          mutableFrameRows(&wave, first),
          projected: projected,
          probe: probeRows,
          sum: mutableObjectRows(&dataSum, seat.placement, block),
          beta: beta
        )
      }
    case .differenceMap:
      finishDifferenceMap(
        mutableFrameRows(&wave, first),
        projected: projected,
        probe: probeRows,
        sum: mutableObjectRows(&waveSum, seat.placement, block)
      )
      fallthrough
    case .errorReduction, .epie:
      addConjugateProduct(
        probeRows,
        projected,
        to: mutableObjectRows(&dataSum, seat.placement, block)
      )
    }
  }

  /// Adds |P|² of a block of rows where a frame lies.
  func addCoverage(
    _ seat: ScanFrame.Seat,
    _ mode: Int,
    _ block: Int,
    _ coverage: inout [Float]
  ) {
    let probe = copies[seat.slot]
    let span = probe.span
    var sum = coverage.mutableSpan
    addIntensity(
      of: frameRows(span, place(mode, block)),
      to: mutableObjectWeights(&sum, seat.placement, block)
    )
  }

  /// Adds a block of rows to what refines the probe; its denominator from the first mode only.
  ///
  /// - Parameters:
  ///   - seat: Where the frame lies.
  ///   - mode: Which mode.
  ///   - block: Which block of its rows.
  ///   - rows: What probe times object should be, from `firstRow` on.
  ///   - firstRow: Where the block begins in it.
  ///   - object: The object, [row, column].
  ///   - sums: Added to.
  func addProbe(
    _ seat: ScanFrame.Seat,
    _ mode: Int,
    _ block: Int,
    _ rows: AlignedArray<Complex64>,
    from firstRow: Int = 0,
    _ object: Span<Complex64>,
    _ sums: inout ScanSums
  ) {
    let data = rows.span
    let objectRows = objectRows(object, seat.placement, block)
    let first = place(mode, block)
    var sum = sums.probe[seat.slot].mutableSpan
    if mode > 0 {
      addConjugateProduct(
        objectRows,
        frameRows(data, firstRow),
        to: mutableFrameRows(&sum, first)
      )
    } else {
      var weight = sums.probeWeight[seat.slot].mutableSpan
      addNormalTerms(
        objectRows,
        frameRows(data, firstRow),
        to: mutableFrameRows(&sum, first),
        weight: mutableFrameWeights(&weight, first)
      )
    }
  }
}
