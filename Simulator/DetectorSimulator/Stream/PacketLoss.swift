// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// What stands where a packet of the camera's did not come.
public enum MissingWord: String, Sendable, Hashable, CaseIterable {
  /// 0, as the frame server of the ALS leaves it.
  case zero
  /// 0x2000, as the camera's own library leaves it.
  case marked
  /// Each packet one or the other.
  case either
}

/// Loses packets of the camera's inside frames: 2048 words each in order of arrival.
public enum PacketLoss {
  /// A copy of a raw frame's words in which some packets are missing.
  ///
  /// - Parameters:
  ///   - packets: Which packets, 0 to 584, and the word that stands in each.
  ///   - pixels: The frame's words.
  ///   - order: Their order.
  /// - Returns: As many words.
  public static func losing(
    _ packets: [(packet: Int, word: UInt16)],
    from pixels: SharedBytes,
    in order: WordOrder
  ) -> SharedBytes {
    let count = pixels.count / 2
    return pixels.withBytes { bytes in
      SharedBytes(count: count) { (words: inout MutableSpan<UInt16>) in
        for i in words.indices {
          words[i] = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)
        }
        for lost in packets {
          let first = lost.packet * ClockOrder.wordsInPacket
          for place in first..<min(first + ClockOrder.wordsInPacket, count) {
            words[ClockOrder.index(ofArrival: place, in: order)] = lost.word
          }
        }
      }
    }
  }
}
