// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Tomography

/// How long one projection takes to fold into a volume of 256³ voxels, alone and against memory.
///
/// The yardstick is a pass over the same volume that reads it twice and writes it once, which is
/// what folding does to memory at the least if nothing stays in the caches. Its loops are plain
/// vectors, about as fast as the library's copy of the same bytes, and run in turn with the folds.
func artBenchmarks() -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "art_fold", run: measureFold),
    BenchmarkCase(name: "art_two_thread_speedup", run: measureTwoThreads),
    BenchmarkCase(name: "art_variation_ms", run: measureVariation),
  ]
}

/// A volume, and projections to be folded into it.
final class FoldMeasurement {
  private let rays: [RayTable]
  private let projection: Image
  private let weights: Image
  private var reconstruction: ARTReconstruction

  /// Makes a volume of a side, voxels, and its projections at some tilts, degrees.
  init(side: Int, tilts: [Double]) {
    rays = tilts.map { RayTable(tilt: TiltAngle(degrees: $0), sizeX: side, sizeZ: side) }
    var random = SeededGenerator(seed: 1)
    var projection = Image(shape: Shape2D(square: side))
    for i in projection.values.indices { projection.values[i] = Float(random.uniform()) }
    self.projection = projection
    weights = Image(shape: projection.shape, filledWith: 1)
    reconstruction = ARTReconstruction(
      volume: Volume(sizeX: side, sizeZ: side, sizeY: side, filledWith: 0.001)
    )
  }

  /// Folds every projection once.
  func fold(sharing work: any WorkSharing = SerialWork()) {
    for tilt in rays.indices { fold(tilt, sharing: work) }
  }

  private func fold(_ tilt: Int, sharing work: any WorkSharing) {
    reconstruction.fold(
      projection,
      weights: weights,
      along: rays[tilt],
      relaxation: 0.5,
      sharing: work
    )
  }

  /// A fold of each projection alone, to be timed in turn with other things.
  func folds(sharing work: any WorkSharing = SerialWork()) -> [() -> Void] {
    rays.indices.map { tilt in { self.fold(tilt, sharing: work) } }
  }

  /// The shortest time of one fold, the mean over the projections, milliseconds.
  func milliseconds(repeats: Int) -> Double {
    mean(BenchmarkCase.milliseconds(repeats: repeats, folds())[...])
  }

  /// Steps down the total variation as after a sweep.
  func lowerVariation(sharing work: any WorkSharing = SerialWork()) {
    TotalVariation.descend(&reconstruction.volume, by: 0.001, steps: 5, sharing: work)
  }

  /// Reads the volume, then reads and writes it.
  func passThroughMemory(sharing work: any WorkSharing = SerialWork()) {
    unsafe reconstruction.volume.values.withUnsafeMutableBufferPointer { values in
      let pass = unsafe MemoryPass(start: values.baseAddress.unsafelyUnwrapped)
      let count = values.count
      let parts = work.parts
      work.perform(parts) { part in
        pass.readTwiceWriteOnce(count / parts * part..<count / parts * (part + 1))
      }
    }
  }

  /// Copies the volume, as the system's library does.
  func copy(to other: inout [Float]) {
    unsafe other.withUnsafeMutableBytes { target in
      unsafe reconstruction.volume.values.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }
  }
}

/// A pass over floats, of which each thread has some.
@safe
private struct MemoryPass: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>

  func readTwiceWriteOnce(_ range: Range<Int>) {
    let first = unsafe UnsafeMutableRawPointer(start + range.lowerBound)
    let values = unsafe first.assumingMemoryBound(to: SIMD16<Float>.self)
    let count = range.count / 16
    var (even, odd) = (SIMD16<Float>.zero, SIMD16<Float>.zero)
    var i = 0
    while i + 2 <= count {
      even += unsafe values[i]
      odd += unsafe values[i + 1]
      i += 2
    }
    let factor: Float = (even + odd).sum().isFinite ? 1 : 0
    i = 0
    while i < count {
      unsafe values[i] *= factor
      i += 1
    }
  }
}

private func mean(_ values: ArraySlice<Double>) -> Double {
  values.reduce(0, +) / Double(values.count)
}

private let side = 256
private let tilts = Array(stride(from: -80.0, through: 76, by: 26))
private let size =
  "one 256x256 projection into 256^3 float32, mean of \(tilts.count) tilts, each the best of several in turn"

private func measureFold() -> [BenchmarkResult] {
  let measurement = FoldMeasurement(side: side, tilts: tilts)
  var other = [Float](repeating: 0, count: side * side * side)
  let times = BenchmarkCase.milliseconds(
    repeats: 20,
    [
      { measurement.passThroughMemory() },
      { measurement.copy(to: &other) },
    ] + measurement.folds()
  )
  let memory = times[0]
  let fold = mean(times[2...])
  let tracing = BenchmarkCase.milliseconds {
    _ = RayTable(tilt: TiltAngle(degrees: 33), sizeX: side, sizeZ: side)
  }
  let bytes = Double(4 * side * side * side)
  return [
    BenchmarkResult(name: "art_fold_ms", value: fold, unit: "ms", detail: "\(size), one thread"),
    BenchmarkResult(
      name: "art_fold_over_memory",
      value: fold / memory,
      unit: "1",
      detail: "\(size), one thread; over \(memory) ms for reading that volume twice and writing it "
        + "once, \(3e-6 * bytes / memory) GB/s; the library's copy of it moves "
        + "\(2e-6 * bytes / times[1]) GB/s"
    ),
    BenchmarkResult(
      name: "art_ray_table_ms",
      value: tracing,
      unit: "ms",
      detail: "256 rays through 256x256 voxels"
    ),
  ]
}

private func measureTwoThreads() -> [BenchmarkResult] {
  let measurement = FoldMeasurement(side: side, tilts: tilts)
  let crew = WorkerCrew(threads: 2)
  defer { crew.end() }
  let times = BenchmarkCase.milliseconds(
    repeats: 20,
    [
      { measurement.passThroughMemory() },
      { measurement.passThroughMemory(sharing: crew) },
    ] + measurement.folds() + measurement.folds(sharing: crew)
  )
  let folds = times[2...]
  return [
    BenchmarkResult(
      name: "art_two_thread_speedup",
      value: mean(folds.prefix(tilts.count)) / mean(folds.suffix(tilts.count)),
      unit: "1",
      detail: "\(size), each thread quarters of the rays; the pass through memory gains "
        + "\(times[0] / times[1]) by a second thread"
    )
  ]
}

private func measureVariation() -> [BenchmarkResult] {
  let measurement = FoldMeasurement(side: side, tilts: tilts)
  measurement.fold()
  let crew = WorkerCrew(threads: 2)
  defer { crew.end() }
  let times = BenchmarkCase.milliseconds(
    repeats: 3,
    [{ measurement.lowerVariation() }, { measurement.lowerVariation(sharing: crew) }]
  )
  return [
    BenchmarkResult(
      name: "art_variation_ms",
      value: times[0],
      unit: "ms",
      detail: "5 steps down the total variation of 256^3 voxels, one thread; two: \(times[1]) ms"
    )
  ]
}
