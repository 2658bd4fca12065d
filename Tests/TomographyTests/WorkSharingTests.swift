// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Testing
import Tomography

/// Whatever the number of threads and however slices fall to them, volumes are the same to the bit.
@Suite struct WorkSharingTests {
  /// Calls the parts from the last to the first.
  struct Backwards: WorkSharing {
    let parts: Int
    func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      for number in (0..<count).reversed() { body(number) }
    }
  }

  /// Calls the parts on threads of the system's choice.
  struct Threads: WorkSharing {
    let parts: Int
    func perform(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
      DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }
  }

  /// A volume after two folds and steps down its variation, with what a fold and a projector say.
  func result(
    height: Int,
    width: Int = 21,
    sharing work: any WorkSharing
  ) -> (Volume, Double, Image) {
    var random = SeededGenerator(seed: 4)
    var reconstruction = ARTReconstruction(
      volume: Volume(sizeX: width, sizeZ: 17, sizeY: height, random: &random)
    )
    var residual = 0.0
    for degrees in [-31.0, 62] {
      let projection = AlignedProjection(
        values: Image(shape: Shape2D(rows: height, columns: width), random: &random),
        weights: Image(shape: Shape2D(rows: height, columns: width), filledWith: 0.7),
        tilt: TiltAngle(degrees: degrees)
      )
      residual += reconstruction.fold(projection, relaxation: 0.6, sharing: work)
    }
    var parameters = TomographyParameters()
    parameters.variationSteps = 3
    reconstruction.lowerVariation(parameters: parameters, sharing: work)
    let projection = ParallelProjector.project(
      reconstruction.volume,
      at: TiltAngle(degrees: 12),
      sharing: work
    )
    return (reconstruction.volume, residual, projection)
  }

  @Test(arguments: [1, 15, 16, 37, 64, 300])
  func volumesDoNotDependOnThreads(height: Int) {
    let alone = result(height: height, sharing: SerialWork())
    for work in [Backwards(parts: 2), Backwards(parts: 5), Threads(parts: 3)] as [any WorkSharing] {
      let shared = result(height: height, sharing: work)
      #expect(shared.0 == alone.0)
      #expect(shared.1 == alone.1)
      #expect(shared.2.values == alone.2.values)
    }
  }

  @Test func manyRaysAreSharedToo() {
    let alone = result(height: 40, width: 150, sharing: SerialWork())
    for work in [Backwards(parts: 2), Backwards(parts: 5), Threads(parts: 3)] as [any WorkSharing] {
      let shared = result(height: 40, width: 150, sharing: work)
      #expect(shared.0 == alone.0)
      #expect(shared.1 == alone.1)
    }
  }

  @Test func slicesAreIndependentOfTheirNumber() {
    // One slice alone goes through other instructions than it does among many.
    var random = SeededGenerator(seed: 9)
    let volume = Volume(sizeX: 12, sizeZ: 12, sizeY: 67, random: &random)
    let all = ParallelProjector.project(volume, at: TiltAngle(degrees: -40))
    for y in [0, 15, 16, 63, 64, 66] {
      var slice = Volume(sizeX: 12, sizeZ: 12, sizeY: 1)
      for x in 0..<12 {
        for z in 0..<12 { slice[x: x, z: z, y: 0] = volume[x: x, z: z, y: y] }
      }
      let alone = ParallelProjector.project(slice, at: TiltAngle(degrees: -40))
      for column in 0..<12 { #expect(alone[0, column] == all[y, column]) }
    }
  }
}
