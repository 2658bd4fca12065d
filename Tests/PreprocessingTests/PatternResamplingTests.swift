// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing
import Testing

@Suite struct PatternResamplingTests {
  /// Where a spatial frequency, given in pattern pixels from DC, meets the detector: the ray's
  /// sine is λ q, so it lands at z tan(asin(λ q)), here for 80 mm, 30 µm, 128 pixels of 6.7 nm.
  static func detectorPlace(
    patternRow: Double,
    patternColumn: Double,
    energy: Double
  ) -> (row: Double, column: Double) {
    let wavelength = 1.239_841_984e-6 / energy
    let sineX = wavelength * (patternColumn - 64) / (128 * 6.7e-9)
    let sineY = wavelength * (patternRow - 64) / (128 * 6.7e-9)
    let sine = (sineX * sineX + sineY * sineY).squareRoot()
    let scale = sine == 0 ? 0 : 0.08 * tangent(arcSine(sine)) / sine / 30e-6
    return (479.5 + sineY * scale, 479.5 + sineX * scale)
  }

  static func spot(
    at place: (row: Double, column: Double),
    width: Double = 6,
    height: Double = 3000
  ) -> RawFrame {
    var raw = RawFrame()
    raw.add { row, column in
      let y = Double(row) - place.row
      let x = Double(column) - place.column
      let r2 = (x * x + y * y) / (2 * width * width)
      return r2 > 30 ? 0 : Int((height * exponential(-r2)).rounded())
    }
    return raw
  }

  static func centroid(_ image: Image) -> (row: Double, column: Double, sum: Double) {
    var (total, row, column) = (0.0, 0.0, 0.0)
    for i in 0..<image.shape.rows {
      for j in 0..<image.shape.columns {
        let photons = Double(image[i, j] * image[i, j])
        total += photons
        row += photons * Double(i)
        column += photons * Double(j)
      }
    }
    return (row / total, column / total, total)
  }

  /// Off-axis places tell the axes and their senses apart, and q = sin(atan(r/z))/λ from r/(λz).
  @Test(
    arguments: [(64.0, 64.0), (20, 64), (64, 110), (30, 90), (118, 12)],
    [708.2, 710.2, 1300]
  )
  func bothEnergiesLieOnOneGridOfFrequencies(place: (Double, Double), energy: Double) throws {
    let (row, column) = place
    let target = Self.detectorPlace(patternRow: row, patternColumn: column, energy: energy)
    guard (40.0...920).contains(target.row), (40.0...920).contains(target.column) else { return }
    var chain = try makeChain(energy: energy)
    let raw = Self.spot(at: target)
    let pattern = try chain.process(raw.frame(), position: middle)
    let found = Self.centroid(pattern.amplitudes)
    #expect(abs(found.row - row) < 0.02)
    #expect(abs(found.column - column) < 0.02)
  }

  @Test func countsAreConserved() throws {
    var chain = try makeChain()
    var generator = SeededGenerator(seed: 5)
    var expected = 0.0
    var raw = RawFrame()
    let counts = (0..<960 * 960).map { _ in Int(20 * generator.uniform()) }
    raw.add { row, column in
      let isInside = abs(row - 480) < 300 && abs(column - 480) < 300
      return isInside ? counts[960 * row + column] : 0
    }
    for row in 181...779 {
      for column in 181...779 { expected += Double(counts[960 * row + column]) }
    }
    let found = Self.centroid(try chain.process(raw.frame(), position: middle).amplitudes)
    #expect(abs(found.sum / expected - 1) < 1e-5)
  }

  /// Flat counts on the detector are Jacobian times flat counts on the pattern:
  /// d²r/d²q = λ²z²/(1 − λ²q²)².
  @Test func aFlatFieldFollowsTheAreaOfPatternPixels() throws {
    var chain = try makeChain()
    var raw = RawFrame()
    raw.add { _, _ in 10 }
    let amplitudes = try chain.process(raw.frame(), position: middle).amplitudes
    let wavelength = 1.239_841_984e-6 / 708.2
    let step = wavelength / (128 * 6.7e-9)
    var worst = 0.0
    for row in 0..<128 {
      for column in 0..<128 {
        let s2 = step * step * Double((row - 64) * (row - 64) + (column - 64) * (column - 64))
        let side = step * 0.08 / 30e-6 / (1 - s2)
        let photons = Double(amplitudes[row, column] * amplitudes[row, column])
        worst = max(worst, abs(photons / (10 * side * side) - 1))
      }
    }
    #expect(worst < 2e-3)
  }

  @Test func theCenterIsWhereItIsSaidToBe() throws {
    var chain = try makeChain { $0.center = PicturePosition(row: 470.25, column: 491.5) }
    let raw = Self.spot(at: (470.25, 491.5))
    let found = Self.centroid(try chain.process(raw.frame(), position: middle).amplitudes)
    #expect(abs(found.row - 64) < 0.02)
    #expect(abs(found.column - 64) < 0.02)
  }

  @Test func pixelsOffTheDetectorAreUnmeasured() throws {
    // At 1300 eV and a finer object pixel the pattern is wider than the detector.
    var chain = try makeChain(energy: 708.2) { $0.objectPixelSize = Length(nanometers: 4) }
    var raw = RawFrame()
    raw.add { _, _ in 10 }
    let amplitudes = try chain.process(raw.frame(), position: middle).amplitudes
    #expect(amplitudes[0, 64] < 0)
    #expect(amplitudes[64, 127] < 0)
    #expect(amplitudes[64, 64] > 0)
    #expect(chain.sensitivity[0, 64] == 0)
  }
}
