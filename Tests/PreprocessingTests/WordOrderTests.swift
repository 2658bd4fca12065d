// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct WordOrderTests {
  /// The words of a frame as the camera sends them, from the picture.
  ///
  /// A clock is a block [12][4][4] of arrival; channels are counted [4][4][12], with the first
  /// and the last index running the other way: a block of 48 channels, 12 in a group, 4 groups.
  static func sent(_ picture: [UInt16], rows: Int, as order: WordOrder) -> [UInt16] {
    var words = [UInt16](repeating: 0, count: picture.count)
    for row in 0..<rows / 2 {
      for column in 0..<12 {
        var clock: [UInt16] = []
        // The lower half's channels come first; its picture is turned by 180°.
        for tile in 0..<96 {
          clock.append(picture[(rows - row) * 1152 - 1 - 12 * tile - column])
        }
        for tile in 0..<96 { clock.append(picture[row * 1152 + 12 * tile + column]) }
        var arrived = clock
        if order == .arrival {
          for block in 0..<4 {
            for group in 0..<4 {
              for member in 0..<12 {
                arrived[((11 - member) * 4 + (3 - block)) * 4 + group] =
                  clock[(block * 4 + group) * 12 + member]
              }
            }
          }
        }
        for (n, word) in arrived.enumerated() { words[(12 * row + column) * 192 + n] = word }
      }
    }
    return words
  }

  static func frame(
    _ words: [UInt16],
    rows: Int,
    _ order: WordOrder,
    _ role: FrameRole = .exposure
  ) -> DetectorFrame {
    var header = FrameHeader(
      scan: "s",
      index: 0,
      role: role,
      exposureTime: 0.2,
      shape: Shape2D(rows: rows, columns: 1152),
      sampleType: .uint16
    )
    header.wordOrder = order
    let bytes = words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    return DetectorFrame(header: header, pixels: SharedBytes(bytes))
  }

  /// Darks and exposures of every known height, in any order, give one picture.
  @Test(arguments: FastCCDGeometry.knownRawRows, [WordOrder.clocks, .arrival])
  func clocksAreAssembledAtEveryHeight(rows: Int, order: WordOrder) throws {
    var geometry = FastCCDGeometry()
    geometry.rawRows = rows
    var generator = SeededGenerator(seed: UInt64(rows))
    func words() -> [UInt16] {
      (0..<rows * 1152).map { _ in 0xC000 | UInt16(truncatingIfNeeded: generator.next() & 0x3FF) }
    }
    let (dark, exposure) = (words(), words())
    func picture(_ order: WordOrder) throws -> Image {
      var chain = try PreprocessingChain(
        geometry: geometry,
        parameters: PreprocessingParameters(),
        energy: PhotonEnergy(electronVolts: 708.2)
      )
      var darks = DarkReference(geometry: geometry)
      let sent = order == .image ? dark : Self.sent(dark, rows: rows, as: order)
      try darks.add(Self.frame(sent, rows: rows, order, .dark))
      chain.setDarks(darks)
      let own = order == .image ? exposure : Self.sent(exposure, rows: rows, as: order)
      return try chain.cleanedCounts(Self.frame(own, rows: rows, order))
    }
    let (found, expected) = (try picture(order), try picture(.image))
    #expect(zip(found.values, expected.values).allSatisfy { $0 == $1 })
    #expect(expected.values.contains { $0 > 1 })
  }

  /// The order of arrival by the table of the camera's software, first clock, first channels:
  /// NumPy's W.reshape(12, 4, 4)[::-1, ::-1].transpose(1, 2, 0).ravel() of W = arange(192).
  @Test func theOrderOfArrivalIsTheCameras() {
    var picture = [UInt16](repeating: 0, count: 1040 * 1152)
    // Channel n of the first clock: the lower half's tiles, then the upper half's.
    for n in 0..<96 { picture[1040 * 1152 - 1 - 12 * n] = UInt16(n) }
    for n in 96..<192 { picture[12 * (n - 96)] = UInt16(n) }
    let arrived = Self.sent(picture, rows: 1040, as: .arrival).prefix(192)
    let places: [Int: Int] = [
      0: 188, 1: 172, 2: 156, 11: 12, 12: 189, 13: 173, 24: 190, 36: 191, 47: 15, 48: 184, 60: 185,
      95: 11, 96: 180, 100: 116, 144: 176, 191: 3,
    ]
    for (channel, place) in places { #expect(arrived[place] == UInt16(channel)) }
  }
}
