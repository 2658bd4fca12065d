// SPDX-License-Identifier: BSD-3-Clause

/// One gain of a detector that chooses it by itself, word by word.
public struct GainEntry: Sendable, Hashable {
  /// The upper two bits of the words that were read with it, in place: 0 to 0xC000.
  public var controlBits: Int
  /// What one unit of the converter stands for, in units of the most sensitive gain.
  public var factor: Double
  /// How far its dark lies above the measured one, ADU of this gain.
  public var darkOffset: Double

  /// Makes one entry of a gain table.
  public init(controlBits: Int, factor: Double, darkOffset: Double = 0) {
    self.controlBits = controlBits
    self.factor = factor
    self.darkOffset = darkOffset
  }
}

/// Turns a word with control bits into ADU above its dark.
///
/// Without entries the gain is fixed: control bits are part of the word and cancel when the dark
/// is subtracted.
struct GainTable: Sendable {
  /// Whether words carry their gain.
  let isAutomatic: Bool
  /// The part of a word that is the converter's value.
  let valueMask: UInt16
  private let badBit: UInt16
  /// Factor and dark offset by the upper two bits; a factor of 0 where no entry has them.
  private let entries: [SIMD2<Float>]

  init(_ geometry: FastCCDGeometry) {
    isAutomatic = !geometry.gainTable.isEmpty
    valueMask = isAutomatic ? 0x1FFF : 0xFFFF
    badBit = geometry.badBit
    var entries = [SIMD2<Float>](repeating: .zero, count: 4)
    for entry in geometry.gainTable {
      entries[entry.controlBits >> 14 & 3] = SIMD2(Float(entry.factor), Float(entry.darkOffset))
    }
    self.entries = entries
  }

  /// Whether a word has no value: its bad bit is set, or nothing is known of its gain.
  func isBad(_ word: UInt16) -> Bool {
    isAutomatic && (word & badBit != 0 || entries[Int(word >> 14)].x == 0)
  }

  /// A word in ADU of the most sensitive gain above its mean dark and overscan level.
  @inline(always)
  func value(_ word: UInt16, dark: Float, level: Float) -> Float {
    guard isAutomatic else { return Float(word) - dark - level }
    let entry = entries[Int(word >> 14)]
    return entry.x * (Float(word & valueMask) - dark - entry.y - level)
  }
}
