// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// The frames that one thread works on, with their waves and their sums.
struct FrameGroup: Sendable {
  var frames: [ScanFrame] = []
  /// R for RAAR, ψ for the difference map, [frame][mode, row, column]; else empty.
  var waves: [AlignedArray<Complex64>] = []
  var sums: ScanSums
  var scratch: SweepScratch
  /// What the last comparison of model and measurement found.
  var comparison = ModelComparison()
  /// Where position refinement would move each frame, pixels.
  var proposedShifts: [(row: Double, column: Double)] = []
  /// Room for copies of a new probe, and the copies.
  var newCopies: [AlignedArray<Complex64>] = []
  /// Which group this is.
  let number: Int
  private var room: SubpixelShifts.Room

  init(number: Int, sums: ScanSums, scratch: SweepScratch, shifts: SubpixelShifts) {
    self.number = number
    self.sums = sums
    self.scratch = scratch
    room = SubpixelShifts.Room(shifts)
  }

  /// Runs an iteration over the frames of the group.
  mutating func iterate(_ sweep: FrameSweep) {
    sums.clear(sweep.wanted)
    for k in frames.indices {
      if sweep.engine.keepsWaves {
        sweep.begin(frames[k].previousSeat, &waves[k], &scratch.rows, &scratch.spectra)
      } else {
        sweep.beginModel(frames[k].seat, &scratch)
      }
      let nextWave = k + 1 < waves.count ? waves[k + 1] : AlignedArray()
      sums.dataNorm += sweep.project(frames[k], &scratch, nextWave: nextWave)
      sweep.finish(frames[k].seat, &waves[k], &sums, &scratch)
      frames[k].previousSeat = frames[k].seat
    }
    if sweep.wanted.probe { gatherProbe(sweep) }
  }

  /// Gathers what the frames since the sums were cleared say of the probe.
  mutating func gatherProbe(_ sweep: FrameSweep) {
    sums.gatherProbe(sweep.copies, modes: sweep.modes, sweep.shifts, &room)
  }

  /// Makes the copies of a new probe that are the group's to make, in `newCopies`.
  ///
  /// - Parameters:
  ///   - modes: The new modes.
  ///   - slots: The slots of the group.
  ///   - shifts: What moves them.
  mutating func makeCopies(of modes: [ComplexImage], at slots: [Int], _ shifts: SubpixelShifts) {
    shifts.makeCopies(of: modes, at: slots, &newCopies, &room)
  }

  /// Compares all frames with probe times object.
  ///
  /// - Parameters:
  ///   - sweep: One that begins with P O.
  ///   - backgroundSums: Where the background's sums are wanted and not the errors, those of nothing.
  ///   - half: 0 for every other of the group's frames, 1 for the others, nil for all.
  ///   - byLikelihood: Whether the residual is Poisson's deviance, not that of moduli.
  ///   - sumsNoise: Whether the share of the photon noise is wanted beside the errors.
  mutating func compare(
    _ sweep: FrameSweep,
    backgroundSums: BackgroundRetrieval.Sums? = nil,
    half: Int? = nil,
    byLikelihood: Bool = false,
    sumsNoise: Bool = false
  ) {
    comparison = ModelComparison()
    if sumsNoise { comparison.noise = PhotonNoise() }
    comparison.background = backgroundSums
    comparison.isLikelihood = byLikelihood
    for k in frames.indices {
      if let half, k & 1 != half { continue }
      sweep.beginModel(frames[k].seat, &scratch)
      sweep.compare(frames[k], &scratch, &comparison)
    }
  }

  /// Has each frame's intensities be those in the pixels' middles.
  ///
  /// - Parameters:
  ///   - area: What pixels make of a pattern.
  ///   - sweep: One that begins with P O.
  mutating func correctCounts(for area: PixelArea, _ sweep: FrameSweep) {
    for k in frames.indices {
      sweep.beginModel(frames[k].seat, &scratch)
      sweep.correctCounts(of: &frames[k], for: area, &scratch)
    }
  }

  /// Finds for each frame where on the object it would fit better.
  ///
  /// - Parameter sweep: One that begins with P O.
  mutating func proposeShifts(_ sweep: FrameSweep) {
    proposedShifts = []
    proposedShifts.reserveCapacity(frames.count)
    for k in frames.indices {
      sweep.beginModel(frames[k].seat, &scratch)
      _ = sweep.project(frames[k], &scratch)
      proposedShifts.append(sweep.shift(frames[k].seat, &scratch))
    }
  }

  /// Lets one frame correct the object, and adds what it says of the probe to the sums.
  mutating func correct(
    _ object: inout [Complex64],
    by k: Int,
    _ step: FrameSweep.ObjectStep,
    _ sweep: FrameSweep
  ) {
    sweep.beginModel(frames[k].seat, object: object, &scratch)
    sums.dataNorm += sweep.project(frames[k], &scratch)
    sweep.correct(&object, frames[k].seat, step, &sums, &scratch)
  }
}
