// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// The beam and the shutter in the course of an acquisition: decay, flicker, failures.
struct BeamHistory {
  private let parameters: SimulationParameters
  private var generator: SeededGenerator
  /// Exposed so far, seconds.
  private var elapsed = 0.0

  init(_ parameters: SimulationParameters) {
    self.parameters = parameters
    generator = SeededGenerator(seed: parameters.seed &* 104_729 &+ 7)
  }

  /// What the exposures of the next scan point meet.
  mutating func exposures() -> [ScanPlan.Exposure] {
    parameters.exposureTimes.map { time in
      let decay = parameters.beamLifetime.map { exponential(-elapsed / $0) } ?? 1
      let flicker = max(0, 1 + parameters.beamFlicker * generator.normal())
      elapsed += time
      return ScanPlan.Exposure(
        time: time,
        incidentPhotons: parameters.photonsPerSecond * time * decay * flicker,
        shutterFails: generator.uniform() < parameters.shutterFailureFraction
      )
    }
  }
}
