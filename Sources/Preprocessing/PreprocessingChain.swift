// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import Imaging

/// Turns frames of one energy into diffraction patterns that a solver can take.
///
/// A raw FastCCD frame goes through in one pass: dark and overscan level off, single photons told
/// from noise, pixels summed into pattern pixels that are linear in the spatial frequency and the
/// same at every energy, the attenuator divided out, the square root taken
/// (Docs/Explanations/FastCCD.md). Nothing is cut off at zero before the square root. Cleaned
/// frames (float32 counts, DC at [N/2, N/2]) only lose their margin and get their roots.
///
/// All tables are made once; a frame needs no memory but its pattern.
public struct PreprocessingChain: Sendable {
  /// The detector's layout.
  public let geometry: FastCCDGeometry
  /// The parameters that the tables were made with.
  public let parameters: PreprocessingParameters
  /// The photon energy of the frames.
  public let energy: PhotonEnergy

  let pixels: PixelSensitivity
  let photonsPerADU: Float
  let gain: PatternGain
  var amplitudes: AmplitudeEstimation
  var cleanedAmplitudes: AmplitudeEstimation
  private var darks: DarkReference
  private var means: [ExposureKey: MeanDark] = [:]
  var cleaning: FrameCleaning
  var assembly: [WordOrder: WordAssembly] = [:]
  var sum: PatternSum
  var merge: MergedPixels?

  /// The frames of the last scan point that were left out, each with the reason, because the
  /// shutter seems to have failed (`bad_frame_test`).
  public internal(set) var setAside: [PreprocessingError] = []

  /// Makes the tables for one energy.
  ///
  /// - Parameters:
  ///   - geometry: The detector's layout.
  ///   - parameters: Instrument and pattern.
  ///   - energy: The photon energy.
  /// - Throws: `ParameterError` for a value out of its bounds or an energy without a transmission.
  public init(
    geometry: FastCCDGeometry = FastCCDGeometry(),
    parameters: PreprocessingParameters,
    energy: PhotonEnergy
  ) throws {
    try geometry.validate()
    try parameters.validate()
    self.geometry = geometry
    self.parameters = parameters
    self.energy = energy
    let adu = parameters.aduPerElectronVolt * energy.electronVolts
    photonsPerADU = Float(1 / adu)
    let threshold = parameters.photonThreshold * adu
    cleaning = FrameCleaning(
      geometry: geometry,
      parameters: parameters,
      threshold: threshold > 0 ? Float(threshold) : -.infinity
    )
    let map = PatternMap(parameters, geometry, energy: energy)
    let resampling = PatternResampling(map)
    pixels = try PixelSensitivity(parameters, geometry, energy: energy)
    gain = PatternGain(
      resampling,
      map,
      pixels,
      minimumCoverage: parameters.minimumCoverage
    )
    amplitudes = AmplitudeEstimation(
      side: parameters.patternSize,
      estimate: parameters.amplitudeEstimate
    )
    // Cleaned counts may have any scale, so that their statistics are not known.
    cleanedAmplitudes = AmplitudeEstimation(side: parameters.patternSize, estimate: .squareRoot)
    darks = DarkReference(geometry: geometry)
    sum = PatternSum(resampling)
  }

  /// The part of its photons that each pattern pixel counts, [row, column]: 1 in the open, the
  /// transmission behind the attenuator, 0 where nothing is measured.
  public var sensitivity: Image {
    Image(shape: Shape2D(square: parameters.patternSize), values: gain.sensitivity)
  }

  /// Takes the darks for the frames to come.
  public mutating func setDarks(_ darks: DarkReference) {
    self.darks = darks
    means = [:]
  }

  /// Turns a frame into a pattern.
  ///
  /// - Parameters:
  ///   - frame: An exposure: raw words, or cleaned photon counts of at least the pattern's size.
  ///   - position: Where the probe sat.
  /// - Returns: Amplitudes, [row, column], √photon, DC at [N/2, N/2], −1 where unmeasured.
  /// - Throws: `PreprocessingError` where the frame does not fit or has no darks.
  public mutating func process(
    _ frame: DetectorFrame,
    position: ScanPosition
  ) throws -> DiffractionPattern {
    setAside = []
    let image: Image
    switch frame.header.sampleType {
    case .uint16:
      if let failure = try shutterFailure(of: frame) { throw failure }
      image = try rawAmplitudes(frame)
    case .float32: image = try cleanedAmplitudes(of: [frame])
    }
    return DiffractionPattern(index: frame.header.index, position: position, amplitudes: image)
  }

