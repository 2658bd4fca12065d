// SPDX-License-Identifier: BSD-3-Clause

/// Section `results`: what is written, and where.
public struct ResultConfiguration: Hashable, Sendable {
  /// Key `directory`: the folder of the results; made where it is missing.
  public var directory = "results"
  /// Key `pictures`: whether PNG pictures are drawn beside the data.
  public var pictures = true

  /// Key `mrc`: whether volumes are written as MRC files too.
  public var mrc = true
  /// Key `scans`: whether every scan's object and probe are written as CXI.
  public var scans = true
  /// Key `frc`: when the Fourier ring correlation of every other frame is measured.
  public var halfScanTiming = HalfScanTiming.onDemand
  /// Key `frc_iterations`: the iterations of each half, from the finished probe.
  public var halfScanIterations = 40

  /// Makes the defaults.
  public init() {}
}
