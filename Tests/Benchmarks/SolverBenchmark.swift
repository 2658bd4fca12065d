// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import FourierTransform
import Imaging
import LivePipeline
import Ptychography

/// The solver as a whole: the time of a scan and its memory.
func solverBenchmarks() -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "settle_500_s", run: settle),
    BenchmarkCase(name: "solver_memory", run: memory),
  ]
}

/// Seconds for 500 iterations of a scan of 225 patterns of 128 x 128.
private func settle() throws -> [BenchmarkResult] {
  let shape = Shape2D(square: 128)
  let plan = patientPlan(shape)
  let patterns = randomPatterns(shape: shape, points: 15)
  let begin = ContinuousClock.now
  var solver = solver(patterns, plan: plan, PtychographyParameters(), threads: 2)
  solver.iterate(500)
  let error = solver.result().dataError
  let seconds = (ContinuousClock.now - begin) / .seconds(1)
  return [
    BenchmarkResult(
      name: "settle_500_s",
      value: seconds,
      unit: "s",
      detail: "225 frames of \(shape), 500 RAAR iterations at the defaults (probe refined in each, "
        + "quarter-pixel positions), two threads, adding and result included; data error "
        + error.formatted(.number.precision(.significantDigits(3)))
    )
  ]
}

/// The memory that a solver takes over that of its exit waves and amplitudes.
///
/// Patterns are made one by one and released when they are added, so that only the solver holds
/// anything of them.
private func memory() throws -> [BenchmarkResult] {
  let shape = Shape2D(square: 256)
  let side = 20
  let plan = FourierPlan2D(shape: shape, effort: .estimate)
  _ = plan.blocked
  let positions = (0..<side * side).map { k in
    ScanPosition(
      x: (Double(k % side) - 9.5) * 10.3 * benchmarkPixelSize.meters,
      y: (Double(k / side) - 9.5) * 10.3 * benchmarkPixelSize.meters
    )
  }
  let crew = WorkerCrew(threads: 2)
  defer { crew.end() }
  var generator = SeededGenerator(seed: 2)
  ProcessUsage.forgetPeak()
  let before = ProcessUsage.residentMegabytes()
  var solver = IncrementalReconstruction(
    grid: ScanGrid(patternShape: shape, pixelSize: benchmarkPixelSize, positions: positions),
    identity: ScanIdentity(scan: "memory", energy: PhotonEnergy(electronVolts: 708.2)),
    plan: plan,
    parameters: PtychographyParameters(),
    probe: ComplexImage(shape: shape, filledWith: .one),
    workers: crew
  )
  for (index, position) in positions.enumerated() {
    let amplitudes = (0..<shape.count).map { _ in Float(generator.uniform()) }
    solver.add(
      DiffractionPattern(
        index: index,
        position: position,
        amplitudes: Image(shape: shape, values: amplitudes)
      )
    )
  }
  solver.iterate(6)
  let peak = ProcessUsage.peakMegabytes()
  let data = Double(solver.frameCount * shape.count * (8 + 4)) * 1e-6
  return [
    BenchmarkResult(
      name: "solver_memory",
      value: (peak - before) / data,
      unit: "1",
      detail:
        "\(solver.frameCount) frames of \(shape): peak \(Int(peak - before)) MB over what was "
        + "there before, waves and amplitudes \(Int(data)) MB; six iterations on two threads, "
        + "probe refined, quarter-pixel positions"
    )
  ]
}
