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

  /// Where each channel's word stands within a clock.
  private let places: [Int32]
  /// Rows of one half.
  private let rows: Int
  /// The assembled picture, four words to a vector.
  private var picture: [SIMD4<UInt16>]

  /// Prepares for frames of one order and height.
  init(order: WordOrder, geometry: FastCCDGeometry) {
    rows = geometry.rawRows / 2
    picture = [SIMD4<UInt16>](repeating: .zero, count: geometry.rawShape.count / 4)
    places = (0..<Self.channels).map { (n: Int) -> Int32 in
      guard order == .arrival else { return Int32(n) }
      let block = 16 * (11 - n % 12)
      return Int32(block + 12 - 4 * (n / 48) + n / 12 % 4)
    }
  }

  /// Assembles one frame and hands the picture's bytes, [row, column], to `body`.
  mutating func withPicture<Result, Failure: Error>(
    of bytes: RawSpan,
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let places = places
    Self.assemble(bytes, places.span, rows, &picture)
    // Any bits of sixteen are a word.
    return try body(unsafe picture.span.bytes)
  }

  private static func assemble(
    _ bytes: RawSpan,
    _ places: Span<Int32>,
    _ rows: Int,
    _ picture: inout [SIMD4<UInt16>]
  ) {
    let tiles = FastCCDGeometry.tileCount
    let line = tiles * tileVectors
    var target = picture.mutableSpan
    for r in 0..<rows {
      let clock = FastCCDGeometry.tileWidth * r * channels
      let upper = r * line
      let lower = (2 * rows - 1 - r) * line
      for tile in 0..<tiles {
        let a = clock + Int(places[tiles + tile])
        let b = clock + Int(places[tile])
        for k in 0..<tileVectors {
          let p = 4 * k * channels
          target[upper + tile * tileVectors + k] = column(bytes, a + p, channels)
          target[lower + line - 1 - tile * tileVectors - k] =
            column(bytes, b + p + 3 * channels, -channels)
        }
      }
    }
  }

  /// The words of one channel at four clocks.
  @inline(always)
  private static func column(_ bytes: RawSpan, _ i: Int, _ step: Int) -> SIMD4<UInt16> {
    SIMD4(
      bytes.word(i).littleEndian,
      bytes.word(i + step).littleEndian,
      bytes.word(i + 2 * step).littleEndian,
      bytes.word(i + 3 * step).littleEndian
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
