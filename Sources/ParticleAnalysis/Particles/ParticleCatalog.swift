// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// The particles of a tomogram with everything that was measured of them.
public struct ParticleCatalog: Sendable {
  /// The particles and bunches, the one with the most voxels first.
  public var particles: [Particle]
  /// Which of them each voxel belongs to, [x, z, y]; 0 for none.
  public var labels: LabelVolume
  /// The threshold, mean optical density of both energies; nil where none was given and all voxels are alike.
  public var threshold: Double?
  /// The markers that the watershed started from.
  public var markerCount: Int
  /// The size of a voxel.
  public var voxelSize: Length
  /// What a particle was taken to be.
  public var parameters: ParticleParameters

  /// Finds and measures the particles of a sample.
  ///
  /// - Parameters:
  ///   - densities: The optical densities at two energies.
  ///   - parameters: What a particle is; valid ones.
  ///   - progress: Told of every step before it begins; ends the work by `false`.
  /// - Returns: The particles; nil where `progress` ended the work.
  public static func find(
    in densities: DensityPair,
    parameters: ParticleParameters = ParticleParameters(),
    progress: (ParticleSegmentation.Step) -> Bool = { _ in true }
  ) -> ParticleCatalog? {
    let mean = densities.mean
    guard
      let segmentation = ParticleSegmentation.segment(
        mean,
        parameters: parameters,
        progress: progress
      ), progress(.measurement)
    else { return nil }
    let measurement = ParticleMeasurement(
      densities: densities,
      segmentation: segmentation,
      mean: mean,
      parameters: parameters
    )
    return ParticleCatalog(
      particles: measurement.measure(),
      labels: segmentation.labels,
      threshold: segmentation.threshold,
      markerCount: segmentation.markerCount,
      voxelSize: densities.voxelSize,
      parameters: parameters
    )
  }

  /// The plates: what is counted.
  public var plates: [Particle] { particles.filter { !$0.isBunch } }
  /// What could not be separated into plates.
  public var bunches: [Particle] { particles.filter(\.isBunch) }

  /// How many plates are active, from the configured share of FePO₄ on.
  public var active: ActivityCount { activity(from: parameters.activePercent) }

  /// How many plates are active.
  ///
  /// - Parameter percent: The share of FePO₄ from which a plate counts as active.
  /// - Returns: The count with its binomial errors.
  public func activity(from percent: Double) -> ActivityCount {
    let plates = plates
    return ActivityCount(active: plates.count { $0.isActive(from: percent) }, all: plates.count)
  }
}
