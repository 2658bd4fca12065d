// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Puts the words of a frame that was sent clock by clock into the order of the raw picture.
///
/// A clock brings one word of each of the 192 channels; clocks 12 r to 12 r + 11 bring row r of
/// every tile, one column after another. Channels from 96 on are the tiles of the upper half,
/// those below 96 the tiles of the lower half, which is the upper one turned by 180°. With D[t][n]
/// the word of channel n at clock t = 12 r + p, and H the rows of the picture,
///
///     n ≥ 96:  picture[r][12 (n − 96) + p] = D[t][n]
///     n < 96:  picture[H − 1 − r][1151 − (12 n + p)] = D[t][n]
///
/// In the order of arrival from the camera, W, the channels of a clock are mixed:
/// D[t][n] = W[t][16 (11 − n mod 12) + 12 − 4 ⌊n / 48⌋ + ⌊n / 12⌋ mod 4].
struct WordAssembly: Sendable {
  private static let channels = 2 * FastCCDGeometry.tileCount
  private static let tileVectors = FastCCDGeometry.tileWidth / 4

  /// Four channels whose words of a clock stand side by side.
  private struct Group {
    /// Where the first of them stands within the clock.
    var place: Int32
    /// Where the first vector of each stands in a row of the picture, counted from the row's end
    /// for the lower half.
    var vectors: SIMD4<Int32>
    /// Whether they belong to the lower half.
    var isLower: Bool
  }

  private let groups: [Group]
  /// Rows of one half.
  private let rows: Int
  /// The assembled picture, four words to a vector.
  private var picture: [UInt64]

  /// Prepares for frames of one order and height.
  init(order: WordOrder, geometry: FastCCDGeometry) {
    rows = geometry.rawRows / 2
    picture = [UInt64](repeating: 0, count: geometry.rawShape.count / 4)
    groups = (0..<Self.channels / 4).map { Self.group($0, order) }
  }

  /// The channels at places 4 · k to 4 · k + 3 of a clock.
  private static func group(_ k: Int, _ order: WordOrder) -> Group {
    let channels = (0..<4).map { lane in
      guard order == .arrival else { return 4 * k + lane }
      // The formula of the type's description, turned around.
      let member = 11 - k / 4
      let block = 3 - k % 4
      return 48 * block + 12 * lane + member
    }
    let isLower = channels[0] < FastCCDGeometry.tileCount
    let tiles = channels.map { isLower ? $0 : $0 - FastCCDGeometry.tileCount }
    let line = FastCCDGeometry.tileCount * tileVectors
    return Group(
      place: Int32(4 * k),
      vectors: SIMD4(tiles.map { Int32(isLower ? line - 1 - tileVectors * $0 : tileVectors * $0) }),
      isLower: isLower
    )
  }

  /// Assembles one frame.
  ///
  /// - Parameters:
  ///   - bytes: The words clock by clock.
  ///   - body: Takes the picture's bytes, [row, column].
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws.
  mutating func withPicture<Result, Failure: Error>(
    of bytes: RawSpan,
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let groups = groups
    Self.assemble(bytes, groups.span, rows, &picture)
    // Any bits of sixteen are a word.
    return try body(unsafe picture.span.bytes)
  }

  private static func assemble(
    _ bytes: RawSpan,
    _ groups: Span<Group>,
    _ rows: Int,
    _ picture: inout [UInt64]
  ) {
    let line = FastCCDGeometry.tileCount * tileVectors
    var target = picture.mutableSpan
    for r in 0..<rows {
      let clock = FastCCDGeometry.tileWidth * r * channels
      let (upper, lower) = (r * line, (2 * rows - 1 - r) * line)
      for g in groups.indices {
        let group = groups[g]
        let start = (group.isLower ? lower : upper)
        let step = group.isLower ? -1 : 1
        for k in 0..<tileVectors {
          // In the lower half the last clock comes first.
          let first = clock + 4 * k * channels + Int(group.place)
          let i = group.isLower ? first + 3 * channels : first
          let four = transposed(
            bytes.packed4(i),
            bytes.packed4(i + step * channels),
            bytes.packed4(i + 2 * step * channels),
            bytes.packed4(i + 3 * step * channels)
          )
          target[start + Int(group.vectors[0]) + step * k] = four.0.littleEndian
          target[start + Int(group.vectors[1]) + step * k] = four.1.littleEndian
          target[start + Int(group.vectors[2]) + step * k] = four.2.littleEndian
          target[start + Int(group.vectors[3]) + step * k] = four.3.littleEndian
        }
      }
    }
  }

  /// Four clocks of four channels as four channels of four clocks: pairs of words are exchanged,
  /// then pairs of pairs.
  @inline(always)
  private static func transposed(
    _ a: UInt64,
    _ b: UInt64,
    _ c: UInt64,
    _ d: UInt64
  ) -> (UInt64, UInt64, UInt64, UInt64) {
    let even: UInt64 = 0x0000_FFFF_0000_FFFF
    let low: UInt64 = 0x0000_0000_FFFF_FFFF
    let p = (a & even) | ((b & even) << 16)
    let q = ((a >> 16) & even) | (b & ~even)
    let r = (c & even) | ((d & even) << 16)
    let s = ((c >> 16) & even) | (d & ~even)
    return (
      (p & low) | (r << 32), (q & low) | (s << 32), (p >> 32) | (r & ~low), (q >> 32) | (s & ~low)
    )
  }
}

extension DetectorFrame {
  /// Reads a raw frame as the picture [row, column], assembling it first where it came clock by
  /// clock.
  ///
  /// - Parameters:
  ///   - assembly: The memory that frames of this order are assembled in; made when it is needed.
  ///   - geometry: The layout, whose shape the frame has.
  ///   - body: Takes the picture's bytes.
  /// - Returns: What `body` returns.
  func withPicture<Result>(
    _ assembly: inout [WordOrder: WordAssembly],
    _ geometry: FastCCDGeometry,
    _ body: (RawSpan) -> Result
  ) -> Result {
    let order = header.wordOrder
    guard order != .image else { return pixels.withBytes(body) }
    // Taken out while it is changed, so that its array stays the only copy.
    var own = assembly.removeValue(forKey: order) ?? WordAssembly(order: order, geometry: geometry)
    defer { assembly[order] = own }
    return pixels.withBytes { own.withPicture(of: $0, body) }
  }
}
