// SPDX-License-Identifier: BSD-3-Clause

import CZlib
public import Imaging

/// How the frames of a recording are packed: always without loss, and read by HDF5's own filters.
///
/// Packing is a plain function, so that many threads can pack while one writes.
public enum FrameCompression: String, CaseIterable, Hashable, Sendable {
  /// Frames stand in the file as they came.
  case none
  /// Bytes of one place in their number side by side, then run lengths and Huffman codes only.
  case shuffleFast = "shuffle_fast"
  /// Bytes side by side, then gzip of level 1.
  case shuffleGzip1 = "shuffle_gzip1"

  /// Packs one frame.
  ///
  /// - Parameters:
  ///   - payload: The frame, `layout.byteCount` bytes.
  ///   - layout: Its extent and number type.
  /// - Returns: The frame packed, a little longer than it came where it is nothing but noise; as it
  ///   came where nothing is to be packed.
  public func pack(_ payload: SharedBytes, layout: FrameLayout) -> PackedFrame {
    guard self != .none, payload.count == layout.byteCount, payload.count > 0 else {
      return PackedFrame(layout: layout, bytes: payload, isPacked: false)
    }
    let shuffled = Self.shuffled(payload, width: layout.type.byteCount)
    var written = 0
    // What does not get shorter is stored in blocks of 64 KB, with a few bytes each.
    let room = payload.count + payload.count / 1000 + 256
    let packed = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
      unsafe shuffled.withUnsafeBytes { source in
        written = unsafe czlib_deflate(
          source.baseAddress,
          source.count,
          target.baseAddress,
          target.count,
          1,
          self == .shuffleFast ? Z_RLE : Z_DEFAULT_STRATEGY
        )
      }
      count = written
    }
    guard written > 0 else {
      return PackedFrame(layout: layout, bytes: payload, isPacked: false)
    }
    return PackedFrame(layout: layout, bytes: SharedBytes(packed), isPacked: true)
  }

  /// All first bytes of the numbers, then all second ones, and so on, as HDF5's shuffle has it.
  private static func shuffled(_ payload: SharedBytes, width: Int) -> [UInt8] {
    let count = payload.count / width
    return unsafe [UInt8](unsafeUninitializedCapacity: payload.count) { target, written in
      payload.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { source in
          if width == 2 {
            let low = unsafe UnsafeMutableBufferPointer(rebasing: target[..<count])
            let high = unsafe UnsafeMutableBufferPointer(rebasing: target[count...])
            for i in 0..<count {
              let word = unsafe source.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)
              unsafe low[i] = UInt8(truncatingIfNeeded: word)
              unsafe high[i] = UInt8(truncatingIfNeeded: word >> 8)
            }
          } else {
            for place in 0..<width {
              for i in 0..<count {
                unsafe target[place * count + i] = source[i * width + place]
              }
            }
          }
        }
      }
      written = payload.count
    }
  }
}

/// One frame, ready to be written into a recording.
public struct PackedFrame: Sendable {
  /// Extent and number type of the frame.
  public var layout: FrameLayout
  /// The bytes for the file.
  public var bytes: SharedBytes
  /// Whether they are packed, by shuffle and deflate.
  public var isPacked: Bool

  /// Makes a record of a frame.
  public init(layout: FrameLayout, bytes: SharedBytes, isPacked: Bool) {
    self.layout = layout
    self.bytes = bytes
    self.isPacked = isPacked
  }
}
