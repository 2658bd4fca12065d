// SPDX-License-Identifier: BSD-3-Clause

import CFFTW3
import Imaging
import Synchronization

/// Transforms of several lines at once from one array to another, single precision.
@safe
final class LinePlan: @unchecked Sendable {
  // Sendable by hand: FFTW documents new-array execution as thread safe, a plan never changes
  // after planning, and planning and destruction happen behind `planner`.

  /// How lines lie in an array.
  struct Layout {
    /// From one element of a line to the next.
    var step: Int
    /// From one line to the next.
    var distance: Int

    /// The elements from the first to the last of so many lines.
    func extent(length: Int, count: Int) -> Int {
      (length - 1) * step + (count - 1) * distance + 1
    }
  }

  private let plan: OpaquePointer
  private let inputExtent: Int
  private let outputExtent: Int
  /// Whether arrays must begin where SIMD wants them to.
  private let isAligned: Bool

  init(
    length: Int,
    count: Int,
    from input: Layout,
    to output: Layout,
    sign: CInt,
    effort: PlanningEffort
  ) {
    let inputExtent = input.extent(length: length, count: count)
    let outputExtent = output.extent(length: length, count: count)
    self.inputExtent = inputExtent
    self.outputExtent = outputExtent
    // Blocks begin at multiples of these; one complex number is half of what SIMD aligns to.
    let isAligned = [count, input.distance * count, output.distance * count]
      .allSatisfy { $0.isMultiple(of: 2) }
    self.isAligned = isAligned
    let flags = effort.flags | (isAligned ? 0 : UInt32(FFTW_UNALIGNED))
    unsafe plan = unsafe planner.withLock { _ in
      guard let from = unsafe fftwf_alloc_complex(inputExtent),
        let to = unsafe fftwf_alloc_complex(outputExtent)
      else { fatalError("no memory to plan \(count) transforms of \(length)") }
      defer {
        unsafe fftwf_free(from)
        unsafe fftwf_free(to)
      }
      unsafe from.initialize(repeating: (0, 0), count: inputExtent)
      unsafe to.initialize(repeating: (0, 0), count: outputExtent)
      guard
        let plan = unsafe fftwf_plan_many_dft(
          1,
          [CInt(length)],
          CInt(count),
          from,
          nil,
          CInt(input.step),
          CInt(input.distance),
          to,
          nil,
          CInt(output.step),
          CInt(output.distance),
          sign,
          flags
        )
      else { fatalError("FFTW cannot plan \(count) transforms of \(length)") }
      return unsafe plan
    }
  }

  deinit {
    planner.withLock { _ in unsafe fftwf_destroy_plan(plan) }
  }

  /// Transforms the lines that begin at `first` into those that begin at `place`.
  func execute(
    _ input: Span<Complex64>,
    from first: Int,
    _ output: inout MutableSpan<Complex64>,
    at place: Int
  ) {
    precondition(first >= 0 && first + inputExtent <= input.count, "lines outside of the array")
    precondition(place >= 0 && place + outputExtent <= output.count, "lines outside of the array")
    unsafe input.withUnsafeBytes { from in
      unsafe output.withUnsafeMutableBytes { to in
        guard let from = from.baseAddress, let to = to.baseAddress else { return }
        let size = MemoryLayout<Complex64>.stride
        // FFTW does not write to the input of a transform out of place. Complex64 {re, im} has
        // the layout of fftwf_complex.
        let source = unsafe UnsafeMutableRawPointer(mutating: from + first * size)
        let target = unsafe to + place * size
        precondition(
          !isAligned || (Int(bitPattern: source) | Int(bitPattern: target)) & 15 == 0,
          "an array does not begin at a multiple of 16 bytes"
        )
        unsafe fftwf_execute_dft(
          plan,
          source.assumingMemoryBound(to: fftwf_complex.self),
          target.assumingMemoryBound(to: fftwf_complex.self)
        )
      }
    }
  }
}
