// SPDX-License-Identifier: BSD-3-Clause

import Imaging

/// Values that several threads write, each its own.
@safe
struct SharedFloats: @unchecked Sendable {
  // Sendable by hand: whoever shares them deals the elements out.
  private let start: UnsafeMutablePointer<Float>

  init(_ values: UnsafeMutableBufferPointer<Float>) {
    unsafe start = values.baseAddress.unsafelyUnwrapped
  }

  /// Lets one thread write some of the values; no other may touch these meanwhile.
  func write<Result>(_ range: Range<Int>, _ body: (inout MutableSpan<Float>) -> Result) -> Result {
    let part = unsafe UnsafeMutableBufferPointer(
      start: start + range.lowerBound,
      count: range.count
    )
    var span = unsafe MutableSpan(_unsafeElements: part)
    return body(&span)
  }
}

/// Makes arrays whose every element is written once, by whichever thread: memory that the system hands
/// out is touched there for the first time, and not by one thread before.
///
/// - Parameters:
///   - number: How many arrays.
///   - count: The elements of each, at least one.
///   - body: Writes every element of all of them.
/// - Returns: The arrays.
func writtenArrays(_ number: Int, count: Int, _ body: ([SharedFloats]) -> Void) -> [[Float]] {
  func arrays(_ left: Int, _ before: [SharedFloats]) -> [[Float]] {
    guard left > 0 else {
      body(before)
      return []
    }
    var rest: [[Float]] = []
    let array = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let part = unsafe UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      unsafe askForLargePages(UnsafeMutableRawBufferPointer(part))
      rest = arrays(left - 1, before + [unsafe SharedFloats(part)])
      initialized = count
    }
    return [array] + rest
  }
  return arrays(number, [])
}
