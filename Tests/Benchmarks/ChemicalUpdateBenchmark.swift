// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import LivePipeline
import Messaging
import Tomography
import WireFormat

/// How long it takes from the settled projection of a tilt's second energy to the new chemistry on
/// the display, in a tomogram of 256³ voxels.
func chemicalUpdateBenchmarks() -> [BenchmarkCase] {
  [
    BenchmarkCase(name: "chemical_update", run: measureChemicalUpdate),
    BenchmarkCase(name: "chemistry_256", run: measureChemistry),
  ]
}

private struct ChemicalUpdateFailure: Error, CustomStringConvertible {
  let description: String
}

/// Spheres of two phases with closed-form projections, lengths in voxels.
private struct Spheres {
  let centers: [SIMD3<Double>]
  let radii: [Double]
  /// OD per voxel, by energy, [sphere].
  let densities: [[Double]]

  init(count: Int, reach: Double) {
    var random = SeededGenerator(seed: 7)
    let absorption = [[11.80, 5.33], [5.45, 11.86]].map { $0.map { $0 * 6.7e-3 } }
    var (centers, radii, parts) = ([SIMD3<Double>](), [Double](), [Double]())
    for _ in 0..<count {
      let angle = 2 * .pi * random.uniform()
      let distance = reach * random.uniform().squareRoot()
      centers.append(
        SIMD3(
          distance * cosine(angle),
          reach * (2 * random.uniform() - 1),
          distance * sine(angle)
        )
      )
      radii.append(3 + 6 * random.uniform())
      parts.append(random.uniform() < 0.5 ? 0.95 : 0.05)
    }
    (self.centers, self.radii) = (centers, radii)
    densities = absorption.map { row in parts.map { row[0] * $0 + row[1] * (1 - $0) } }
  }

  /// A settled projection with noise and a shift of its own.
  func projection(tilt: TiltAngle, tiltIndex: Int, energy: Int, side: Int) -> Projection {
    var random = SeededGenerator(seed: UInt64(2 * tiltIndex + energy + 1))
    var place = SeededGenerator(seed: UInt64(1000 + tiltIndex))
    let shift = (rows: 4 * place.uniform() - 2, columns: 4 * place.uniform() - 2)
    let shape = Shape2D(square: side)
    let middle = Double(side - 1) / 2
    var image = Image(shape: shape)
    let (c, s) = (cosine(tilt.radians), sine(tilt.radians))
    for (number, center) in centers.enumerated() {
      let column = center.x * c + center.z * s + middle + shift.columns
      let row = center.y + middle + shift.rows
      let radius = radii[number]
      for y in max(0, Int(row - radius))...min(side - 1, Int(row + radius) + 1) {
        for x in max(0, Int(column - radius))...min(side - 1, Int(column + radius) + 1) {
          let (v, u) = (Double(y) - row, Double(x) - column)
          let half = radius * radius - u * u - v * v
          guard half > 0 else { continue }
          image[y, x] += Float(2 * half.squareRoot() * densities[energy][number])
        }
      }
    }
    for i in image.values.indices { image.values[i] += Float(0.02 * random.normal()) }
    return Projection(
      identity: ScanIdentity(
        scan: "\(tiltIndex)-\(energy)",
        tilt: tilt,
        tiltIndex: tiltIndex,
        energy: PhotonEnergy(electronVolts: [708.2, 710.2][energy]),
        energyIndex: energy
      ),
      opticalDensity: image,
      coverage: Image(shape: shape, filledWith: 1),
      pixelSize: Length(nanometers: 6.7)
    )
  }
}

