// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import Ptychography

/// The solver's cases: one RAAR iteration, probe refined, over the bare transforms it needs.
func raarBenchmarks() -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "raar_over_fft_128") { try raarOverTransforms(side: 128, points: 15) },
    BenchmarkCase(name: "raar_over_fft_256") { try raarOverTransforms(side: 256, points: 10) },
  ]
}

/// Times an iteration and its transforms alone, on random patterns of a square scan.
private func raarOverTransforms(side: Int, points: Int) throws -> [BenchmarkResult] {
  if let path = Wisdom.defaultPath { Wisdom.load(from: path) }
  let shape = Shape2D(square: side)
  let plan = FourierPlan2D(shape: shape)
  if let path = Wisdom.defaultPath { try? Wisdom.save(to: path) }

  let pixelSize = Length(nanometers: 6.7)
  var generator = SeededGenerator(seed: 1)
  let positions = (0..<points * points).map { index in
    let place = { (k: Int) in
      (Double(k) - Double(points - 1) / 2) * 10 + 2 * generator.uniform() - 1
    }
    return ScanPosition(
      x: place(index % points) * pixelSize.meters,
      y: place(index / points) * pixelSize.meters
    )
  }
  var reconstruction = IncrementalReconstruction(
    grid: ScanGrid(patternShape: shape, pixelSize: pixelSize, positions: positions),
    identity: ScanIdentity(scan: "benchmark", energy: PhotonEnergy(electronVolts: 708.2)),
    plan: plan,
    parameters: PtychographyParameters(),
    probe: ComplexImage(shape: shape, filledWith: .one)
  )
  for (index, position) in positions.enumerated() {
    let amplitudes = Image(
      shape: shape,
      values: (0..<shape.count).map { _ in Float(generator.uniform()) }
    )
    reconstruction.add(
      DiffractionPattern(index: index, position: position, amplitudes: amplitudes)
    )
  }
  reconstruction.iterate(3)
  let iteration = BenchmarkCase.milliseconds(repeats: 9) { reconstruction.iterate(1) }

  // Zeros, because unscaled transforms would soon run out of range; they take the same time.
  let waves = positions.map { _ in ComplexImage(shape: shape) }
  let transforms = transformTime(waves, plan)
  let detail = "\(positions.count) frames of \(shape), one core"
  return [
    BenchmarkResult(
      name: "raar_over_fft_\(side)",
      value: iteration / transforms,
      unit: "1",
      detail: "\(detail), quarter-pixel positions, probe refined"
    ),
    BenchmarkResult(name: "raar_iteration_\(side)", value: iteration, unit: "ms", detail: detail),
    BenchmarkResult(name: "raar_fft_\(side)", value: transforms, unit: "ms", detail: detail),
  ]
}

/// The time of one pair of bare transforms for every wave, in memory of their own.
private func transformTime(_ waves: [ComplexImage], _ plan: FourierPlan2D) -> Double {
  var waves = waves
  return BenchmarkCase.milliseconds(repeats: 9) {
    for k in waves.indices {
      var pixels = waves[k].values.mutableSpan
      plan.forward(&pixels)
      plan.inverse(&pixels)
    }
  }
}
