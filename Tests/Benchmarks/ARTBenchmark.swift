// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Tomography

/// How long one projection takes to fold into a volume of 256³ voxels, alone and against memory.
///
/// The yardstick is a pass over the same volume that reads it twice and writes it once, which is
/// what folding does to memory at the least if nothing stays in the caches.
func artBenchmarks() -> [BenchmarkCase] {
  [BenchmarkCase(name: "art_fold", run: measureFold)]
}

private func measureFold() -> [BenchmarkResult] {
  let side = 256
  let tilts = stride(from: -80.0, through: 76, by: 26).map { TiltAngle(degrees: $0) }
  let rays = tilts.map { RayTable(tilt: $0, sizeX: side, sizeZ: side) }
  var random = SeededGenerator(seed: 1)
  var projection = Image(shape: Shape2D(square: side))
  for i in projection.values.indices { projection.values[i] = Float(random.uniform()) }
  let weights = Image(shape: projection.shape, filledWith: 1)
  var reconstruction = ARTReconstruction(
    volume: Volume(sizeX: side, sizeZ: side, sizeY: side, filledWith: 0.001)
  )

  let folds = BenchmarkCase.milliseconds {
    for rays in rays {
      reconstruction.fold(projection, weights: weights, along: rays, relaxation: 0.5)
    }
  }
  let fold = folds / Double(rays.count)

  let memory = BenchmarkCase.milliseconds {
    readTwiceWriteOnce(&reconstruction.volume.values)
  }
  let tracing = BenchmarkCase.milliseconds {
    _ = RayTable(tilt: TiltAngle(degrees: 33), sizeX: side, sizeZ: side)
  }

  let size = "one 256x256 projection into 256^3 float32, one thread, mean of \(rays.count) tilts"
  return [
    BenchmarkResult(name: "art_fold_ms", value: fold, unit: "ms", detail: size),
    BenchmarkResult(
      name: "art_fold_over_memory",
      value: fold / memory,
      unit: "1",
      detail: "\(size); over \(memory) ms for reading that volume twice and writing it once"
    ),
    BenchmarkResult(
      name: "art_ray_table_ms",
      value: tracing,
      unit: "ms",
      detail: "256 rays through 256x256 voxels"
    ),
  ]
}

/// Sums a volume, then reads it again to scale it by what the sum says.
private func readTwiceWriteOnce(_ values: inout [Float]) {
  var lanes = (SIMD8<Float>.zero, SIMD8<Float>.zero)
  var span = values.mutableSpan
  var i = 0
  while i + 16 <= span.count {
    for lane in 0..<8 {
      lanes.0[lane] += span[i + lane]
      lanes.1[lane] += span[i + 8 + lane]
    }
    i += 16
  }
  let total = (lanes.0 + lanes.1).sum()
  let factor: Float = total.isFinite ? 1 : 0
  for i in span.indices { span[i] = factor * span[i] }
}