private func measureChemicalUpdate() throws -> [BenchmarkResult] {
  let (side, tiltCount, measured) = (256, 24, 5)
  let spheres = Spheres(count: 300, reach: 95)
  var tomography = TomographyParameters()
  tomography.volumeSide = side
  tomography.volumeHeight = side
  var assembly = TomogramAssembly(
    name: "spheres",
    energies: [708.2, 710.2].map { PhotonEnergy(electronVolts: $0) },
    tomography: tomography
  )
  let crew = WorkerCrew(threads: 2, niceness: 0)
  defer { crew.end() }
  let inversion = try TwoEnergyInversion()

  let context = try MessagingContext()
  var publisher = try Publisher(context, bindingTo: "tcp://127.0.0.1:*", overflow: .block)
  var subscriber = try Subscriber(context, connectingTo: [publisher.endpoint])
  _ = try publisher.receiveSubscription(timeoutMilliseconds: 2000)

  var parts: [String: Duration] = [:]
  var shortest = Duration.seconds(1000)
  let clock = ContinuousClock()
  ProcessUsage.forgetPeak()
  for tiltIndex in 0..<tiltCount {
    // In the order of acquisition.
    let tilt = TiltAngle(degrees: -80 + 157 * Double(tiltIndex) / Double(tiltCount - 1))
    let projections = (0..<2).map { energy in
      spheres.projection(tilt: tilt, tiltIndex: tiltIndex, energy: energy, side: side)
    }
    guard assembly.fold(projections[0]).accepted else {
      throw ChemicalUpdateFailure(description: "tilt \(tiltIndex) was not registered")
    }
    let start = clock.now
    guard assembly.fold(projections[1]).accepted else {
      throw ChemicalUpdateFailure(
        description: "the second energy of tilt \(tiltIndex) was not registered"
      )
    }
    let folded = clock.now
    let volumes = assembly.volumes
    let summary = inversion.summary(first: volumes[0], second: volumes[1], sharing: crew)
    let solved = clock.now
    let previews = TomogramPreviews(
      of: assembly,
      header: PreviewHeader(sequence: tiltIndex),
      sharing: crew
    )
    let messages =
      [previews.volume(energy: 1)]
      + [previews.chemistry(inversion, summary), previews.histogram(summary)]
      .compactMap { $0 }
    for message in messages { _ = try publisher.send(message.encode()) }
    for _ in messages {
      guard try subscriber.receive(timeoutMilliseconds: 5000) != nil else {
        throw ChemicalUpdateFailure(description: "a preview did not arrive")
      }
    }
    let end = clock.now
    guard tiltIndex >= tiltCount - measured, end - start < shortest else { continue }
    shortest = end - start
    parts = ["fold": folded - start, "chemistry": solved - folded, "previews": end - solved]
  }
  let size =
    "second energy of a tilt into \(side)^3 voxels, \(tiltCount) tilts, "
    + "\(tomography.replaysPerFold) replays, best of \(measured)"
  return [
    BenchmarkResult(
      name: "chemical_update_s",
      value: shortest / .seconds(1),
      unit: "s",
      detail: size
    )
  ]
    + parts.sorted { $0.key < $1.key }.map { part, time in
      BenchmarkResult(
        name: "chemical_update_\(part)_ms",
        value: time / .milliseconds(1),
        unit: "ms",
        detail: "of chemical_update_s"
      )
    } + stepFigures(assembly, tomography, crew)
}

