// SPDX-License-Identifier: BSD-3-Clause

import FourierTransform
import Imaging

/// What one frame does in one iteration, and what all frames share in it.
///
/// With D = P_M ψ and RAAR (Luke, Inverse Problems 21, 2005, doi 10.1088/0266-5611/21/1/004),
///
///     ψ⁺ = 2β P_Q D + (1 − 2β) D + β (ψ − P_Q ψ),
///
/// the overlap projections are known when all frames are through; the rest,
/// R = (1 − 2β) D + β ψ, stays with the frame. An iteration therefore begins with
/// ψ = P x + P′ y + R and ends with R: one pair of transforms and one pass over the frame's memory.
/// Where the probe is as it was, x = 2β O_D − β O_ψ and there is no y. After a refinement
/// x = 2β O_D and y = −β O_ψ with P′ the probe that O_ψ was taken with, unless O_ψ was known before
/// and P′ O_ψ is out of R already. It must not be the refined probe: P O_ψ is no projection of ψ,
/// and what it is off by stays in ψ and grows. Each step works on
/// a block of rows or of columns while it is in the first-level cache.
struct FrameSweep: Sendable {
  let transform: BlockedTransform2D
  let engine: PtychographyEngine
  let beta: Float
  /// How far measured moduli are trusted.
  let modulusStep: ModulusStep
  let modes: Int
  let objectColumns: Int
  let wanted: ScanSums.Wanted
  /// What moves the probe by fractions of a pixel.
  let shifts: SubpixelShifts
  /// The probe's copies by slot, [mode, row, column].
  let copies: [AlignedArray<Complex64>]
  /// Those before the latest refinement.
  let previousCopies: [AlignedArray<Complex64>]
  /// The object of the last iteration.
  let object: [Complex64]
  /// What the probe multiplies when a wave is begun; for the difference map the waves' own
  /// object; engines without waves of their own begin with `object`.
  let x: AlignedArray<Complex64>
  /// What the previous probe multiplies when a wave is begun; empty where there is nothing.
  let y: AlignedArray<Complex64>
  /// b over the number of pixels, in the order of the transform's tiles.
  let background: [Float]
}

extension FrameSweep {
  /// Where a block of rows begins in a wave or in a probe's copy.
  @inline(__always)
  func place(_ mode: Int, _ block: Int) -> Int {
    mode * transform.shape.count + block * transform.rowBlockCount
  }

  /// A mode's elements of `SweepScratch.spectra`.
  func spectrumPlace(_ mode: Int) -> Range<Int> {
    mode * transform.spectrumCount..<(mode + 1) * transform.spectrumCount
  }

  /// A mode's elements of `SweepScratch.tiles`.
  func tilePlace(_ mode: Int) -> Range<Int> {
    mode * transform.tileCount..<(mode + 1) * transform.tileCount
  }
}

// A block of rows of one frame: in its wave and its probe, and where it lies on the object.
extension FrameSweep {
  /// The rows of a wave or of a probe's copy from `first` on.
  @inline(__always)
  @_lifetime(copy array)
  func frameRows(_ array: Span<Complex64>, _ first: Int) -> PixelRows {
    PixelRows(
      array,
      from: first,
      stride: transform.shape.columns,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  /// Those rows, to be changed.
  @inline(__always)
  @_lifetime(&array)
  func mutableFrameRows(
    _ array: inout MutableSpan<Complex64>,
    _ first: Int
  ) -> MutablePixelRows {
    MutablePixelRows(
      &array,
      from: first,
      stride: transform.shape.columns,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  /// Those rows of a denominator.
  @inline(__always)
  @_lifetime(&array)
  func mutableFrameWeights(_ array: inout MutableSpan<Float>, _ first: Int) -> MutableWeightRows {
    MutableWeightRows(
      &array,
      from: first,
      stride: transform.shape.columns,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  /// The rows of an object that a block of a frame's rows covers.
  @inline(__always)
  @_lifetime(copy array)
  func objectRows(
    _ array: Span<Complex64>,
    _ placement: Placement,
    _ block: Int
  ) -> PixelRows {
    PixelRows(
      array,
      from: objectPlace(placement, block),
      stride: objectColumns,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  /// Those rows, to be changed.
  @inline(__always)
  @_lifetime(&array)
  func mutableObjectRows(
    _ array: inout MutableSpan<Complex64>,
    _ placement: Placement,
    _ block: Int
  ) -> MutablePixelRows {
    MutablePixelRows(
      &array,
      from: objectPlace(placement, block),
      stride: objectColumns,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  /// Those rows of a denominator.
  @inline(__always)
  @_lifetime(&array)
  func mutableObjectWeights(
    _ array: inout MutableSpan<Float>,
    _ placement: Placement,
    _ block: Int
  ) -> MutableWeightRows {
    MutableWeightRows(
      &array,
      from: objectPlace(placement, block),
      stride: objectColumns,
      rows: transform.rowsInBlock,
      columns: transform.shape.columns
    )
  }

  @inline(__always)
  private func objectPlace(_ placement: Placement, _ block: Int) -> Int {
    (placement.row + block * transform.rowsInBlock) * objectColumns + placement.column
  }
}
