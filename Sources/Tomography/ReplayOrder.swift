// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel

/// An order of tilts in which neighbours in time are far apart in angle.
///
/// Row-action methods converge several times faster when successive projections are nearly
/// orthogonal (Herman and Meyer, IEEE Trans. Med. Imaging 12, 600 (1993), doi 10.1109/42.241889).
/// The ranks of the sorted angles are visited in bit-reversed order, which needs no particular
/// spacing or sign of the angles.
public enum ReplayOrder {
  /// The places of the tilts in decorrelated order.
  ///
  /// - Parameter tilts: The tilts, in any order.
  /// - Returns: Every index into `tilts` once.
  public static func decorrelated(_ tilts: [TiltAngle]) -> [Int] {
    let byAngle = tilts.indices.sorted {
      (tilts[$0].degrees, $0) < (tilts[$1].degrees, $1)
    }
    return bitReversed(tilts.count).map { byAngle[$0] }
  }

  /// The numbers 0..<count in bit-reversed order.
  static func bitReversed(_ count: Int) -> [Int] {
    guard count > 1 else { return Array(0..<count) }
    let bits = Int.bitWidth - (count - 1).leadingZeroBitCount
    return (0..<(1 << bits)).map { number in
      (0..<bits).reduce(0) { $0 | ((number >> $1) & 1) << (bits - 1 - $1) }
    }
    .filter { $0 < count }
  }
}
