// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import FourierTransform
import Imaging
import LivePipeline
import Ptychography

/// The solver's cases: one iteration over the bare transforms it needs.
func raarBenchmarks() -> [BenchmarkCase] {
  [(128, 15), (256, 10)].flatMap { side, points in
    [
      BenchmarkCase(name: "raar_over_fft_\(side)") {
        try plainOverTransforms(SquareScan(side: side, points: points))
      },
      BenchmarkCase(name: "raar_full_over_fft_\(side)") {
        try fullOverTransforms(SquareScan(side: side, points: points))
      },
    ]
  }
}

/// Random patterns of a square scan and the plan of their shape.
private struct SquareScan {
  let side: Int
  let plan: FourierPlan2D
  let patterns: [DiffractionPattern]

  init(side: Int, points: Int) {
    self.side = side
    plan = patientPlan(Shape2D(square: side))
    patterns = randomPatterns(shape: plan.shape, points: points)
  }

  var detail: String {
    "\(patterns.count) frames of \(plan.shape), quarter-pixel positions, one thread"
  }

  /// A solver past its first iterations.
  func solver(_ parameters: PtychographyParameters, threads: Int) -> IncrementalReconstruction {
    var solver = tiltfold_bench.solver(patterns, plan: plan, parameters, threads: threads)
    solver.iterate(10)
    return solver
  }
}

private func plainOverTransforms(_ scan: SquareScan) throws -> [BenchmarkResult] {
  var parameters = PtychographyParameters()
  parameters.probeUpdatePeriod = 0
  var one = scan.solver(parameters, threads: 1)
  var two = scan.solver(parameters, threads: 2)
  var waves = scan.patterns.map { _ in ComplexImage(shape: scan.plan.shape) }
  let times = BenchmarkCase.milliseconds(
    repeats: 15,
    [{ one.iterate(2) }, { two.iterate(2) }, { transform(&waves, scan.plan) }]
  )
  let (iteration, onTwoThreads, transforms) = (times[0] / 2, times[1] / 2, times[2])
  return [
    BenchmarkResult(
      name: "raar_over_fft_\(scan.side)",
      value: iteration / transforms,
      unit: "1",
      detail: "\(scan.detail), exact P_Q"
    ),
    BenchmarkResult(
      name: "raar_two_thread_speedup_\(scan.side)",
      value: iteration / onTwoThreads,
      unit: "1",
      detail: "one thread \(rounded(iteration)) ms, two \(rounded(onTwoThreads)) ms"
    ),
    BenchmarkResult(
      name: "raar_iteration_\(scan.side)",
      value: iteration,
      unit: "ms",
      detail: scan.detail
    ),
    BenchmarkResult(
      name: "raar_fft_\(scan.side)",
      value: transforms,
      unit: "ms",
      detail: scan.detail
    ),
  ]
}

private func fullOverTransforms(_ scan: SquareScan) throws -> [BenchmarkResult] {
  var parameters = PtychographyParameters()
  parameters.probeUpdatePeriod = 2
  parameters.retrievesBackground = true
  parameters.backgroundStart = 0
  parameters.backgroundPeriod = 5
  var solver = scan.solver(parameters, threads: 1)
  var waves = scan.patterns.map { _ in ComplexImage(shape: scan.plan.shape) }
  // Ten iterations hold five refinements of the probe and two of the background; each is timed for
  // itself.
  let iterations = [() -> Void](repeating: { solver.iterate(1) }, count: 10)
  let times = BenchmarkCase.milliseconds(
    repeats: 15,
    iterations + [{ transform(&waves, scan.plan) }]
  )
  let (iteration, transforms) = (times.dropLast().reduce(0, +) / 10, times[10])
  return [
    BenchmarkResult(
      name: "raar_full_over_fft_\(scan.side)",
      value: iteration / transforms,
      unit: "1",
      detail: "\(scan.detail), probe every 2nd, background every 5th iteration; "
        + "\(rounded(iteration)) ms and \(rounded(transforms)) ms"
    )
  ]
}

/// One pair of bare transforms for every wave, in memory of their own.
///
/// Waves are zeros, because unscaled transforms would soon run out of range; they take the same
/// time.
private func transform(_ waves: inout [ComplexImage], _ plan: FourierPlan2D) {
  for k in waves.indices {
    var pixels = waves[k].values.mutableSpan
    plan.forward(&pixels)
    plan.inverse(&pixels)
  }
}

/// The plan of a shape, whole and in blocks, by the wisdom of earlier runs and to theirs.
func patientPlan(_ shape: Shape2D) -> FourierPlan2D {
  if let path = Wisdom.defaultPath { Wisdom.load(from: path) }
  let plan = FourierPlan2D(shape: shape)
  _ = plan.blocked
  if let path = Wisdom.defaultPath { try? Wisdom.save(to: path) }
  return plan
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
