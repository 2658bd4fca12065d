// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing

// What the calibrations take from the recording: energies, means, the photon peak.
extension DetectorCalibration {
  /// What a pixel reads: by the photon peak where it is resolved, else as configured.
  func response(of series: RecordedExposures.Series) throws -> PhotonResponse {
    let gain = configuration.preprocessing.aduPerElectronVolt * series.energy.electronVolts
    do {
      let (result, _) = try photonPeak(of: series, limit: min(options.frames, 60))
      // The configured gain stays; the peak tells the noise.
      return PhotonResponse(aduPerPhoton: gain, noise: result.noise.value)
    } catch is CalibrationError {
      return PhotonResponse(aduPerPhoton: gain, noise: try darkNoise(of: series))
    }
  }

  func darkNoise(of series: RecordedExposures.Series) throws -> Double {
    var chain = try makeChain(series.energy)
    var noise = 1.0
    try RecordedExposures(path: path, configuration: configuration)
      .forEach(of: series, limit: 1) { frame, darks in
        chain.setDarks(darks)
        noise = try chain.noise(of: frame)
      }
    return noise
  }

  /// The darks that are taken off the exposures of a series.
  func darkCount(of series: RecordedExposures.Series) throws -> Int {
    var count = 0
    try RecordedExposures(path: path, configuration: configuration)
      .forEach(of: series, limit: 1) { frame, darks in
        count = darks.count(exposureTime: frame.header.exposureTime)
      }
    return count
  }

  /// The darks of each exposure time, as they were read and cleaned.
  func darkSeries(
    _ series: [RecordedExposures.Series]
  ) throws -> [BadPixelCalibration.DarkSeries] {
    let empty = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
    return try series.compactMap { one in
      var frames: [DetectorFrame] = []
      var chain = try makeChain(one.energy)
      try RecordedExposures(path: path, configuration: configuration)
        .forEach(of: one, limit: options.frames) { dark in
          // Each dark has 2.4 MB.
          if frames.count < 64, one.mayUse(dark) { frames.append(dark) }
        } exposure: { _, darks in
          chain.setDarks(darks)
        }
      guard !frames.isEmpty else { return nil }
      var darks = BadPixelCalibration.DarkSeries(raw: empty, cleaned: empty)
      for frame in frames {
        // Of darks that say their time and others that do not, some belong to no exposure.
        guard let cleaned = try? chain.cleanedCounts(frame.asExposure) else { continue }
        darks.raw.add(try configuration.detector.rawPicture(frame))
        darks.cleaned.add(cleaned)
      }
      return darks
    }
  }

  func photonPeak(
    of series: RecordedExposures.Series,
    limit: Int? = nil
  ) throws -> (PhotonCalibration.Result, MeanPicture) {
    let limit = limit ?? options.frames
    let noise = try darkNoise(of: series)
    let mean = try mean(
      series,
      in: path,
      threshold: PhotonHistogram.exceedanceThreshold(noise: noise),
      limit: limit
    )
    var histogram = try PhotonHistogram(weaklyLitIn: mean, noise: noise)
    var transfer = PhotonTransfer(histogram, mean: mean)
    // Pixels are chosen by what was read; a second pass counts what they read in every frame.
    try forEachPicture(of: series, in: path, limit: limit) { picture, _ in
      histogram.add(picture)
      transfer.add(picture)
    }
    return (try PhotonCalibration.fit(histogram, noise: noise, transfer: transfer), mean)
  }

