// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

/// A pixel that does not read what it should.
public struct PixelDefect: Hashable, Sendable {
  /// What it does.
  public enum Kind: Hashable, Sendable {
    /// It sees no light: every frame reads as a dark.
    case dead
    /// It always reads one value, ADU.
    case stuck(Int)
    /// So many ADU are added in every frame.
    case hot(Int)
    /// Normal noise of so many ADU RMS is added.
    case noisy(Double)
    /// So many ADU are added in exposures only.
    case bright(Int)
  }

  /// Row of the 960 x 960 picture.
  public var row: Int
  /// Column of the 960 x 960 picture.
  public var column: Int
  /// What it does.
  public var kind: Kind

  /// Makes a defect.
  public init(row: Int, column: Int, _ kind: Kind) {
    self.row = row
    self.column = column
    self.kind = kind
  }
}

extension DetectorFrame {
  /// A raw frame in which some pixels are at fault.
  ///
  /// - Parameters:
  ///   - defects: The pixels.
  ///   - dark: A dark of the same detector, which a dead pixel reads.
  ///   - seed: Starts the noise of noisy pixels.
  /// - Returns: The frame with the faults in it.
  public func planting(
    _ defects: [PixelDefect],
    dark: DetectorFrame,
    seed: UInt64
  ) -> DetectorFrame {
    var generator = SeededGenerator(seed: seed)
    var words = pixels.elements(as: UInt16.self)
    let empty = dark.pixels.elements(as: UInt16.self)
    func word(_ adu: Int) -> UInt16 { 0xC000 | UInt16(min(max(adu, 0), 0x1FFF)) }
    for defect in defects {
      let place = FastCCDLayout.rawIndex(row: defect.row, column: defect.column)
      let value = Int(words[place] & 0x1FFF)
      switch defect.kind {
      case .dead: words[place] = empty[place]
      case .stuck(let adu): words[place] = word(adu)
      case .hot(let adu): words[place] = word(value + adu)
      case .noisy(let noise):
        words[place] = word(value + Int((noise * generator.normal()).rounded()))
      case .bright(let adu):
        if header.role == .exposure { words[place] = word(value + adu) }
      }
    }
    return DetectorFrame(header: header, pixels: SharedBytes(copying: words))
  }
}
