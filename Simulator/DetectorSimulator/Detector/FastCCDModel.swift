// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Turns photons into the words of a FastCCD.
///
/// A word is 0xC000 | (pedestal + drift + dark current + gain · photons + read noise), the sum cut
/// to 13 bits. The pedestal is fixed for each column of each channel; the drift of each frame is a
/// smooth line along the rows of each half, an offset and a slope of each channel, and a stripe of
/// each row, all the same in data and overscan columns. Rows that see no light read their
/// pedestal. Saturated words are 0xDFFF. The statistical spread of the dark current is left out.
public struct FastCCDModel: Sendable {
  /// What it does to photons.
  public let parameters: FastCCDParameters
  /// Pixels of high dark current.
  public let hotPixels: [DefectivePixel]
  /// Pixels that see no light.
  public let deadPixels: [DefectivePixel]

  /// Pedestals with the mean dark current of each exposure time, [row, column].
  private var levels: [Double: [Int16]]
  /// The dark current of each raw pixel, ADU per second; empty where there is none.
  private let darkCurrents: [Float]
  /// Read noise for two frames' worth of pixels; each frame starts at another place in it.
  private let noise: [Int16]
  /// Where each picture pixel stands in the words, [row, column]; negative where it is dead.
  private let places: [Int32]
  private var drift = FrameDrift()

  /// A word that could not hold its charge.
  private struct SaturatedWord {
    var place: Int
    var excess: Double
  }

  /// Makes a detector whose pedestals, noise and defects come from a seed.
  ///
  /// - Parameters:
  ///   - seed: Starts all random numbers.
  ///   - parameters: What it does to photons.
  public init(seed: UInt64, _ parameters: FastCCDParameters = FastCCDParameters()) {
    self.parameters = parameters
    var generator = SeededGenerator(seed: seed)
    let shape = FastCCDLayout.rawShape
    let perHalf = FastCCDLayout.channelsPerHalf
    let channels = (0..<2 * perHalf).map { _ in 300 + 400 * generator.uniform() }
    let columns = (0..<2 * shape.columns).map { _ in 3 * generator.normal() }
    let pedestals = (0..<shape.count).map { index in
      let half = index / shape.columns < shape.rows / 2 ? 0 : 1
      let column = index % shape.columns
      let channel = half * perHalf + column / FastCCDLayout.superColumn
      return Int16((channels[channel] + columns[half * shape.columns + column]).rounded())
    }
    levels = [0: pedestals]
    noise = (0..<2 * shape.count).map { _ in
      Int16((parameters.readNoise * generator.normal()).rounded())
    }
    let defects = Self.defects(parameters, &generator)
    (hotPixels, deadPixels) = defects
    var places = FastCCDLayout.rawIndices
    for pixel in defects.dead { places[pixel.row * FastCCDLayout.side + pixel.column] = -1 }
    self.places = places
    var currents: [Float] = []
    if parameters.darkCurrent > 0 {
      currents = [Float](repeating: 0, count: shape.count)
      for place in FastCCDLayout.rawIndices {
        currents[Int(place)] = Float(parameters.darkCurrent * (0.5 + generator.uniform()))
      }
    }
    darkCurrents = currents
  }

  /// Makes a detector without defects.
  public init(seed: UInt64, readNoise: Double) {
    var parameters = FastCCDParameters()
    parameters.readNoise = readNoise
    self.init(seed: seed, parameters)
  }

  private static func defects(
    _ parameters: FastCCDParameters,
    _ generator: inout SeededGenerator
  ) -> (hot: [DefectivePixel], dead: [DefectivePixel]) {
    let side = FastCCDLayout.side
    var taken: Set<Int> = []
    var pixels: [DefectivePixel] = []
    while pixels.count < parameters.hotPixelCount + parameters.deadPixelCount {
      let place = Int(generator.next() % UInt64(side * side))
      guard taken.insert(place).inserted else { continue }
      let isHot = pixels.count < parameters.hotPixelCount
      let current = isHot ? 5000 * exponential(naturalLogarithm(10) * generator.uniform()) : 0
      pixels.append(
        DefectivePixel(row: place / side, column: place % side, darkCurrent: current)
      )
    }
    return (
      Array(pixels.prefix(parameters.hotPixelCount)),
      Array(pixels.dropFirst(parameters.hotPixelCount))
    )
  }

