// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import LivePipeline
import Tomography

/// The memory that a tomogram of the paper's size takes, from its first projection to its end.
func tomogramMemoryBenchmarks() -> [BenchmarkCase] {
  [BenchmarkCase(name: "tomogram_memory", run: measureMemory)]
}

/// 158 tilts at two energies into 256³ voxels, over these and the projections in single precision.
///
/// One joint round of registration and one sweep: further ones take no more.
private func measureMemory() throws -> [BenchmarkResult] {
  let (side, tiltCount) = (256, 158)
  let energies = [708.2, 710.2].map { PhotonEnergy(electronVolts: $0) }
  var tomography = TomographyParameters()
  tomography.volumeSide = side
  tomography.volumeHeight = side
  tomography.finalAlignmentRounds = 1
  tomography.finalSweeps = 1
  tomography.settlingSweeps = 0
  let shape = Shape2D(square: side)
  // A ball, the same from all sides, whose edges hold every tilt in place.
  var ball = Image(shape: shape)
  for row in 0..<side {
    for column in 0..<side {
      let (y, x) = (Double(row) - 127.5, Double(column) - 127.5)
      ball[row, column] = Float(0.01 * max(0, 6400 - x * x - y * y).squareRoot())
    }
  }
  let lit = Image(shape: shape, filledWith: 1)
  let before = ProcessUsage.residentMegabytes()
  ProcessUsage.forgetPeak()
  var assembly = TomogramAssembly(name: "ball", energies: energies, tomography: tomography)
  for index in 0..<tiltCount {
    let tilt = TiltAngle(degrees: -80 + Double(index))
    for (place, energy) in energies.enumerated() {
      // A copy of its own, as every projection has.
      var density = ball
      density[0, 0] = 0
      let report = assembly.fold(
        Projection(
          identity: ScanIdentity(
            scan: "\(index)-\(place)",
            tilt: tilt,
            tiltIndex: index,
            energy: energy,
            energyIndex: place
          ),
          opticalDensity: density,
          coverage: lit,
          pixelSize: tomography.voxelSize
        ),
        replays: index < 4 ? 4 : 0
      )
      guard report.accepted else { throw MemoryFailure(reason: report.heldBackReason ?? "") }
    }
  }
  let live = ProcessUsage.peakMegabytes() - before
  assembly.finish()
  let whole = ProcessUsage.peakMegabytes() - before
  let volumes = 2 * Double(side * side * side) * 4e-6
  let projections = 2 * Double(tiltCount * side * side) * 4e-6
  let least = volumes + projections
  return [
    BenchmarkResult(
      name: "tomogram_memory",
      value: whole / least,
      unit: "1",
      detail: "peak \(whole.rounded()) MB (\(live.rounded()) while projections come) over "
        + "\(least.rounded()) MB of volumes and projections; \(tiltCount) tilts, two energies, "
        + "256^3 voxels"
    )
  ]
}

private struct MemoryFailure: Error, CustomStringConvertible {
  let reason: String
  var description: String { "a projection was held back: \(reason)" }
}
