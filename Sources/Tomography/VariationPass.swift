// SPDX-License-Identifier: BSD-3-Clause

import CKernels
import Imaging

/// Passes over a volume that take the gradient of its total variation and step down along it.
///
/// Each thread has some slabs along x, begins with what flows out of the slab before its own, and
/// changes its last slab by a copy of the one behind as it was, because the next thread may have
/// changed that already. The sums of squares stand apart for each slab, so that nothing depends on
/// the number of threads.
struct VariationPass {
  /// ε, larger than zero, the volume's unit.
  var rounding: Float = 1

  private let voxels: SharedFloats
  private let sizeX: Int
  private let sizeZ: Int
  private let sizeY: Int
  private let ranges: [Range<Int>]
  /// For each thread its first slab as it was, the outflow of the slab before, and two rows.
  private var room: [Float]
  private var norms: [Double]

  init(_ voxels: SharedFloats, _ sizeX: Int, _ sizeZ: Int, _ sizeY: Int, parts: Int) {
    precondition(voxels.count == sizeX * sizeZ * sizeY && voxels.count > 0, "no such volume")
    self.voxels = voxels
    self.sizeX = sizeX
    self.sizeZ = sizeZ
    self.sizeY = sizeY
    let parts = max(1, min(parts, sizeX))
    ranges = (0..<parts).map { sizeX * $0 / parts..<sizeX * ($0 + 1) / parts }
    room = [Float](repeating: 0, count: parts * 2 * (sizeZ + 1) * sizeY)
    norms = [Double](repeating: 0, count: sizeX)
  }

  /// Σ gradient².
  mutating func squaredNorm(sharing work: any WorkSharing) -> Double {
    share(work) { $0.takeNorms(of: $0.slabs) }
    return norms.reduce(0, +)
  }

  /// Moves each voxel by −length · gradient, but not below `low`.
  mutating func step(by length: Float, notBelow low: Float, sharing work: any WorkSharing) {
    share(work) { $0.prepare() }
    share(work) { $0.step(by: length, notBelow: low) }
  }

  /// Writes the gradient of the whole volume, [x, z, y].
  mutating func takeGradient(to slopes: SharedFloats) {
    precondition(slopes.count == voxels.count, "the gradient has another shape")
    share(SerialWork()) { $0.takeNorms(of: 0..<$0.sizeX, slopes: slopes) }
  }

  private mutating func share(
    _ work: any WorkSharing,
    _ body: @escaping @Sendable (Part) -> Void
  ) {
    let (voxels, ranges, floor) = (voxels, ranges, rounding * rounding)
    let (sizeX, sizeZ, sizeY) = (sizeX, sizeZ, sizeY)
    room.shareElements { room in
      unsafe norms.withUnsafeMutableBufferPointer { norms in
        let norms = unsafe SharedNorms(start: norms.baseAddress.unsafelyUnwrapped)
        work.perform(ranges.count) { number in
          body(
            Part(
              number: number,
              slabs: ranges[number],
              isLast: number + 1 == ranges.count,
              voxels: voxels,
              sizeX: sizeX,
              sizeZ: sizeZ,
              sizeY: sizeY,
              floor: floor,
              room: room,
              norms: norms
            )
          )
        }
      }
    }
  }
}

/// Sums of squares, one for each slab.
@safe
private struct SharedNorms: @unchecked Sendable {
  // Sendable by hand: each slab is one thread's.
  let start: UnsafeMutablePointer<Double>
}

/// What one thread does.
private struct Part: Sendable {
  let number: Int
  let slabs: Range<Int>
  let isLast: Bool
  let voxels: SharedFloats
  let sizeX: Int
  let sizeZ: Int
  let sizeY: Int
  let floor: Float
  let room: SharedFloats
  let norms: SharedNorms

  private var slabCount: Int { sizeZ * sizeY }

  /// A thread's room: its first slab as it was, the outflow of the slab before, two rows.
  private func start(_ number: Int) -> UnsafeMutablePointer<Float> {
    unsafe room.start + number * 2 * (slabCount + sizeY)
  }

  private var flux: UnsafeMutablePointer<Float> { unsafe start(number) + slabCount }

  /// Takes the sums of squares of some slabs from nothing; leaves the last one's outflow.
  func takeNorms(of range: Range<Int>, slopes: SharedFloats? = nil) {
    takeOutflow()
    unsafe ck_variation_slabs(
      voxels.start,
      sizeX,
      sizeZ,
      sizeY,
      range.lowerBound,
      range.upperBound,
      nil,
      flux,
      flux + slabCount,
      floor,
      0,
      0,
      norms.start,
      slopes?.start
    )
  }

  /// Takes what the slabs of others are to this part before anything changes.
  func prepare() {
    takeOutflow()
    unsafe start(number).update(
      from: voxels.start + slabs.lowerBound * slabCount,
      count: slabCount
    )
  }

  /// Changes the slabs.
  func step(by length: Float, notBelow low: Float) {
    unsafe ck_variation_slabs(
      voxels.start,
      sizeX,
      sizeZ,
      sizeY,
      slabs.lowerBound,
      slabs.upperBound,
      isLast ? nil : start(number + 1),
      flux,
      flux + slabCount,
      floor,
      length,
      low,
      nil,
      nil
    )
  }

  /// Takes what flows out of the slab before the first one.
  private func takeOutflow() {
    unsafe flux.update(repeating: 0, count: slabCount)
    let before = slabs.lowerBound - 1
    guard before >= 0 else { return }
    // Its own inflow is not known; only its outflow is wanted, so that its sum is not kept.
    var sums = [Double](repeating: 0, count: sizeX)
    unsafe ck_variation_slabs(
      voxels.start,
      sizeX,
      sizeZ,
      sizeY,
      before,
      before + 1,
      nil,
      flux,
      flux + slabCount,
      floor,
      0,
      0,
      &sums,
      nil
    )
  }
}

/// The largest absolute value; 0 of none.
func largestMagnitude(of values: Span<Float>) -> Float {
  unsafe values.withUnsafeBufferPointer {
    unsafe ck_largest_magnitude($0.baseAddress, $0.count)
  }
}
