// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// The orders in which the words of a raw frame leave the camera.
///
/// At each clock all 192 channels give one word. Clock 12 r + p reads column p of the
/// super-columns in row r, counted from the outer edge of either half: of the upper half through
/// the channels 96 to 191 from the left, of the lower one, turned by 180 degrees, through the
/// channels 0 to 95. In a clock the words come from the camera in an order of their own.
public enum ClockOrder {
  /// Channels of both halves.
  static let channels = 192
  /// Words in a packet of the camera's.
  public static let wordsInPacket = 2048
  /// Packets of a frame.
  public static let packets = 585

  /// When in its clock the word of a channel comes.
  static func arrival(ofChannel channel: Int) -> Int {
    16 * (11 - channel % 12) + 12 - 4 * (channel / 48) + (channel / 12) % 4
  }

  /// The channel of each word of a clock, in order of arrival.
  static let channelsByArrival: [Int] = {
    var channels = [Int](repeating: 0, count: Self.channels)
    for channel in 0..<Self.channels { channels[arrival(ofChannel: channel)] = channel }
    return channels
  }()

  /// Where the word of a channel at a clock stands in the raw picture.
  static func imageIndex(clock: Int, channel: Int) -> Int {
    let shape = FastCCDLayout.rawShape
    let tile = FastCCDLayout.superColumn
    let row = clock / tile
    let column = clock % tile
    if channel >= FastCCDLayout.channelsPerHalf {
      return row * shape.columns + tile * (channel - FastCCDLayout.channelsPerHalf) + column
    }
    return (shape.rows - 1 - row) * shape.columns + shape.columns - 1 - (tile * channel + column)
  }

  /// Where the word that comes as number `place` stands in a frame of an order.
  static func index(ofArrival place: Int, in order: WordOrder) -> Int {
    let clock = place / channels
    let channel = channelsByArrival[place % channels]
    switch order {
    case .image: return imageIndex(clock: clock, channel: channel)
    case .clocks: return clock * channels + channel
    case .arrival: return place
    }
  }

  /// Puts the words of a raw picture into another order.
  ///
  /// - Parameters:
  ///   - pixels: The words of a picture of 1040 x 1152, row by row.
  ///   - order: The order that is wanted.
  /// - Returns: As many words in that order.
  public static func reordered(_ pixels: SharedBytes, to order: WordOrder) -> SharedBytes {
    guard order != .image else { return pixels }
    let count = FastCCDLayout.rawShape.count
    precondition(pixels.count == 2 * count, "a raw frame is 1040 x 1152")
    return pixels.withBytes { bytes in
      SharedBytes(count: count) { (words: inout MutableSpan<UInt16>) in
        for clock in 0..<count / channels {
          for place in 0..<channels {
            let channel = order == .clocks ? place : channelsByArrival[place]
            let index = imageIndex(clock: clock, channel: channel)
            words[clock * channels + place] = unsafe bytes.unsafeLoadUnaligned(
              fromByteOffset: 2 * index,
              as: UInt16.self
            )
          }
        }
      }
    }
  }
}