/// What single steps of a fold cost on the volume as it stands.
private func stepFigures(
  _ assembly: TomogramAssembly,
  _ tomography: TomographyParameters,
  _ crew: WorkerCrew
) -> [BenchmarkResult] {
  var running = ARTReconstruction(parameters: tomography)
  running.volume = assembly.volumes[0]
  let tilt = TiltAngle(degrees: 33)
  var image = ParallelProjector.project(running.volume, at: tilt)
  // Something to correct, and a way for the total variation to be a part of.
  var random = SeededGenerator(seed: 9)
  for i in image.values.indices { image.values[i] += Float(0.1 * random.normal()) }
  let projection = AlignedProjection(
    values: image,
    weights: Image(shape: image.shape, filledWith: 1),
    tilt: tilt
  )
  var steps: [(String, Double)] = []
  steps.append(
    (
      "art_fold_with_rays",
      BenchmarkCase.milliseconds { running.fold(projection, relaxation: 0.1, sharing: crew) }
    )
  )
  steps.append(
    (
      "projection",
      BenchmarkCase.milliseconds { _ = ParallelProjector.project(running.volume, at: tilt) }
    )
  )
  steps.append(
    (
      "total_variation",
      BenchmarkCase.milliseconds(repeats: 2) {
        running.fold(projection, relaxation: 0.1, sharing: crew)
        running.lowerVariation(parameters: tomography, sharing: crew)
      }
    )
  )
  return steps.map { name, value in
    BenchmarkResult(
      name: "chemical_update_step_\(name)_ms",
      value: value,
      unit: "ms",
      detail: name == "total_variation" ? "with the fold that it follows" : "once"
    )
  }
}

/// The chemistry of 256³ voxels alone: as a summary, and voxel by voxel.
private func measureChemistry() throws -> [BenchmarkResult] {
  let side = 256
  var random = SeededGenerator(seed: 3)
  let spheres = Spheres(count: 300, reach: 95)
  var volumes = (0..<2).map { _ in Volume(sizeX: side, sizeZ: side, sizeY: side) }
  for energy in 0..<2 {
    for i in volumes[energy].values.indices {
      volumes[energy].values[i] = max(0, Float(0.004 * random.normal()))
    }
    for (number, center) in spheres.centers.enumerated() {
      let middle = center + Double(side - 1) / 2
      let reach = Int(spheres.radii[number]) + 1
      for x in -reach...reach {
        for z in -reach...reach {
          for y in -reach...reach {
            let square = Double(x * x + z * z + y * y)
            guard square < spheres.radii[number] * spheres.radii[number] else { continue }
            let place = (Int(middle.x) + x, Int(middle.z) + z, Int(middle.y) + y)
            volumes[energy][x: place.0, z: place.1, y: place.2] =
              Float(spheres.densities[energy][number] + 0.004 * random.normal())
          }
        }
      }
    }
  }
  let inversion = try TwoEnergyInversion()
  let crew = WorkerCrew(threads: 2, niceness: 0)
  defer { crew.end() }
  ProcessUsage.forgetPeak()
  let before = ProcessUsage.residentMegabytes()
  let summary = BenchmarkCase.milliseconds {
    _ = inversion.summary(first: volumes[0], second: volumes[1], sharing: crew)
  }
  let summaryPeak = ProcessUsage.peakMegabytes() - before
  let serial = BenchmarkCase.milliseconds {
    _ = inversion.summary(first: volumes[0], second: volumes[1])
  }
  let whole = BenchmarkCase.milliseconds(repeats: 2) {
    _ = inversion.solve(
      first: volumes[0],
      second: volumes[1],
      voxelSize: Length(nanometers: 6.7)
    )
  }
  let wholePeak = ProcessUsage.peakMegabytes() - before
  let shared = BenchmarkCase.milliseconds(repeats: 3) {
    _ = inversion.solve(
      first: volumes[0],
      second: volumes[1],
      voxelSize: Length(nanometers: 6.7),
      sharing: crew
    )
  }
  let size = "\(side)^3 voxels at two energies"
  return [
    BenchmarkResult(
      name: "chemistry_summary_ms",
      value: summary,
      unit: "ms",
      detail: "\(size), two threads; \(Int(serial)) ms on one, \(Int(summaryPeak)) MB more at peak"
    ),
    BenchmarkResult(
      name: "chemistry_volumes_ms",
      value: whole,
      unit: "ms",
      detail: "\(size), six volumes, one thread; \(Int(wholePeak)) MB more at peak"
    ),
    BenchmarkResult(
      name: "chemistry_256_s",
      value: shared / 1000,
      unit: "s",
      detail: "\(size), six volumes, noise and state of charge, two threads"
    ),
  ]
}
