// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import Imaging
import Preprocessing
import Testing

/// The arithmetic of the beamline's software, against NumPy (Tests/References).
@Suite struct BeamlineCleaningTests {
  private struct Reference {
    let cut: [Double]
    let uncut: [Double]
    let masked: [Int]
    let pixels: [(row: Int, column: Int, value: Double)]

    init() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "References/beamline_cleaning.txt")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        .map { $0.split(separator: " ").compactMap { Double($0) } }
      cut = lines[0]
      uncut = lines[1]
      masked = lines[2].map { Int($0) }
      pixels = lines[3...].map { (Int($0[0]), Int($0[1]), $0[2]) }
    }
  }

  /// Integers from -10 to 10, the same in every language.
  private static func noise(_ seed: UInt64, _ i: Int) -> Int {
    var x = (UInt64(i) + seed * 1_000_003) & 0xFFFF_FFFF
    x = (x &* 2_654_435_761) & 0xFFFF_FFFF
    x ^= x >> 15
    x = (x &* 2_246_822_519) & 0xFFFF_FFFF
    x ^= x >> 13
    return Int(x % 21) - 10
  }

  private static func dark(_ seed: UInt64) -> RawFrame {
    var raw = RawFrame()
    for i in raw.words.indices {
      raw.words[i] = UInt16(0xC000 + 500 + i % 1152 % 37 + noise(seed, i))
    }
    return raw
  }

  private static func exposure() -> RawFrame {
    var raw = dark(9)
    for i in raw.words.indices {
      let (row, column) = (i / 1152, i % 1152)
      var word = Int(raw.words[i]) + 20 + row / 40 - column / 100
      if column % 12 != 0, column % 12 != 11 { word += (row + column) % 60 }
      if (600..<700).contains(row), column / 12 == 20 { word += 80 }
      if (200..<260).contains(row), (303..<341).contains(column) { word = 0xDFFF }
      raw.words[i] = UInt16(word)
    }
    return raw
  }

  private static func picture(_ cleaning: CleaningParameters) throws -> Image {
    var chain = try makeChain(darks: [1, 2, 3].map(dark)) { $0.cleaning = cleaning }
    return try chain.cleanedCounts(exposure().frame())
  }

  @Test func theOptionIsTheBeamlinesArithmetic() throws {
    let reference = try Reference()
    var uncut = CleaningParameters.beamline
    uncut.cutNegative = false
    for (cleaning, expected) in [(.beamline, reference.cut), (uncut, reference.uncut)] {
      let picture = try Self.picture(cleaning)
      // A word of 49 700 and its mean dark are rounded to 0.004 ADU.
      for block in 0..<144 {
        var (total, count) = (0.0, 0)
        for row in block / 12 * 80..<block / 12 * 80 + 80 {
          for column in block % 12 * 80..<block % 12 * 80 + 80
          where !picture[row, column].isNaN {
            total += Double(picture[row, column])
            count += 1
          }
        }
        #expect(6400 - count == reference.masked[block])
        #expect(abs(total / Double(count) - expected[block]) < 1e-3)
      }
    }
    let picture = try Self.picture(uncut)
    #expect(reference.pixels.count == 48)
    for pixel in reference.pixels {
      let value = Double(picture[pixel.row, pixel.column])
      #expect(value.isNaN ? pixel.value.isNaN : abs(value - pixel.value) < 6e-3)
    }
  }

  /// Neither the bounds nor the constant, nor the row by the seam, may be lost.
  @Test func ourOwnMethodIsAnother() throws {
    let reference = try Reference()
    let picture = try Self.picture(CleaningParameters())
    let differing = reference.pixels.count {
      abs(Double(picture[$0.row, $0.column]) - $0.value) > 0.1
    }
    #expect(differing > 40)
  }
}
