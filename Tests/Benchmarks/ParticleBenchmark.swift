// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import ParticleAnalysis

/// How long it takes to find and measure the particles of 256³ voxels.
func particleBenchmarks() -> [BenchmarkCase] {
  [BenchmarkCase(name: "particle_analysis", run: measureParticles)]
}

private func measureParticles() throws -> [BenchmarkResult] {
  let (side, size) = (256, Length(nanometers: 6.7))
  let matrix = AbsorptionMatrix(rows: [[11.80, 5.33], [5.45, 11.86]])
  let phantom = Phantom(plateCount: 1200, diameter: Length(nanometers: 1600), seed: 5)
  let truth = phantom.volumes(side: side, height: side, voxelSize: size, samples: 2)
  var random = SeededGenerator(seed: 6)
  let volumes = (0..<2).map { energy in
    // A resolution of 11 nm, and noise of 3 % of solid material.
    var volume = truth.opticalDensity(energyIndex: energy, matrix: matrix).smoothed(by: 0.7)
    for i in volume.values.indices { volume.values[i] += Float(0.0017 * random.normal()) }
    return volume
  }
  let densities = DensityPair(
    first: volumes[0],
    second: volumes[1],
    voxelSize: size,
    matrix: matrix
  )
  ProcessUsage.forgetPeak()
  let before = ProcessUsage.residentMegabytes()
  let clock = ContinuousClock()
  var shortest = Duration.seconds(1000)
  var found = (plates: 0, bunches: 0)
  for _ in 0..<2 {
    let start = clock.now
    guard let catalog = ParticleCatalog.find(in: densities) else { continue }
    shortest = min(shortest, clock.now - start)
    found = (catalog.plates.count, catalog.bunches.count)
  }
  let peak = Int(ProcessUsage.peakMegabytes() - before)
  return [
    BenchmarkResult(
      name: "particle_analysis_s",
      value: shortest / .seconds(1),
      unit: "s",
      detail: "\(side)^3 voxels, \(phantom.plates.count) plates, \(found.plates) found and "
        + "\(found.bunches) bunches, one thread, best of 2; \(peak) MB more at peak"
    )
  ]
}
