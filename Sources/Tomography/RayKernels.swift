// SPDX-License-Identifier: BSD-3-Clause

import CKernels
import Imaging

// What stands between volumes and the loops over them in C (CKernels/rays.c): bounds, and threads.
// Slices are independent of one another, so that each thread has some of them; what comes out does
// not depend on how they are dealt.

/// Values that several threads change, each its own.
@safe
struct SharedFloats: @unchecked Sendable {
  // Sendable by hand: whoever shares them deals the elements out.
  let start: UnsafeMutablePointer<Float>
  let count: Int

  init(_ values: UnsafeMutableBufferPointer<Float>) {
    unsafe start = values.baseAddress.unsafelyUnwrapped
    count = values.count
  }
}

extension [Float] {
  /// Lets several threads change the elements until `body` returns.
  mutating func shareElements(_ body: (SharedFloats) -> Void) {
    unsafe withUnsafeMutableBufferPointer { unsafe body(SharedFloats($0)) }
  }
}

/// Calls `body` once for each of several runs of slices, on the threads of `work`.
///
/// Runs begin at multiples of 16, so that slices are not dealt out within a register.
///
/// - Parameters:
///   - height: The number of slices.
///   - work: The threads.
///   - other: Something else to be done by one of them meanwhile.
///   - body: Does some slices.
func shareSlices(
  of height: Int,
  over work: any WorkSharing,
  beside other: (@Sendable () -> Void)? = nil,
  _ body: @escaping @Sendable (Range<Int>) -> Void
) {
  let parts = max(1, min(work.parts, height / 16))
  let before = other == nil ? 0 : 1
  work.perform(before + parts) { number in
    guard number >= before else {
      other?()
      return
    }
    func border(_ part: Int) -> Int { part == parts ? height : height * part / parts & ~15 }
    body(border(number - before)..<border(number - before + 1))
  }
}

extension RayTable {
  /// Hands the rays to a loop in C.
  private func withCrossings(_ body: (ck_rays) -> Void) {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe voxels.withUnsafeBufferPointer { voxels in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe body(
            ck_rays(
              count: columns,
              starts: starts.baseAddress,
              voxels: voxels.baseAddress,
              lengths: lengths.baseAddress
            )
          )
        }
      }
    }
  }

  /// Adds the line integrals of a volume to sums, [ray, y], for some slices.
  func integrate(_ volume: Span<Float>, slices: Range<Int>, of height: Int, to sums: SharedFloats) {
    precondition(volume.count == sizeX * sizeZ * height && sums.count == columns * height)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    unsafe withCrossings { rays in
      unsafe volume.withUnsafeBufferPointer {
        unsafe ck_integrate_rays(
          $0.baseAddress,
          height,
          slices.lowerBound,
          slices.upperBound,
          rays,
          sums.start
        )
      }
    }
  }

  /// Adds values, [ray, y], times lengths to a volume, [x, z, y], for some slices.
  func spread(_ values: [Float], slices: Range<Int>, of height: Int, to volume: SharedFloats) {
    precondition(volume.count == sizeX * sizeZ * height && values.count == columns * height)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    unsafe withCrossings { rays in
      unsafe values.withUnsafeBufferPointer {
        unsafe ck_spread_rays(
          volume.start,
          height,
          slices.lowerBound,
          slices.upperBound,
          rays,
          $0.baseAddress
        )
      }
    }
  }

  /// Folds measured values into some slices of a volume, ray after ray.
  ///
  /// - Parameters:
  ///   - projection: Values and weights.
  ///   - steps: What each ray's weighted residual is multiplied by, [ray].
  ///   - slices: The slices.
  ///   - volume: The volume, [x, z, y].
  ///   - low: The lowest value that a voxel may take.
  ///   - sums: For each slice Σ weight · residual², then for each Σ |correction|².
  func fold(
    _ projection: PreparedProjection,
    steps: [Float],
    slices: Range<Int>,
    into volume: SharedFloats,
    notBelow low: Float,
    addingTo sums: SharedFloats
  ) {
    let height = projection.height
    precondition(volume.count == sizeX * sizeZ * height && sums.count == 2 * height)
    precondition(projection.measured.count == columns * height && steps.count == columns)
    precondition(projection.weights.count == columns * height && squaredNorms.count == columns)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    unsafe withCrossings { rays in
      unsafe steps.withUnsafeBufferPointer { steps in
        unsafe squaredNorms.withUnsafeBufferPointer { norms in
          unsafe projection.measured.withUnsafeBufferPointer { measured in
            unsafe projection.weights.withUnsafeBufferPointer { weights in
              unsafe ck_fold_rays(
                volume.start,
                height,
                slices.lowerBound,
                slices.upperBound,
                rays,
                steps.baseAddress,
                norms.baseAddress,
                measured.baseAddress,
                weights.baseAddress,
                low,
                sums.start,
                sums.start + height
              )
            }
          }
        }
      }
    }
  }
}

extension SharedFloats {
  /// Multiplies some elements by zero or one.
  func multiply(by mask: [UInt8], in range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= min(count, mask.count))
    for i in range { unsafe start[i] *= Float(mask[i]) }
  }
}
