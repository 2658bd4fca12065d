// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import ParticleAnalysis

/// Plates, blurred and noisy as a reconstruction of 11 nm is, in voxels of 6.7 nm.
struct PlateSample {
  static let voxelSize = Length(nanometers: 6.7)
  static let matrix = AbsorptionMatrix(rows: [[11.80, 5.33], [5.45, 11.86]])

  let phantom: Phantom
  let truth: PhaseVolumes
  let densities: DensityPair

  /// Averages plates over voxels, blurs by a Gaussian and adds noise.
  ///
  /// - Parameters:
  ///   - phantom: The plates.
  ///   - side: The extents of the volume, voxels.
  ///   - blur: The full width of the Gaussian at half maximum, nm.
  ///   - noise: The noise of each energy, a part of the density of solid material.
  init(_ phantom: Phantom, side: Int, blur: Double = 11, noise: Double = 0.03) {
    self.phantom = phantom
    truth = phantom.volumes(side: side, height: side, voxelSize: Self.voxelSize)
    var random = SeededGenerator(seed: 20)
    let deviation = blur / 2.3548 / Self.voxelSize.nanometers
    let solid = 8.61 * Self.voxelSize.micrometers
    var energies: [Volume] = []
    for energy in 0..<2 {
      var volume = truth.opticalDensity(energyIndex: energy, matrix: Self.matrix)
        .smoothed(by: deviation)
      for i in volume.values.indices { volume.values[i] += Float(noise * solid * random.normal()) }
      energies.append(volume)
    }
    densities = DensityPair(
      first: energies[0],
      second: energies[1],
      voxelSize: Self.voxelSize,
      matrix: Self.matrix
    )
  }

  /// The same volume at both energies.
  static func densities(alike volume: Volume) -> DensityPair {
    DensityPair(first: volume, second: volume, voxelSize: voxelSize, matrix: matrix)
  }

  /// What was found beside what there is.
  func comparison(_ catalog: ParticleCatalog) -> ParticleComparison {
    ParticleComparison(
      labels: catalog.labels.values,
      volumes: catalog.particles.map(\.volumeVoxels),
      facetAreas: catalog.particles.map(\.facetArea),
      thicknesses: catalog.particles.map(\.thickness.nanometers),
      delithiated: catalog.particles.map(\.delithiated),
      isPlate: catalog.particles.map { !$0.isBunch },
      truth: truth,
      plates: phantom.plates
    )
  }

  /// A plate, lengths in nm.
  static func plate(
    at center: SIMD3<Double>,
    _ lengths: SIMD3<Double>,
    long: SIMD3<Double>,
    wide: SIMD3<Double>,
    lithiation: NanoPlate.Lithiation = .uniform(0.93)
  ) -> NanoPlate {
    func unit(_ v: SIMD3<Double>) -> SIMD3<Double> { v / (v * v).sum().squareRoot() }
    let first = unit(long)
    let second = unit(wide - (wide * first).sum() * first)
    let third = SIMD3(
      first.y * second.z - first.z * second.y,
      first.z * second.x - first.x * second.z,
      first.x * second.y - first.y * second.x
    )
    return NanoPlate(
      box: OrientedBox(
        center: 1e-9 * center,
        axes: [first, second, third],
        halfLengths: 0.5e-9 * lengths
      ),
      lithiation: lithiation
    )
  }

  /// Two plates of 100 x 80 x 20 nm, one on the other with a gap between the facets, nm, and moved
  /// along them by a fifth of a length.
  static func stack(gap: Double, seed: UInt64) -> Phantom {
    var random = SeededGenerator(seed: seed)
    func direction() -> SIMD3<Double> {
      SIMD3(random.normal(), random.normal(), random.normal())
    }
    let center = SIMD3(random.uniform(), random.uniform(), random.uniform()) * 6.7
    let first = plate(at: center, SIMD3(100, 80, 20), long: direction(), wide: direction())
    let axes = first.box.axes
    let step = (20 + gap) * axes[2] + 20 * axes[0]
    let second = plate(
      at: center + step,
      SIMD3(100, 80, 20),
      long: axes[0],
      wide: axes[1],
      lithiation: .uniform(0.02)
    )
    return Phantom(plates: [first, second])
  }
}
