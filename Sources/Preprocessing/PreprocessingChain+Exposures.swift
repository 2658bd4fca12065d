// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Imaging

// Several exposures of one scan point.
extension PreprocessingChain {
  /// Turns the exposures of one scan point into one pattern.
  ///
  /// Each detector pixel takes its counts from the longest exposures in which it is neither
  /// saturated nor lost. With f the exposure time that it was counted in, in units of the longest
  /// one, it saw c / f photons in that; these are summed into pattern pixels, and what a pattern
  /// pixel counts of its photons is multiplied by its mean f. Exposures of equal time are added, and
  /// twice as much counts of each photon: the pattern has the counts of one of them.
  ///
  /// - Parameters:
  ///   - exposures: At least one; frames of one point, of any exposure times, in any order.
  ///   - position: Where the probe sat.
  /// - Returns: As `process(_:position:)`, scaled to the counts of the longest exposure.
  /// - Throws: `PreprocessingError` where a frame does not fit or has no darks, or where the
  ///   exposures do not go together.
  public mutating func process(
    _ exposures: [DetectorFrame],
    position: ScanPosition
  ) throws -> DiffractionPattern {
    guard let first = exposures.first else {
      throw PreprocessingError(
        problem: .exposures,
        frame: FrameHeader(
          scan: "",
          index: -1,
          role: .exposure,
          shape: geometry.rawShape,
          sampleType: .uint16
        ),
        actual: "empty",
        expected: "at least one"
      )
    }
    guard exposures.count > 1 else { return try process(first, position: position) }
    try requireAlike(exposures)
    setAside = []
    // Longest first, as they came where they are equal.
    let sorted = exposures.enumerated().sorted {
      let (a, b) = ($0.element.header.exposureTime ?? 0, $1.element.header.exposureTime ?? 0)
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element)
    let image: Image
    if first.header.sampleType == .float32 {
      image = try cleanedAmplitudes(of: sorted)
    } else {
      var usable: [DetectorFrame] = []
      for frame in sorted {
        if let failure = try shutterFailure(of: frame) {
          setAside.append(failure)
        } else {
          usable.append(frame)
        }
      }
      if usable.isEmpty, let failure = setAside.first { throw failure }
      image = try mergedAmplitudes(usable)
    }
    return DiffractionPattern(index: first.header.index, position: position, amplitudes: image)
  }

  /// Throws unless all are raw or all cleaned, and all or none say their time.
  private func requireAlike(_ exposures: [DetectorFrame]) throws {
    let types = Set(exposures.map(\.header.sampleType))
    let said = exposures.count { ($0.header.exposureTime ?? 0) > 0 }
    guard types.count == 1, said == 0 || said == exposures.count else {
      throw PreprocessingError(
        problem: .exposures,
        frame: exposures[0].header,
        actual: types.count > 1 ? "of raw and of cleaned frames" : "of said and unsaid times",
        expected: "all raw or all cleaned, each with its exposure time"
      )
    }
  }

  /// The amplitudes of raw frames, longest first.
  private mutating func mergedAmplitudes(_ frames: [DetectorFrame]) throws -> Image {
    let darks = try frames.map { try dark(for: $0) }
    let times = frames.map { $0.header.exposureTime ?? 1 }
    let keys = frames.map { ExposureKey($0.header.exposureTime) }
    let longest = keys.prefix { $0 == keys[0] }.count
    var merge = merge ?? MergedPixels(geometry: geometry)
    self.merge = nil
    defer { self.merge = merge }
    merge.begin()
    for (frame, dark) in zip(frames, darks).prefix(longest) {
      withPicture(of: frame) { chain, bytes in
        chain.cleaning.findFaults(bytes, dark, rows: chain.sum.resampling.rows)
        merge.open(chain.cleaning.flagged)
      }
    }
    sum.begin()
    for (frame, dark) in zip(frames, darks).prefix(longest) {
      withPicture(of: frame) { chain, bytes in chain.addLongest(bytes, dark, &merge) }
    }
    let scale = 1 / Float(longest)
    sum.finish(scaledBy: photonsPerADU * scale)
    var photons = sum.pattern
    for i in longest..<max(frames.count, longest) {
      if i == longest || keys[i] != keys[i - 1] { merge.beginLevel() }
      let part = Float(times[i] / times[0])
      withPicture(of: frames[i]) { chain, bytes in
        chain.fill(&merge, bytes, darks[i], part: part)
      }
    }
    if parameters.cleaning.exposureMerge == .beamline { merge.takeSaturated() }
    return finish(&photons, merge, longest: Float(longest))
  }

