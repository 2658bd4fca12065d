// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// The orders of raw words, against the beamline's closed forms from camera to picture.
@Suite struct ClockOrderTests {
  /// A picture whose words say where they stand, modulo 65521.
  private static let picture = SharedBytes(
    copyingWords: (0..<1040 * 1152).map { UInt16($0 % 65521) }
  )

  @Test func channelsAssembleToThePicture() {
    let image = RawWords.of(Self.picture)
    let clocks = RawWords.of(ClockOrder.reordered(Self.picture, to: .clocks))
    #expect(clocks.count == 6240 * 192)
    var assembled = [UInt16](repeating: 0, count: image.count)
    for row in 0..<520 {
      for column in 0..<12 {
        for channel in 0..<192 {
          let word = clocks[(12 * row + column) * 192 + channel]
          if channel >= 96 {
            assembled[row * 1152 + 12 * (channel - 96) + column] = word
          } else {
            assembled[(1039 - row) * 1152 + 1151 - (12 * channel + column)] = word
          }
        }
      }
    }
    #expect(assembled == image)
  }

  @Test func arrivalsDescrambleToChannels() {
    let clocks = RawWords.of(ClockOrder.reordered(Self.picture, to: .clocks))
    let arrivals = RawWords.of(ClockOrder.reordered(Self.picture, to: .arrival))
    var descrambled = [UInt16](repeating: 0, count: clocks.count)
    for clock in 0..<6240 {
      for n in 0..<192 {
        let place = 16 * (11 - n % 12) + 12 - 4 * (n / 48) + (n / 12) % 4
        descrambled[192 * clock + n] = arrivals[192 * clock + place]
      }
    }
    #expect(descrambled == clocks)
  }

  @Test func pictureOrderIsTheVerySameMemory() {
    #expect(ClockOrder.reordered(Self.picture, to: .image) === Self.picture)
  }

  /// A packet is 4096 bytes of what the camera sends: a run in order of arrival.
  @Test(arguments: [0, 100, 584])
  func aLostPacketIsARunOfArrivals(packet: Int) {
    let lost = [(packet: packet, word: UInt16(0x2000))]
    let arrivals = RawWords.of(ClockOrder.reordered(Self.picture, to: .arrival))
    var holed = arrivals
    for i in 0..<2048 { holed[2048 * packet + i] = 0x2000 }
    let inImage = PacketLoss.losing(lost, from: Self.picture, in: .image)
    #expect(RawWords.of(ClockOrder.reordered(inImage, to: .arrival)) == holed)
    let inClocks = PacketLoss.losing(
      lost,
      from: ClockOrder.reordered(Self.picture, to: .clocks),
      in: .clocks
    )
    #expect(inClocks.array() == ClockOrder.reordered(inImage, to: .clocks).array())
    #expect(585 * 2048 == 1040 * 1152)
  }
}

extension SharedBytes {
  /// Words, little-endian.
  convenience init(copyingWords words: [UInt16]) {
    self.init(words.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] })
  }
}
