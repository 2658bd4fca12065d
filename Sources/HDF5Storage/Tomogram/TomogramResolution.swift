// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// The Fourier shell correlation of the volumes from even and odd tilts at one energy.
public struct TomogramResolution: Sendable, Hashable {
  /// The place of the energy in the tomogram's list.
  public var energyIndex: Int
  /// The spatial frequency of each shell, nm⁻¹, rising; the last is at most one over two voxels.
  public var frequencies: [Double]
  /// The correlation on each shell, −1 to 1.
  public var correlations: [Double]
  /// The 1/2-bit threshold on each shell.
  public var halfBitThreshold: [Double]
  /// The number of Fourier voxels of each shell, Friedel mates included.
  public var shellCounts: [Int]
  /// The numbers of tilts in both halves.
  public var tilts: [Int]
  /// The half period where the correlation falls below 1/2 bit; infinite where nothing correlates.
  public var halfPeriodAtHalfBit: Length
  /// The half period where it falls below 0.5.
  public var halfPeriodAtOneHalf: Length
  /// The object's diameter across the rotation axis; nil where it is not known.
  public var diameter: Length?
  /// The full period that all tilts could resolve, π D / N; nil without diameter.
  public var crowtherLimit: Length?

  /// Takes curves with one value for each shell.
  public init(
    energyIndex: Int,
    frequencies: [Double],
    correlations: [Double],
    halfBitThreshold: [Double],
    shellCounts: [Int],
    tilts: [Int],
    halfPeriodAtHalfBit: Length,
    halfPeriodAtOneHalf: Length,
    diameter: Length? = nil,
    crowtherLimit: Length? = nil
  ) {
    precondition(
      frequencies.count == correlations.count && frequencies.count == halfBitThreshold.count
        && frequencies.count == shellCounts.count,
      "the curves differ in length"
    )
    self.energyIndex = energyIndex
    self.frequencies = frequencies
    self.correlations = correlations
    self.halfBitThreshold = halfBitThreshold
    self.shellCounts = shellCounts
    self.tilts = tilts
    self.halfPeriodAtHalfBit = halfPeriodAtHalfBit
    self.halfPeriodAtOneHalf = halfPeriodAtOneHalf
    self.diameter = diameter
    self.crowtherLimit = crowtherLimit
  }
}