  /// The mean of a series without bad pixels and those that saturation may have changed.
  func mean(
    _ series: RecordedExposures.Series,
    in path: String,
    threshold: Double,
    limit: Int? = nil
  ) throws -> MeanPicture {
    var mean = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: threshold)
    var saturation = SaturationMap(geometry: configuration.detector)
    try forEachPicture(of: series, in: path, limit: limit ?? options.frames) { picture, frame in
      mean.add(picture)
      try saturation.add(frame)
    }
    mean.forget(try badPixelsInUse())
    mean.forget(saturation.disturbed)
    return mean
  }

  /// The bad pixels that the configuration lists and those of its file.
  func badPixelsInUse() throws(ParameterError) -> [PicturePixel] {
    try configuration.preprocessing.withPixelsOfFile().badPixels
  }

  func forEachPicture(
    of series: RecordedExposures.Series,
    in path: String,
    limit: Int,
    _ body: (Image, DetectorFrame) throws -> Void
  ) throws {
    var chain = try makeChain(series.energy)
    var times: [Double?]?
    var count = 0
    var darkCount = -1
    try RecordedExposures(path: path, configuration: configuration)
      .forEach(of: series, limit: limit) { _ in
        times = nil
      } exposure: { frame, darks in
        let number = darks.exposureTimes.reduce(0) { $0 + darks.count(exposureTime: $1) }
        if times == nil || number != darkCount {
          chain.setDarks(darks)
          times = darks.exposureTimes
          darkCount = number
        }
        try body(try chain.cleanedCounts(frame), frame)
        count += 1
        progress(.cleaning(count, of: limit))
      }
  }

  func makeChain(_ energy: PhotonEnergy) throws -> PreprocessingChain {
    try PreprocessingChain.forCalibration(
      geometry: configuration.detector,
      parameters: configuration.preprocessing,
      energy: energy
    )
  }

  /// What to calibrate with: of each energy, or of that of most exposures, the exposures of one time.
  ///
  /// The shortest exposures saturate least; mixed with longer ones, a pixel's mean would depend on
  /// where it saturates.
  func series(all: Bool) throws -> [RecordedExposures.Series] {
    let known = try allSeries()
    let energies = Set(known.map(\.energy)).sorted()
    if all { return try energies.map { try chosen(of: known, at: $0) } }
    let most = energies.max { a, b in
      known.lazy.filter { $0.energy == a }.map(\.count).reduce(0, +)
        < known.lazy.filter { $0.energy == b }.map(\.count).reduce(0, +)
    }
    return try most.map { [try chosen(of: known, at: $0)] } ?? []
  }

  /// The exposures of another recording that go with those of this one.
  func series(in path: String, like series: RecordedExposures.Series)
    throws -> RecordedExposures.Series
  {
    let source = RecordedExposures(path: path, configuration: configuration)
    let contents = try source.contents { progress(.reading($0, of: $1)) }
    let known = contents.series.filter {
      abs($0.energy.electronVolts - series.energy.electronVolts) <= 0.5
    }
    guard let energy = known.first?.energy else {
      throw CalibrationError(
        "\(path) has no raw exposures at \(Words.number(series.energy.electronVolts, 2)) eV"
      )
    }
    return try chosen(of: known, at: energy)
  }

  private func chosen(
    of known: [RecordedExposures.Series],
    at energy: PhotonEnergy
  ) throws -> RecordedExposures.Series {
    let candidates = known.filter { $0.energy == energy }
      .sorted { ($0.exposureTime ?? 0) < ($1.exposureTime ?? 0) }
    guard let wanted = options.exposureTime else { return candidates[0] }
    let fitting = candidates.first {
      abs(($0.exposureTime ?? .infinity) - wanted) <= 0.01 * wanted
    }
    guard let fitting else {
      throw CalibrationError(
        "there are no exposures of \(Words.short(wanted)) s at "
          + "\(Words.number(energy.electronVolts, 2)) eV; the recording has "
          + Words.list(candidates.map(\.time))
      )
    }
    return fitting
  }

  /// Every series at the energy that was asked for, or at all.
  func allSeries() throws -> [RecordedExposures.Series] {
    let source = RecordedExposures(path: path, configuration: configuration)
    let contents = try source.contents { progress(.reading($0, of: $1)) }
    guard !contents.series.isEmpty else {
      if contents.cleaned > 0 {
        throw CalibrationError(
          "the frames are cleaned patterns, not raw detector words; the program that cleaned them "
            + "has to be calibrated"
        )
      }
      throw CalibrationError(
        "there are no exposures in the recording"
          + (contents.malformed > 0 ? " (\(contents.malformed) messages cannot be read)" : "")
      )
    }
    guard contents.darks > 0 else {
      throw CalibrationError(
        "there are no darks in the recording; take some with the shutter closed, at the exposure "
          + "time of the scans, and record them with the scan"
      )
    }
    guard let wanted = options.energy else { return contents.series }
    let nearest = contents.series.map(\.energy).min {
      abs($0.electronVolts - wanted.electronVolts) < abs($1.electronVolts - wanted.electronVolts)
    }
    guard let nearest, abs(nearest.electronVolts - wanted.electronVolts) <= 0.5 else {
      let list = Set(contents.series.map(\.energy)).sorted().map {
        "\(Words.number($0.electronVolts, 2)) eV"
      }
      throw CalibrationError(
        "there are no exposures at \(Words.number(wanted.electronVolts, 2)) eV; the recording has "
          + Words.list(list)
      )
    }
    return contents.series.filter { $0.energy == nearest }
  }
}

extension RecordedExposures.Series {
  /// Whether a dark was exposed as long, as far as is said.
  func mayUse(_ dark: DetectorFrame) -> Bool {
    hasTime(of: dark) || exposureTime == nil || dark.header.exposureTime == nil
  }

  /// The exposure time in words.
  var time: String { exposureTime.map { "\(Words.short($0)) s" } ?? "an unsaid time" }
  /// "98 exposures of 0.02 s".
  func words(_ count: Int) -> String {
    Words.count(count, "exposure") + (exposureTime == nil ? "" : " of \(time)")
  }
}
