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
func shareSlices(
  of height: Int,
  over work: any WorkSharing,
  _ body: @escaping @Sendable (Range<Int>) -> Void
) {
  let parts = max(1, min(work.parts, height / 16))
  guard parts > 1 else { return body(0..<height) }
  work.perform(parts) { part in
    func border(_ part: Int) -> Int { part == parts ? height : height * part / parts & ~15 }
    body(border(part)..<border(part + 1))
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
  ///   - projection: Values and weights, [ray, y], and the step of each ray.
  ///   - slices: The slices.
  ///   - volume: The volume, [x, z, y].
  ///   - low: The lowest value that a voxel may take.
  ///   - sums: For each slice Σ weight · residual², then for each Σ |correction|².
  func fold(
    _ projection: FoldInput,
    slices: Range<Int>,
    into volume: SharedFloats,
    notBelow low: Float,
    addingTo sums: SharedFloats
  ) {
    let height = projection.height
    precondition(volume.count == sizeX * sizeZ * height && sums.count == 2 * height)
    precondition(projection.measured.count == columns * height && projection.steps.count == columns)
    precondition(projection.weights.count == columns * height && squaredNorms.count == columns)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    unsafe withCrossings { rays in
      unsafe projection.steps.withUnsafeBufferPointer { steps in
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

/// A projection as the rays take it.
struct FoldInput: Sendable {
  /// The number of slices.
  let height: Int
  /// The measured line integrals, [ray, y].
  let measured: [Float]
  /// The trust in each, 0 to 1, [ray, y].
  let weights: [Float]
  /// λ over what each ray's residual is divided by, [ray].
  let steps: [Float]
}
