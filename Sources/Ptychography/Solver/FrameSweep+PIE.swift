// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

extension FrameSweep {
  /// How a frame corrects the object: O += P* (D − P O) / (c |P|² + floor).
  struct ObjectStep: Sendable {
    var c: Float
    var floor: Float
  }

  /// Transforms the rows back, corrects the object and adds to what refines the probe.
  func correct(
    _ object: inout [Complex64],
    _ seat: ScanFrame.Seat,
    _ step: ObjectStep,
    _ sums: inout ScanSums,
    _ scratch: inout SweepScratch
  ) {
    for mode in 0..<modes {
      for block in 0..<transform.rowBlocks {
        inverseRows(mode, block, scratch.spectra, into: &scratch.rows)
        if wanted.probe {
          addProbe(seat, mode, block, scratch.rows, object.span, &sums)
        }
        correct(&object, seat, mode, block, step, scratch.rows)
      }
    }
  }

  private func correct(
    _ object: inout [Complex64],
    _ seat: ScanFrame.Seat,
    _ mode: Int,
    _ block: Int,
    _ step: ObjectStep,
    _ rows: AlignedArray<Complex64>
  ) {
    let probe = copies[seat.slot]
    let probeSpan = probe.span
    let data = rows.span
    var target = object.mutableSpan
    updateObject(
      mutableObjectRows(&target, seat.placement, block),
      projected: frameRows(data, 0),
      probe: frameRows(probeSpan, place(mode, block)),
      c: step.c,
      floor: step.floor
    )
  }
}
