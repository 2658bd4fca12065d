// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import LivePipeline
import Ptychography

/// The solver's cases: one iteration over the bare transforms it needs.
func raarBenchmarks() -> [BenchmarkCase] {
  [(128, 15), (256, 10)].map { side, points in
    BenchmarkCase(name: "raar_over_fft_\(side)") {
      try raarOverTransforms(side: side, points: points)
    }
  }
}

/// Times iterations and their transforms alone, on random patterns of a square scan.
private func raarOverTransforms(side: Int, points: Int) throws -> [BenchmarkResult] {
  if let path = Wisdom.defaultPath { Wisdom.load(from: path) }
  let shape = Shape2D(square: side)
  let plan = FourierPlan2D(shape: shape)
  _ = plan.blocked
  if let path = Wisdom.defaultPath { try? Wisdom.save(to: path) }

  var plain = PtychographyParameters()
  plain.probeUpdatePeriod = 0
  var full = PtychographyParameters()
  full.probeUpdatePeriod = 2
  full.retrievesBackground = true
  full.backgroundStart = 0
  full.backgroundPeriod = 5
  let patterns = randomPatterns(shape: shape, points: points)
  func time(
    _ parameters: PtychographyParameters,
    iterations: Int,
    threads: Int = 1
  ) -> Double {
    var solver = solver(patterns, plan: plan, parameters, threads: threads)
    solver.iterate(4)
    return BenchmarkCase.milliseconds(repeats: 5) { solver.iterate(iterations) }
      / Double(iterations)
  }
  let iteration = time(plain, iterations: 2)
  // Ten iterations hold five refinements of the probe and two of the background.
  let fullIteration = time(full, iterations: 10)
  let onTwoThreads = time(plain, iterations: 2, threads: 2)
  // Zeros, because unscaled transforms would soon run out of range; they take the same time.
  let transforms = transformTime(patterns.map { _ in ComplexImage(shape: shape) }, plan)
  let detail = "\(patterns.count) frames of \(shape), quarter-pixel positions, one thread"
  return [
    BenchmarkResult(
      name: "raar_over_fft_\(side)",
      value: iteration / transforms,
      unit: "1",
      detail: "\(detail), exact P_Q"
    ),
    BenchmarkResult(
      name: "raar_full_over_fft_\(side)",
      value: fullIteration / transforms,
      unit: "1",
      detail: "\(detail), probe every 2nd, background every 5th iteration"
    ),
    BenchmarkResult(
      name: "raar_two_thread_speedup_\(side)",
      value: iteration / onTwoThreads,
      unit: "1",
      detail: "one thread \(rounded(iteration)) ms, two \(rounded(onTwoThreads)) ms"
    ),
    BenchmarkResult(name: "raar_iteration_\(side)", value: iteration, unit: "ms", detail: detail),
    BenchmarkResult(name: "raar_fft_\(side)", value: transforms, unit: "ms", detail: detail),
  ]
}

private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

/// The object pixel of all cases on random patterns.
let benchmarkPixelSize = Length(nanometers: 6.7)

/// Random patterns on a jittered square scan with steps of ten pixels.
func randomPatterns(shape: Shape2D, points: Int) -> [DiffractionPattern] {
  var generator = SeededGenerator(seed: 1)
  return (0..<points * points).map { index in
    let place = { (k: Int) in
      (Double(k) - Double(points - 1) / 2) * 10 + 2 * generator.uniform() - 1
    }
    let position = ScanPosition(
      x: place(index % points) * benchmarkPixelSize.meters,
      y: place(index / points) * benchmarkPixelSize.meters
    )
    let amplitudes = (0..<shape.count).map { _ in Float(generator.uniform()) }
    return DiffractionPattern(
      index: index,
      position: position,
      amplitudes: Image(shape: shape, values: amplitudes)
    )
  }
}

/// A solver that has all patterns.
func solver(
  _ patterns: [DiffractionPattern],
  plan: FourierPlan2D,
  _ parameters: PtychographyParameters,
  threads: Int
) -> IncrementalReconstruction {
  var solver = IncrementalReconstruction(
    grid: ScanGrid(
      patternShape: plan.shape,
      pixelSize: benchmarkPixelSize,
      positions: patterns.map(\.position)
    ),
    identity: ScanIdentity(scan: "benchmark", energy: PhotonEnergy(electronVolts: 708.2)),
    plan: plan,
    parameters: parameters,
    probe: ComplexImage(shape: plan.shape, filledWith: .one),
    workers: threads > 1 ? WorkerCrew(threads: threads) : SerialWork()
  )
  for pattern in patterns { solver.add(pattern) }
  return solver
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
