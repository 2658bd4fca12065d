// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import HDF5Storage
import Imaging
import Preprocessing

/// Calibrates an instrument from a recording.
///
/// In this order, for each rests on the ones before: bad pixels, photons, centre, attenuator.
public struct DetectorCalibration {
  /// What is to be done apart from the configuration.
  public struct Options: Sendable, Hashable {
    /// Exposures to use at each energy, at the most.
    public var frames = 400
    /// The photon energy to use; nil for all (attenuator) or that of most exposures.
    public var energy: PhotonEnergy?
    /// A recording of the same without the attenuator.
    public var withoutAttenuator: String?

    /// Makes the defaults.
    public init() {}
  }

  /// Where a calibration stands.
  public enum Progress: Sendable, Hashable {
    /// So many of so many messages have been looked at.
    case reading(Int, of: Int)
    /// So many of so many exposures have been cleaned.
    case cleaning(Int, of: Int)
  }

  let configuration: PipelineConfiguration
  let options: Options
  let path: String
  let progress: (Progress) -> Void

  /// Prepares.
  ///
  /// - Parameters:
  ///   - recording: The recording, finished or growing.
  ///   - configuration: Of its sections `source`, `detector`, `preprocessing` and `probe` count.
  ///   - options: What is to be done.
  ///   - progress: Told of every frame, on the caller's thread.
  public init(
    recording: String,
    configuration: PipelineConfiguration,
    options: Options = Options(),
    progress: @escaping (Progress) -> Void = { _ in }
  ) {
    path = recording
    self.configuration = configuration
    self.options = options
    self.progress = progress
  }

  /// Measures the attenuator's transmission at each energy.
  ///
  /// - Returns: The transmissions and the disc.
  /// - Throws: `PipelineError` where the recording cannot be used.
  public func attenuator() throws -> CalibrationReport {
    try explaining {
      guard let attenuator = configuration.preprocessing.attenuator else {
        throw CalibrationError(
          "the configuration says attenuator: null; describe the disc in "
            + "preprocessing.attenuator, its radius at least"
        )
      }
      var results: [(PhotonEnergy, AttenuatorCalibration.Result, MeanPicture)] = []
      for energy in try energies(all: true) {
        let response = try self.response(at: energy)
        let calibration = AttenuatorCalibration(
          attenuator: attenuator,
          geometry: configuration.detector,
          response: response
        )
        let mean = try mean(of: path, at: energy, threshold: response.countingThreshold)
        if let other = options.withoutAttenuator {
          let open = try self.mean(of: other, at: energy, threshold: response.countingThreshold)
          results.append((energy, try calibration.measure(mean, withoutDisc: open), mean))
        } else {
          results.append((energy, try calibration.measure(mean), mean))
        }
      }
      return attenuatorReport(results)
    }
  }

  /// Measures how many ADU a photon makes.
  ///
  /// - Returns: The gain.
  /// - Throws: `PipelineError` where the recording cannot be used or the peak is not resolved.
  public func photons() throws -> CalibrationReport {
    try explaining {
      let energy = try energies(all: false)[0]
      let (result, mean) = try photonPeak(at: energy)
      return photonReport(result, mean, energy)
    }
  }

  /// Finds where the direct beam falls.
  ///
  /// - Returns: The centre.
  /// - Throws: `PipelineError` where the recording cannot be used or the beam is not found.
  public func center() throws -> CalibrationReport {
    try explaining {
      let energy = try energies(all: false)[0]
      let mean = try mean(of: path, at: energy, threshold: 0)
      let calibration = CenterCalibration(
        geometry: configuration.detector,
        parameters: configuration.preprocessing,
        energy: energy,
        outerZone: configuration.probe.outerZoneWidth,
        centralStop: configuration.probe.centralStopFraction
      )
      let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
      let start =
        configuration.preprocessing.center ?? PicturePosition(row: middle, column: middle)
      let result = try calibration.find(in: mean, near: start)
      return centerReport(result, calibration, mean, energy)
    }
  }

  /// Finds pixels that cannot be trusted.
  ///
  /// - Returns: The pixels.
  /// - Throws: `PipelineError` where the recording cannot be used.
  public func badPixels() throws -> CalibrationReport {
    try explaining {
      let energy = try energies(all: false)[0]
      var search = BadPixelCalibration()
      var chain = try makeChain(energy)
      var darkFrames: [DetectorFrame] = []
      var mean = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
      var noise = 1.0
      var isFirst = true
      let source = RecordedExposures(path: path, configuration: configuration)
      try source.forEach(energy: energy, limit: options.frames) { dark in
        // Each dark has 2.4 MB.
        if darkFrames.count < 64 { darkFrames.append(dark) }
      } exposure: { frame, darks in
        if isFirst {
          chain.setDarks(darks)
          isFirst = false
          noise = try chain.noise(of: frame)
          search.examine(
            dark: try chain.meanDark(of: frame),
            noise: noise,
            count: darks.count(exposureTime: frame.header.exposureTime)
          )
        }
        mean.add(try chain.cleanedCounts(frame))
        progress(.cleaning(mean.frameCount, of: options.frames))
      }
      var darkMean = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
      var rawDarks = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
      for dark in darkFrames {
        rawDarks.add(try configuration.detector.rawPicture(dark))
        // Darks of a time that no exposure has are left out.
        if let picture = try? chain.cleanedCounts(dark.asExposure) { darkMean.add(picture) }
      }
      search.examine(darks: darkMean)
      search.examine(rawDarks: rawDarks)
      let gain = configuration.preprocessing.aduPerElectronVolt * energy.electronVolts
      search.examine(
        exposures: mean,
        response: PhotonResponse(aduPerPhoton: gain, noise: noise)
      )
      return badPixelReport(search.result, mean)
    }
  }

