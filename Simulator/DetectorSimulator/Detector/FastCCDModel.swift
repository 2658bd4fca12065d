// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Turns photons into the words of a FastCCD.
///
/// A word is 0xC000 | (pedestal + drift + gain · photons + read noise), the sum cut to 13 bits.
/// The pedestal is fixed for each column of each channel; the drift of each frame is a smooth
/// line along the rows of each half, the same in data and overscan columns, and an offset of
/// each channel. Rows that see no light read their pedestal. Saturated words are 0xDFFF.
public struct FastCCDModel: Sendable {
  /// ADU for each electron volt of a photon's energy.
  public var aduPerElectronVolt: Double
  /// The read noise, ADU RMS.
  public var readNoise: Double

  private let pedestals: [Int16]
  /// Read noise for two frames' worth of pixels; each frame starts at another place in it.
  private let noise: [Int16]
  private var channelOffsets = [Int16](repeating: 0, count: 2 * 1152)
  private var rowDrift = [Int16](repeating: 0, count: 1040)

  private static let channelsPerHalf = 96

  /// Makes a detector whose pedestals and noise come from a seed.
  ///
  /// - Parameters:
  ///   - seed: Starts all random numbers.
  ///   - aduPerElectronVolt: ADU for each electron volt; 25 ADU a photon at 708 eV by default.
  ///   - readNoise: ADU RMS.
  public init(seed: UInt64, aduPerElectronVolt: Double = 25.0 / 708, readNoise: Double = 5) {
    self.aduPerElectronVolt = aduPerElectronVolt
    self.readNoise = readNoise
    var generator = SeededGenerator(seed: seed)
    let shape = FastCCDLayout.rawShape
    let channels = (0..<2 * Self.channelsPerHalf).map { _ in 300 + 400 * generator.uniform() }
    let columns = (0..<2 * shape.columns).map { _ in 3 * generator.normal() }
    pedestals = (0..<shape.count).map { index in
      let half = index / shape.columns < shape.rows / 2 ? 0 : 1
      let column = index % shape.columns
      let channel = half * Self.channelsPerHalf + column / FastCCDLayout.superColumn
      return Int16((channels[channel] + columns[half * shape.columns + column]).rounded())
    }
    noise = (0..<2 * shape.count).map { _ in Int16((readNoise * generator.normal()).rounded()) }
  }

  /// Reads one frame out.
  ///
  /// - Parameters:
  ///   - photons: Mean photons, [row, column] of the 960 x 960 picture; nil for a dark.
  ///   - energy: The photon energy.
  ///   - seed: Starts this frame's random numbers.
  ///   - words: Receives the raw words, [row, column], 1040 x 1152.
  public mutating func read(
    _ photons: Image?,
    energy: PhotonEnergy,
    seed: UInt64,
    into words: inout MutableSpan<UInt16>
  ) {
    precondition(words.count == FastCCDLayout.rawShape.count, "a raw frame is 1040 x 1152")
    var generator = SeededGenerator(seed: seed)
    drawDrift(&generator)
    readEmpty(start: Int(generator.next() % UInt64(FastCCDLayout.rawShape.count)), into: &words)
    guard let photons else { return }
    precondition(photons.shape == Shape2D(square: FastCCDLayout.side), "the picture is 960 x 960")
    let gain = Float(aduPerElectronVolt * energy.electronVolts)
    var counter = PhotonCounter(seed: generator.next())
    let places = FastCCDLayout.rawIndices.span
    // The fraction of an ADU is settled by chance, so that small counts keep their mean.
    let means = photons.values.span
    for i in means.indices {
      let count = counter.photons(mean: means[i])
      guard count > 0 else { continue }
      let adu = Int(gain * Float(count) + Float(counter.uniform()))
      let place = Int(places[i])
      words[place] = UInt16(0xC000 | min(Int(words[place] & 0x1FFF) + adu, 0x1FFF))
    }
  }

  private mutating func drawDrift(_ generator: inout SeededGenerator) {
    let shape = FastCCDLayout.rawShape
    let half = shape.rows / 2
    for side in 0..<2 {
      let offset = 3 * generator.normal()
      let amplitude = 4 + 2 * generator.normal()
      let turns = 1 + generator.uniform()
      let phase = 2 * Double.pi * generator.uniform()
      for row in 0..<half {
        let wave = sine(phase + 2 * .pi * turns * Double(row) / Double(half))
        rowDrift[side * half + row] = Int16((offset + amplitude * wave).rounded())
      }
      for channel in 0..<Self.channelsPerHalf {
        let value = Int16((1.5 * generator.normal()).rounded())
        let start = side * shape.columns + channel * FastCCDLayout.superColumn
        for column in 0..<FastCCDLayout.superColumn { channelOffsets[start + column] = value }
      }
    }
  }

  private func readEmpty(start: Int, into words: inout MutableSpan<UInt16>) {
    let shape = FastCCDLayout.rawShape
    let pedestals = pedestals.span
    let noise = noise.span
    let offsets = channelOffsets.span
    for row in 0..<shape.rows {
      let drift = rowDrift[row]
      let half = row < shape.rows / 2 ? 0 : shape.columns
      let line = row * shape.columns
      for column in 0..<shape.columns {
        let sum =
          pedestals[line + column] &+ noise[start + line + column]
          &+ offsets[half + column] &+ drift
        words[line + column] = 0xC000 | UInt16(bitPattern: min(max(sum, 0), 0x1FFF))
      }
    }
  }
}
