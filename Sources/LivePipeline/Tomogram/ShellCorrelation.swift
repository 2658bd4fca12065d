// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import HDF5Storage
import Imaging
public import ResolutionMetrics

/// How well the volumes from even and odd tilts at one energy agree, shell by shell.
///
/// What it says holds for a volume of half the tilts, so that it is a careful figure for that of
/// all. It cannot see what both halves have in common: the missing wedge, registration (the shifts
/// are those of all tilts) and what is wrong with both.
public struct ShellCorrelation: Sendable, Hashable {
  /// The place of the energy in the tomogram's list.
  public var energyIndex: Int
  /// The photon energy; nil where it is not known.
  public var energy: PhotonEnergy?
  /// The correlation on each shell.
  public var correlation: RingCorrelation
  /// The numbers of tilts in both halves; zeros where they are not known.
  public var tilts: [Int]
  /// The size of a voxel.
  public var voxelSize: Length
  /// The object's diameter across the rotation axis; nil where it is not known.
  public var diameter: Length?

  /// Makes the correlation of two volumes.
  public init(
    energyIndex: Int,
    energy: PhotonEnergy?,
    correlation: RingCorrelation,
    tilts: [Int],
    voxelSize: Length,
    diameter: Length? = nil
  ) {
    self.energyIndex = energyIndex
    self.energy = energy
    self.correlation = correlation
    self.tilts = tilts
    self.voxelSize = voxelSize
    self.diameter = diameter
  }

  /// Where it falls below the 1/2-bit threshold.
  public var resolution: Resolution { correlation.resolution(threshold: .halfBit) }
  /// Where it falls below 0.5.
  public var resolutionAtOneHalf: Resolution { correlation.resolution(threshold: .fixed(0.5)) }

  /// The half period up to which detail is resolved by 1/2 bit; infinite where nothing correlates.
  public var halfPeriod: Length {
    Length(meters: resolution.halfPeriod(pixelSize: voxelSize.meters))
  }

  /// The half period up to which the correlation is at least 0.5.
  public var halfPeriodAtOneHalf: Length {
    Length(meters: resolutionAtOneHalf.halfPeriod(pixelSize: voxelSize.meters))
  }

  /// The full period that all tilts together could resolve, π D / N; nil without diameter or tilts.
  public var crowtherLimit: Length? {
    let count = tilts.reduce(0, +)
    guard let diameter, count > 0 else { return nil }
    return Length(meters: ResolutionMetrics.crowtherLimit(diameter: diameter.meters, tilts: count))
  }

  /// The correlation as a tomogram's file has it.
  var record: TomogramResolution {
    let shells = correlation.rings
    return TomogramResolution(
      energyIndex: energyIndex,
      frequencies: shells.map { $0.frequency / voxelSize.nanometers },
      correlations: shells.map(\.correlation),
      halfBitThreshold: correlation.threshold(.halfBit),
      shellCounts: shells.map(\.pixelCount),
      tilts: tilts,
      halfPeriodAtHalfBit: halfPeriod,
      halfPeriodAtOneHalf: halfPeriodAtOneHalf,
      diameter: diameter,
      crowtherLimit: crowtherLimit
    )
  }
}

extension ShellCorrelation {
  /// The half period at 1/2 bit, in words.
  var halfPeriodInWords: String {
    guard halfPeriod.meters.isFinite else { return "nothing" }
    let words = "\(inTenths(halfPeriod.nanometers)) nm"
    return resolution.isLimitedByPixels ? "\(words) (the limit of the voxels)" : words
  }
}

/// A number with one decimal.
func inTenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
