// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3
import Imaging
import Synchronization

/// FFTW's planner and wisdom are one global state: everything but execution goes through here.
let planner = Mutex(())

/// A forward and an inverse plan of the same extents, in place, single precision.
@safe
final class PlanPair: @unchecked Sendable {
  // Sendable by hand: FFTW documents new-array execution as thread safe, a plan never changes
  // after planning, and planning and destruction happen behind `planner`.
  private let forwardPlan: OpaquePointer
  private let inversePlan: OpaquePointer
  let count: Int

  init(sizes: [Int], effort: PlanningEffort) {
    precondition(!sizes.isEmpty && sizes.allSatisfy { $0 > 0 }, "a transform needs an extent")
    let extents = sizes.map(CInt.init)
    let count = sizes.reduce(1, *)
    self.count = count
    (unsafe forwardPlan, unsafe inversePlan) = unsafe planner.withLock { _ in
      // Planning overwrites its array, hence one of its own; fftwf_malloc aligns it for SIMD.
      guard let scratch = unsafe fftwf_alloc_complex(count) else {
        fatalError("no memory to plan a transform of \(sizes)")
      }
      defer { unsafe fftwf_free(scratch) }
      unsafe scratch.initialize(repeating: (0, 0), count: count)
      let rank = CInt(extents.count)
      guard
        let forward = unsafe fftwf_plan_dft(
          rank,
          extents,
          scratch,
          scratch,
          FFTW_FORWARD,
          effort.flags
        ),
        let inverse = unsafe fftwf_plan_dft(
          rank,
          extents,
          scratch,
          scratch,
          FFTW_BACKWARD,
          effort.flags
        )
      else { fatalError("FFTW cannot plan a transform of \(sizes)") }
      return unsafe (forward, inverse)
    }
  }

  deinit {
    planner.withLock { _ in
      unsafe fftwf_destroy_plan(forwardPlan)
      unsafe fftwf_destroy_plan(inversePlan)
    }
  }

  func forward(_ x: inout MutableSpan<Complex64>) {
    unsafe execute(forwardPlan, on: &x)
  }

  func inverse(_ x: inout MutableSpan<Complex64>) {
    unsafe execute(inversePlan, on: &x)
  }

  private func execute(_ plan: OpaquePointer, on x: inout MutableSpan<Complex64>) {
    precondition(x.count == count, "the array has \(x.count) elements, the plan \(count)")
    unsafe x.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      // Complex64 {re, im} has the layout of fftwf_complex.
      unsafe base.withMemoryRebound(to: fftwf_complex.self, capacity: count) { array in
        if unsafe isAligned(array) {
          unsafe fftwf_execute_dft(plan, array, array)
        } else {
          unsafe executeOnCopy(plan, array)
        }
      }
    }
  }

  /// Whether the array is aligned as the one that was planned on.
  private func isAligned(_ array: UnsafeMutablePointer<fftwf_complex>) -> Bool {
    unsafe array.withMemoryRebound(to: Float.self, capacity: 2 * count) {
      unsafe fftwf_alignment_of($0) == 0
    }
  }

  /// A slow but right way for arrays that begin anywhere: through an aligned copy.
  private func executeOnCopy(
    _ plan: OpaquePointer,
    _ array: UnsafeMutablePointer<fftwf_complex>
  ) {
    guard let copy = unsafe fftwf_alloc_complex(count) else { fatalError("no memory") }
    defer { unsafe fftwf_free(copy) }
    unsafe copy.initialize(from: array, count: count)
    unsafe fftwf_execute_dft(plan, copy, copy)
    unsafe array.update(from: copy, count: count)
  }
}