  /// Hands the picture of a raw frame to `body`.
  private mutating func withPicture(
    of frame: DetectorFrame,
    _ body: (inout PreprocessingChain, RawSpan) -> Void
  ) {
    var assembly = exchange(&self.assembly, with: [:])
    frame.withPicture(&assembly, geometry) { body(&self, $0) }
    self.assembly = assembly
  }

  /// Adds one of the longest exposures to the sums; pixels that are faulty in any of them are
  /// kept apart.
  private mutating func addLongest(_ bytes: RawSpan, _ dark: MeanDark, _ merge: inout MergedPixels)
  {
    let vectors = sum.resampling.vectors
    let rows = sum.resampling.rows
    cleaning.prepare(bytes, dark, rows: rows, vectors: vectors)
    let (cleaning, pixels) = (cleaning, pixels)
    for row in rows {
      sum.add(row) { line in
        cleaning.read(row, vectors, bytes, dark, into: &line)
        for i in pixels.unusedStarts[row]..<pixels.unusedStarts[row + 1] {
          Self.write(0, at: pixels.unused[Int(i)], vectors, &line)
        }
        if merge.isEmpty { return }
        merge.take(row, line.span, vectors, part: 1, cleaning.flagged)
        for place in merge.places[row] { Self.write(0, at: place, vectors, &line) }
      }
    }
  }

  /// Fills pixels that no longer exposure has measured from a shorter one.
  private mutating func fill(
    _ merge: inout MergedPixels,
    _ bytes: RawSpan,
    _ dark: MeanDark,
    part: Float
  ) {
    let open = merge.openRows.filter(sum.resampling.rows.contains)
    guard let first = open.min(), let last = open.max() else { return }
    let vectors = sum.resampling.vectors
    cleaning.prepare(bytes, dark, rows: first..<last + 1, vectors: vectors)
    var line = [SIMD4<Float>](repeating: .zero, count: vectors.count)
    for row in open {
      var values = line.mutableSpan
      cleaning.read(row, vectors, bytes, dark, into: &values)
      merge.take(row, values.span, vectors, part: part, cleaning.flagged)
    }
  }

  /// Adds the pixels that were kept apart and divides by what each pattern pixel counts.
  private mutating func finish(
    _ photons: inout [Float],
    _ merge: MergedPixels,
    longest: Float
  ) -> Image {
    let (photonsPerADU, rows) = (photonsPerADU, merge.openedRows)
    var sensitivity = gain.sensitivity
    if rows.isEmpty {
      for i in photons.indices {
        photons[i] *= longest
        sensitivity[i] *= longest
      }
      return amplitudes.amplitudes(photons.span, sensitivity.span)
    }
    func at(_ row: Int, _ value: (Int, Float) -> Float, _ p: PixelSensitivity) -> [(Int32, Float)] {
      merge.places[row].map { place in
        let pixel = row * FastCCDGeometry.pictureSide + Int(place)
        let part = p.values[pixel / 4][pixel % 4]
        return (place, part > 0 ? value(pixel, part) : 0)
      }
    }
    let filled = sumAt(rows) { at($0, { i, _ in merge.counts(i) * photonsPerADU }, $1) }
    let shorter = sumAt(rows) { at($0, { i, t in t * (1 - merge.time(i) / longest) }, $1) }
    let lost =
      merge.isWhole ? [] : sumAt(rows) { at($0, { i, t in merge.time(i) > 0 ? 0 : t }, $1) }
    let least = Float(parameters.minimumCoverage)
    for i in photons.indices {
      let weight = max(gain.weights[i], .leastNormalMagnitude)
      let kept = lost.isEmpty ? 1 : 1 - lost[i] / weight
      let time = longest * (1 - shorter[i] / weight)
      let isMeasured = gain.coverage[i] * kept >= least
      photons[i] = isMeasured ? (photons[i] + filled[i]) * time / kept : 0
      sensitivity[i] *= isMeasured ? time : 0
    }
    return amplitudes.amplitudes(photons.span, sensitivity.span)
  }
}
