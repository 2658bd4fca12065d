// SPDX-License-Identifier: BSD-3-Clause

import CKernels
import Imaging

// What stands between volumes and the loops over them in C (CKernels/rays.c): bounds, and threads.
// Slices are independent of one another, and so are rays that have no voxel in common; what comes out
// does not depend on how they are dealt.

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

/// Calls `body` once for each ray and run of slices, in two phases, on the threads of `work`.
///
/// Rays that are two voxels apart and more have no voxel in common. So many rays are dealt out in
/// quarters, of which the first and third go at once and then the second and fourth: whole rows of
/// the volume are then read one after the other, which memory gives faster than halves of them. The
/// order of rays depends on their number alone.
///
/// - Parameters:
///   - count: The number of rays.
///   - height: The number of slices.
///   - work: The threads.
///   - other: Something else to be done by one of them meanwhile.
///   - body: Does some rays through some slices, told the number of the quarter.
func shareRays(
  _ count: Int,
  slices height: Int,
  over work: any WorkSharing,
  beside other: (@Sendable () -> Void)? = nil,
  _ body: @escaping @Sendable (_ quarter: Int, Range<Int>, Range<Int>) -> Void
) {
  guard count >= 128 else {
    return shareSlices(of: height, over: work, beside: other) { body(0, 0..<count, $0) }
  }
  let parts = max(1, min((work.parts + 1) / 2, height / 16))
  func border(_ part: Int) -> Int { part == parts ? height : height * part / parts & ~15 }
  let runs = (0..<parts).map { border($0)..<border($0 + 1) }
  for phase in 0..<2 {
    let before = other == nil || phase > 0 ? 0 : 1
    work.perform(before + 2 * parts) { number in
      guard number >= before else {
        other?()
        return
      }
      let quarter = phase + 2 * ((number - before) % 2)
      let rays = count * quarter / 4..<count * (quarter + 1) / 4
      body(quarter, rays, runs[(number - before) / 2])
    }
  }
}

extension RayTable {
  /// Hands rays to a loop in C.
  private func withCrossings(of some: Range<Int>, _ body: (ck_rays) -> Void) {
    unsafe starts.withUnsafeBufferPointer { starts in
      unsafe voxels.withUnsafeBufferPointer { voxels in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe body(
            ck_rays(
              count: some.count,
              starts: starts.baseAddress.unsafelyUnwrapped + some.lowerBound,
              voxels: voxels.baseAddress,
              lengths: lengths.baseAddress
            )
          )
        }
      }
    }
  }

  /// Adds the line integrals of a volume to sums, [ray, y], for some rays and slices.
  func integrate(
    _ volume: Span<Float>,
    rays some: Range<Int>,
    slices: Range<Int>,
    of height: Int,
    to sums: SharedFloats
  ) {
    precondition(volume.count == sizeX * sizeZ * height && sums.count == columns * height)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    precondition(some.lowerBound >= 0 && some.upperBound <= columns)
    unsafe withCrossings(of: some) { rays in
      unsafe volume.withUnsafeBufferPointer {
        unsafe ck_integrate_rays(
          $0.baseAddress,
          height,
          slices.lowerBound,
          slices.upperBound,
          rays,
          sums.start + some.lowerBound * height
        )
      }
    }
  }

  /// Adds values, [ray, y], times lengths to a volume, [x, z, y], for some slices.
  func spread(_ values: [Float], slices: Range<Int>, of height: Int, to volume: SharedFloats) {
    precondition(volume.count == sizeX * sizeZ * height && values.count == columns * height)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    unsafe withCrossings(of: 0..<columns) { rays in
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
  ///   - some: The rays.
  ///   - slices: The slices.
  ///   - volume: The volume, [x, z, y].
  ///   - low: The lowest value that a voxel may take.
  ///   - sums: For each slice Σ weight · residual², then for each Σ |correction|².
  ///   - start: Where those stand among the sums.
  func fold(
    _ projection: PreparedProjection,
    steps: [Float],
    rays some: Range<Int>,
    slices: Range<Int>,
    into volume: SharedFloats,
    notBelow low: Float,
    addingTo sums: SharedFloats,
    from start: Int
  ) {
    let height = projection.height
    precondition(volume.count == sizeX * sizeZ * height && sums.count >= start + 2 * height)
    precondition(some.lowerBound >= 0 && some.upperBound <= columns && start >= 0)
    precondition(projection.measured.count == columns * height && steps.count == columns)
    precondition(projection.weights.count == columns * height && squaredNorms.count == columns)
    precondition(slices.lowerBound >= 0 && slices.upperBound <= height)
    let first = some.lowerBound
    unsafe withCrossings(of: some) { rays in
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
                steps.baseAddress.unsafelyUnwrapped + first,
                norms.baseAddress.unsafelyUnwrapped + first,
                measured.baseAddress.unsafelyUnwrapped + first * height,
                weights.baseAddress.unsafelyUnwrapped + first * height,
                low,
                sums.start + start,
                sums.start + start + height
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
