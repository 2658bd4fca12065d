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

  let reader: RowReader
  let pixels: PixelSensitivity
  let photonsPerADU: Float
  private let gain: PatternGain
  private var amplitudes: AmplitudeEstimation
  private var cleanedAmplitudes: AmplitudeEstimation
  private var darks: DarkReference
  private var means: [ExposureKey: MeanDark] = [:]
  var overscan: OverscanCorrection
  var flagged: FlaggedPixels
  private var sum: PatternSum

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
    reader = RowReader(
      geometry: geometry,
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
    overscan = OverscanCorrection(geometry: geometry, reach: parameters.overscanReach)
    flagged = FlaggedPixels(geometry: geometry)
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
    let image =
      switch frame.header.sampleType {
      case .uint16: try rawAmplitudes(frame)
      case .float32: try cleaned(frame)
      }
    return DiffractionPattern(index: frame.header.index, position: position, amplitudes: image)
  }

  /// Turns the exposures of one scan point into one pattern.
  ///
  /// - Parameters:
  ///   - exposures: At least one; frames of one point, of any exposure times, in any order.
  ///   - position: Where the probe sat.
  /// - Returns: As `process(_:position:)`, scaled to the counts of the longest exposure.
  /// - Throws: `PreprocessingError` where a frame does not fit or has no darks.
  public mutating func process(
    _ exposures: [DetectorFrame],
    position: ScanPosition
  ) throws -> DiffractionPattern {
    // Frames that say no time count as equally long: the first of them stands for all.
    let longest = exposures.max {
      ($0.header.exposureTime ?? 0) < ($1.header.exposureTime ?? 0)
    }
    return try process(longest ?? exposures[0], position: position)
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
    guard let mean = darks.mean(of: key) else {
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
    frame.pixels.withBytes { count($0, dark) }
    let photons = sum.pattern
    let sensitivity = flagged.isEmpty ? gain.sensitivity : reducedSensitivity()
    return amplitudes.amplitudes(photons.span, sensitivity.span)
  }

  /// Sums a frame's photons into the pattern, as counted.
  private mutating func count(_ bytes: RawSpan, _ dark: MeanDark) {
    let vectors = sum.resampling.vectors
    let rows = sum.resampling.rows
    flagged.find(bytes, always: dark.unmeasured)
    overscan.findLevels(
      bytes,
      dark: dark,
      rows: rows,
      tiles: vectors.lowerBound / 5 * 2..<vectors.upperBound / 5 * 2
    )
    let (reader, pixels, levels) = (reader, pixels, overscan.levels)
    let flagged = flagged
    sum.begin()
    for row in rows {
      sum.add(row) { line in
        reader.read(row, vectors, bytes, dark: dark.pixels.span, levels: levels.span, into: &line)
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
    let vectors = sum.resampling.vectors
    let (pixels, flagged) = (pixels, flagged)
    sum.begin()
    for row in sum.resampling.rows where !flagged.places[row].isEmpty {
      let start = row * FastCCDGeometry.pictureSide
      sum.add(row) { line in
        for i in line.indices { line[i] = .zero }
        for place in flagged.places[row] {
          let pixel = start + Int(place)
          Self.write(pixels.values[pixel / 4][pixel % 4], at: place, vectors, &line)
        }
      }
    }
    sum.finish()
    let least = Float(parameters.minimumCoverage)
    return sum.pattern.indices.map { i in
      let kept = 1 - sum.pattern[i] / max(gain.weights[i], .leastNormalMagnitude)
      return gain.coverage[i] * kept < least ? 0 : gain.sensitivity[i] * kept
    }
  }

  @inline(__always)
  private static func write(
    _ value: Float,
    at place: Int32,
    _ vectors: Range<Int>,
    _ line: inout MutableSpan<SIMD4<Float>>
  ) {
    let vector = Int(place) / 4
    guard vectors.contains(vector) else { return }
    line[vector - vectors.lowerBound][Int(place) % 4] = value
  }

  /// The roots of the middle of a cleaned frame.
  private mutating func cleaned(_ frame: DetectorFrame) throws -> Image {
    let header = frame.header
    let side = parameters.patternSize
    guard header.role == .exposure else {
      throw PreprocessingError(
        problem: .role,
        frame: header,
        actual: "dark",
        expected: "exposure"
      )
    }
    guard header.shape.rows >= side, header.shape.columns >= side else {
      throw PreprocessingError(
        problem: .shape,
        frame: header,
        actual: "\(header.shape)",
        expected: "\(side)x\(side) cleaned counts or more"
      )
    }
    try PreprocessingError.requireBytes(frame)
    let top = header.shape.rows / 2 - side / 2
    let left = header.shape.columns / 2 - side / 2
    var photons = [Float](repeating: 0, count: side * side)
    var known = photons
    frame.pixels.withBytes { bytes in
      for row in 0..<side {
        for column in 0..<side {
          let value = bytes.float((top + row) * header.shape.columns + left + column)
          let isMeasured = value >= 0 && value.isFinite
          photons[row * side + column] = isMeasured ? value : 0
          known[row * side + column] = isMeasured ? 1 : 0
        }
      }
    }
    return cleanedAmplitudes.amplitudes(photons.span, known.span)
  }
}