  /// The mean dark for an exposure, made when it is first asked for.
  mutating func dark(for frame: DetectorFrame) throws -> MeanDark {
    guard frame.header.role == .exposure else {
      throw PreprocessingError(
        problem: .role,
        frame: frame.header,
        actual: "dark",
        expected: "exposure"
      )
    }
    try PreprocessingError.requireRaw(frame, geometry)
    guard darks.geometry == geometry else {
      throw PreprocessingError(
        problem: .darks,
        frame: frame.header,
        actual: "of another layout, \(darks.geometry.rawShape)",
        expected: "the frame's layout, \(geometry.rawShape)"
      )
    }
    let key = try darks.key(for: frame.header)
    if let mean = means[key] { return mean }
    guard
      let mean = darks.mean(
        of: key,
        noiseLimit: parameters.cleaning.darkNoiseLimit
      )
    else {
      throw PreprocessingError(
        problem: .darks,
        frame: frame.header,
        actual: "missing",
        expected: "at least one"
      )
    }
    means[key] = mean
    return mean
  }

  private mutating func rawAmplitudes(_ frame: DetectorFrame) throws -> Image {
    let dark = try dark(for: frame)
    var assembly = exchange(&self.assembly, with: [:])
    frame.withPicture(&assembly, geometry) { count($0, dark) }
    self.assembly = assembly
    let photons = sum.pattern
    let sensitivity = cleaning.flagged.isEmpty ? gain.sensitivity : reducedSensitivity()
    return amplitudes.amplitudes(photons.span, sensitivity.span)
  }

  /// Sums a frame's photons into the pattern, as counted.
  private mutating func count(_ bytes: RawSpan, _ dark: MeanDark) {
    let vectors = sum.resampling.vectors
    let rows = sum.resampling.rows
    cleaning.prepare(bytes, dark, rows: rows, vectors: vectors)
    let (cleaning, pixels) = (cleaning, pixels)
    let flagged = cleaning.flagged
    sum.begin()
    for row in rows {
      sum.add(row) { line in
        cleaning.read(row, vectors, bytes, dark, into: &line)
        for i in pixels.unusedStarts[row]..<pixels.unusedStarts[row + 1] {
          Self.write(0, at: pixels.unused[Int(i)], vectors, &line)
        }
        if !flagged.isEmpty {
          for place in flagged.places[row] { Self.write(0, at: place, vectors, &line) }
        }
      }
    }
    sum.finish(scaledBy: photonsPerADU)
  }

  /// The sensitivity that a frame's flagged pixels leave.
  private mutating func reducedSensitivity() -> [Float] {
    let flagged = cleaning.flagged
    let lost = sumAt(flagged.flaggedRows) { row, pixels in
      flagged.places[row].map { place in
        let pixel = row * FastCCDGeometry.pictureSide + Int(place)
        return (place, pixels.values[pixel / 4][pixel % 4])
      }
    }
    let least = Float(parameters.minimumCoverage)
    return lost.indices.map { i in
      let kept = 1 - lost[i] / max(gain.weights[i], .leastNormalMagnitude)
      return gain.coverage[i] * kept < least ? 0 : gain.sensitivity[i] * kept
    }
  }

  /// Sums values at a few pixels into a pattern.
  ///
  /// - Parameters:
  ///   - rows: The readout rows that have any.
  ///   - values: Places and values of a row.
  /// - Returns: The sums, [row, column].
  mutating func sumAt(
    _ rows: [Int],
    _ values: (Int, PixelSensitivity) -> [(Int32, Float)]
  ) -> [Float] {
    let vectors = sum.resampling.vectors
    let pixels = pixels
    sum.begin()
    for row in rows where sum.resampling.rows.contains(row) {
      sum.add(row) { line in
        for i in line.indices { line[i] = .zero }
        for (place, value) in values(row, pixels) { Self.write(value, at: place, vectors, &line) }
      }
    }
    sum.finish()
    return sum.pattern
  }

  @inline(__always)
  static func write(
    _ value: Float,
    at place: Int32,
    _ vectors: Range<Int>,
    _ line: inout MutableSpan<SIMD4<Float>>
  ) {
    let vector = Int(place) / 4
    guard vectors.contains(vector) else { return }
    line[vector - vectors.lowerBound][Int(place) % 4] = value
  }
}