  /// Reads one frame out.
  ///
  /// - Parameters:
  ///   - photons: Mean photons, [row, column] of the 960 x 960 picture; nil for a dark.
  ///   - scale: What the means are multiplied with.
  ///   - exposureTime: How long it was exposed, seconds; decides the dark current.
  ///   - energy: The photon energy.
  ///   - seed: Starts this frame's random numbers.
  ///   - words: Receives the raw words, [row, column], 1040 x 1152.
  public mutating func read(
    _ photons: Image?,
    scaledBy scale: Double = 1,
    exposureTime: Double = 0,
    energy: PhotonEnergy,
    seed: UInt64,
    into words: inout MutableSpan<UInt16>
  ) {
    precondition(words.count == FastCCDLayout.rawShape.count, "a raw frame is 1040 x 1152")
    var generator = SeededGenerator(seed: seed)
    drift.draw(stripes: parameters.rowStripes, &generator)
    let start = Int(generator.next() % UInt64(FastCCDLayout.rawShape.count))
    readEmpty(exposureTime: exposureTime, noiseStart: start, into: &words)
    var saturated: [SaturatedWord] = []
    addHotPixels(exposureTime: exposureTime, &generator, to: &words, &saturated)
    if let photons {
      let gain = Float(parameters.aduPerElectronVolt * energy.electronVolts)
      let seed = generator.next()
      add(photons, scale: Float(scale), gain: gain, seed: seed, to: &words, &saturated)
    }
    if parameters.blooming > 0 { bloom(saturated, &words) }
  }

  private func add(
    _ photons: Image,
    scale: Float,
    gain: Float,
    seed: UInt64,
    to words: inout MutableSpan<UInt16>,
    _ saturated: inout [SaturatedWord]
  ) {
    precondition(photons.shape == Shape2D(square: FastCCDLayout.side), "the picture is 960 x 960")
    var counter = PhotonCounter(seed: seed)
    let places = places.span
    let means = photons.values.span
    for i in means.indices {
      let count = counter.photons(mean: scale * means[i])
      guard count > 0, places[i] >= 0 else { continue }
      // The fraction of an ADU is settled by chance, so that small counts keep their mean.
      let adu = Int(gain * Float(count) + Float(counter.uniform()))
      Self.raise(Int(places[i]), by: adu, in: &words, &saturated)
    }
  }

  private func addHotPixels(
    exposureTime: Double,
    _ generator: inout SeededGenerator,
    to words: inout MutableSpan<UInt16>,
    _ saturated: inout [SaturatedWord]
  ) {
    for pixel in hotPixels {
      let level = pixel.darkCurrent * exposureTime
      // Eight electrons make an ADU: charge comes one by one.
      let adu = level + (level / 8).squareRoot() * generator.normal()
      let place = FastCCDLayout.rawIndex(row: pixel.row, column: pixel.column)
      Self.raise(place, by: max(0, Int(adu.rounded())), in: &words, &saturated)
    }
  }

  /// Adds to a word, and notes what it cannot hold.
  @inline(always)
  private static func raise(
    _ place: Int,
    by adu: Int,
    in words: inout MutableSpan<UInt16>,
    _ saturated: inout [SaturatedWord]
  ) {
    let sum = Int(words[place] & 0x1FFF) + adu
    if sum > 0x1FFF { saturated.append(SaturatedWord(place: place, excess: Double(sum - 0x1FFF))) }
    words[place] = UInt16(0xC000 | min(sum, 0x1FFF))
  }

  /// Hands what saturated words could not hold on to the words that follow in their channels.
  private func bloom(_ saturated: [SaturatedWord], _ words: inout MutableSpan<UInt16>) {
    for word in saturated {
      var carried = word.excess * parameters.blooming
      var place = word.place
      while carried >= 0.5, let next = FastCCDLayout.nextInChannel(place) {
        let sum = Int(words[next] & 0x1FFF) + Int(carried.rounded())
        words[next] = UInt16(0xC000 | min(sum, 0x1FFF))
        carried *= parameters.blooming
        place = next
      }
    }
  }

  private mutating func readEmpty(
    exposureTime: Double,
    noiseStart start: Int,
    into words: inout MutableSpan<UInt16>
  ) {
    let shape = FastCCDLayout.rawShape
    let level = level(exposureTime: exposureTime)
    let levels = level.span
    let noise = noise.span
    var line = [Int16](repeating: 0, count: shape.columns)
    for row in 0..<shape.rows {
      drift.offsets(row: row, into: &line)
      let offsets = line.span
      let first = row * shape.columns
      for column in 0..<shape.columns {
        let sum = levels[first + column] &+ noise[start + first + column] &+ offsets[column]
        words[first + column] = 0xC000 | UInt16(bitPattern: min(max(sum, 0), 0x1FFF))
      }
    }
  }

  /// The words of a frame without drift and noise, kept for each exposure time.
  private mutating func level(exposureTime: Double) -> [Int16] {
    let time = darkCurrents.isEmpty ? 0 : exposureTime
    if let known = levels[time] { return known }
    var level = levels[0] ?? []
    for i in level.indices {
      let current = min(Double(darkCurrents[i]) * time, 8191)
      level[i] &+= Int16(current.rounded())
    }
    levels[time] = level
    return level
  }
}
