// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing

/// A raw frame of 1040 rows, put together as the detector does it and not as the stage takes it
/// apart: pixels are laid out half by half, tile by tile, and the lower half is turned by 180°.
struct RawFrame {
  /// Where the lower half's pixels end up is known from this: its outermost words are the last.
  static let rows = 1040
  static let columns = 1152

  /// The words, row after row.
  var words = [UInt16](repeating: 0xC000, count: rows * columns)

  /// Starts from one level everywhere.
  init(level: Int = 500) {
    words = [UInt16](repeating: UInt16(0xC000 + level), count: Self.rows * Self.columns)
  }

  /// Adds ADU to each pixel of the picture as seen looking downstream, [row, column].
  mutating func add(_ picture: (Int, Int) -> Int) {
    forEachPixel { words, place, row, column in
      words[place] = UInt16(min(Int(words[place]) + picture(row, column), 0xDFFF))
    }
  }

  /// Sets the word of one pixel of the picture.
  mutating func set(_ word: UInt16, row: Int, column: Int) {
    words[Self.place(row: row, column: column)] = word
  }

  /// Adds normal noise to every word, overscan included.
  mutating func addNoise(_ sigma: Double, _ generator: inout SeededGenerator) {
    for i in words.indices {
      words[i] = UInt16(Int(words[i]) + Int((sigma * generator.normal()).rounded()))
    }
  }

  /// Adds a level to each raw row.
  mutating func addToRows(_ level: (Int) -> Int) {
    for i in words.indices { words[i] = UInt16(Int(words[i]) + level(i / Self.columns)) }
  }

  /// The raw word of a picture pixel: transpose, flip both axes, split into halves and tiles.
  static func place(row: Int, column: Int) -> Int {
    let transposed = (row: column, column: row)
    let flipped = (row: 959 - transposed.row, column: 959 - transposed.column)
    let (tile, pixel) = (flipped.column / 10, flipped.column % 10)
    if flipped.row < 480 {
      // In tile 59 of the upper half the twelve words have moved on by one.
      let word = (1 + pixel + (tile == 59 ? 1 : 0)) % 12
      return (6 + flipped.row) * columns + 12 * tile + word
    }
    // The lower half is read out as an upper half that was turned by 180°.
    let turned = (row: 959 - flipped.row, column: 959 - flipped.column)
    let read = (6 + turned.row) * columns + 12 * (turned.column / 10) + 1 + turned.column % 10
    return rows * columns - 1 - read
  }

  private mutating func forEachPixel(_ body: (inout [UInt16], Int, Int, Int) -> Void) {
    for row in 0..<960 {
      for column in 0..<960 { body(&words, Self.place(row: row, column: column), row, column) }
    }
  }

  /// The frame as it comes from the wire.
  func frame(
    _ role: FrameRole = .exposure,
    index: Int = 0,
    exposureTime: Double? = 0.2
  ) -> DetectorFrame {
    var bytes = [UInt8](repeating: 0, count: 2 * words.count)
    for (i, word) in words.enumerated() {
      bytes[2 * i] = UInt8(word & 0xFF)
      bytes[2 * i + 1] = UInt8(word >> 8)
    }
    return DetectorFrame(
      header: FrameHeader(
        scan: "s",
        index: index,
        role: role,
        exposureTime: exposureTime,
        shape: Shape2D(rows: Self.rows, columns: Self.columns),
        sampleType: .uint16
      ),
      pixels: SharedBytes(bytes)
    )
  }
}

/// A chain for which one photon is so many ADU and whose darks are already taken.
func makeChain(
  aduPerPhoton: Double = 1,
  energy: Double = 708.2,
  darks: [RawFrame] = [RawFrame()],
  geometry: FastCCDGeometry = FastCCDGeometry(),
  _ change: (inout PreprocessingParameters) -> Void = { _ in }
) throws -> PreprocessingChain {
  var parameters = PreprocessingParameters()
  parameters.aduPerElectronVolt = aduPerPhoton / energy
  parameters.photonThreshold = 0
  parameters.attenuator = nil
  parameters.amplitudeEstimate = .squareRoot
  change(&parameters)
  var chain = try PreprocessingChain(
    geometry: geometry,
    parameters: parameters,
    energy: PhotonEnergy(electronVolts: energy)
  )
  var reference = DarkReference(geometry: geometry)
  for dark in darks { try reference.add(dark.frame(.dark)) }
  chain.setDarks(reference)
  return chain
}

/// The middle of the scan.
let middle = ScanPosition(x: 0, y: 0)
