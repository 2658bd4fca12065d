// SPDX-License-Identifier: BSD-3-Clause

public import Imaging

/// A cleaned diffraction pattern, ready for the solver.
public struct DiffractionPattern: Sendable {
  /// The scan point, counted from 0.
  public var index: Int
  /// Where the probe sat.
  public var position: ScanPosition
  /// Square roots of photon counts, [row, column], DC at [N/2, N/2], √photon; a **negative**
  /// value marks a pixel that was not measured (bad, saturated, off the detector), which the
  /// solver leaves free.
  public var amplitudes: Image

  /// Makes a pattern.
  public init(index: Int, position: ScanPosition, amplitudes: Image) {
    self.index = index
    self.position = position
    self.amplitudes = amplitudes
  }
}