  // MARK: - Frames

  /// What a pixel reads: by the photon peak where it is resolved, else as configured.
  private func response(at energy: PhotonEnergy) throws -> PhotonResponse {
    let gain = configuration.preprocessing.aduPerElectronVolt * energy.electronVolts
    do {
      let (result, _) = try photonPeak(at: energy, limit: min(options.frames, 60))
      // The configured gain stays; the peak tells the noise.
      return PhotonResponse(aduPerPhoton: gain, noise: result.noise.value)
    } catch is CalibrationError {
      return PhotonResponse(aduPerPhoton: gain, noise: try darkNoise(at: energy))
    }
  }

  private func darkNoise(at energy: PhotonEnergy) throws -> Double {
    var chain = try makeChain(energy)
    var noise = 1.0
    try RecordedExposures(path: path, configuration: configuration)
      .forEach(energy: energy, limit: 1) { frame, darks in
        chain.setDarks(darks)
        noise = try chain.noise(of: frame)
      }
    return noise
  }

  private func photonPeak(
    at energy: PhotonEnergy,
    limit: Int? = nil
  ) throws -> (PhotonCalibration.Result, MeanPicture) {
    let limit = limit ?? options.frames
    let noise = try darkNoise(at: energy)
    let mean = try mean(
      of: path,
      at: energy,
      threshold: PhotonHistogram.exceedanceThreshold(noise: noise),
      limit: limit
    )
    var histogram = try PhotonHistogram(weaklyLitIn: mean, noise: noise)
    // Pixels are chosen by what was read; a second pass counts what they read in every frame.
    try forEachPicture(of: path, at: energy, limit: limit) { histogram.add($0) }
    return (try PhotonCalibration.fit(histogram, noise: noise, mean: mean), mean)
  }

  private func mean(
    of path: String,
    at energy: PhotonEnergy,
    threshold: Double,
    limit: Int? = nil
  ) throws -> MeanPicture {
    var mean = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: threshold)
    try forEachPicture(of: path, at: energy, limit: limit ?? options.frames) { mean.add($0) }
    guard mean.frameCount > 0 else {
      throw CalibrationError(
        "\(path) has no raw exposures at \(Words.number(energy.electronVolts, 2)) eV"
      )
    }
    mean.forget(configuration.preprocessing.badPixels)
    return mean
  }

  private func forEachPicture(
    of path: String,
    at energy: PhotonEnergy,
    limit: Int,
    _ body: (Image) -> Void
  ) throws {
    var chain = try makeChain(energy)
    var times: [Double?]?
    var count = 0
    var darkCount = -1
    try RecordedExposures(path: path, configuration: configuration)
      .forEach(energy: energy, limit: limit) { _ in
        times = nil
      } exposure: { frame, darks in
        let number = darks.exposureTimes.reduce(0) { $0 + darks.count(exposureTime: $1) }
        if times == nil || number != darkCount {
          chain.setDarks(darks)
          times = darks.exposureTimes
          darkCount = number
        }
        body(try chain.cleanedCounts(frame))
        count += 1
        progress(.cleaning(count, of: limit))
      }
  }

  private func makeChain(_ energy: PhotonEnergy) throws -> PreprocessingChain {
    try PreprocessingChain.forCalibration(
      geometry: configuration.detector,
      parameters: configuration.preprocessing,
      energy: energy
    )
  }

  /// The energies to calibrate at: the one that was asked for, else all or the one of most frames.
  private func energies(all: Bool) throws -> [PhotonEnergy] {
    let source = RecordedExposures(path: path, configuration: configuration)
    let contents = try source.contents { progress(.reading($0, of: $1)) }
    guard !contents.exposures.isEmpty else {
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
    let known = contents.exposures
    if let wanted = options.energy {
      let nearest = known.map(\.energy).min {
        abs($0.electronVolts - wanted.electronVolts) < abs($1.electronVolts - wanted.electronVolts)
      }
      guard let nearest, abs(nearest.electronVolts - wanted.electronVolts) <= 0.5 else {
        let list = known.map { "\(Words.number($0.energy.electronVolts, 2)) eV" }
        throw CalibrationError(
          "there are no exposures at \(Words.number(wanted.electronVolts, 2)) eV; the recording has "
            + Words.list(list)
        )
      }
      return [nearest]
    }
    if all { return known.map(\.energy).sorted() }
    return [known.max { $0.count < $1.count }?.energy ?? known[0].energy]
  }

  /// Errors of data as `PipelineError`, so that they get their exit code.
  private func explaining<Value>(_ body: () throws -> Value) throws -> Value {
    _ = try PipelineError.reading(path) { () throws(StorageError) in
      _ = try RecordingReader(path: path).messageCount
    }
    do {
      return try body()
    } catch let error as CalibrationError {
      throw PipelineError(.data, "\(path): \(error)")
    } catch let error as PreprocessingError {
      throw PipelineError(.data, "\(path): \(error)")
    } catch let error as ParameterError {
      throw PipelineError(.configuration, "\(error)")
    }
  }
}
