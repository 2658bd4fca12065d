// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Calls a kernel with where three runs of one length begin, and with the length.
///
/// Ends the program where the lengths differ.
@inline(__always)
func withRuns<A: BitwiseCopyable, B: BitwiseCopyable, C: BitwiseCopyable, Result>(
  _ changed: inout MutableSpan<A>,
  _ first: Span<B>,
  _ second: Span<C>,
  _ kernel: (UnsafeMutablePointer<A>?, UnsafePointer<B>?, UnsafePointer<C>?, Int) -> Result
) -> Result {
  let count = changed.count
  precondition(first.count == count && second.count == count, "runs differ in length")
  return unsafe changed.withUnsafeMutableBufferPointer { changed in
    unsafe first.withUnsafeBufferPointer { first in
      unsafe second.withUnsafeBufferPointer { second in
        unsafe kernel(changed.baseAddress, first.baseAddress, second.baseAddress, count)
      }
    }
  }
}
