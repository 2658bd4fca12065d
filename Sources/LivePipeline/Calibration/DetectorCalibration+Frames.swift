// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing

// What the calibrations take from the recording: energies, means, the photon peak.
extension DetectorCalibration {
  /// What a pixel reads: by the photon peak where it is resolved, else as configured.
  func response(at energy: PhotonEnergy) throws -> PhotonResponse {
    let gain = configuration.preprocessing.aduPerElectronVolt * energy.electronVolts
    do {
      let (result, _) = try photonPeak(at: energy, limit: min(options.frames, 60))
      // The configured gain stays; the peak tells the noise.
      return PhotonResponse(aduPerPhoton: gain, noise: result.noise.value)
    } catch is CalibrationError {
      return PhotonResponse(aduPerPhoton: gain, noise: try darkNoise(at: energy))
    }
  }

  func darkNoise(at energy: PhotonEnergy) throws -> Double {
    var chain = try makeChain(energy)
    var noise = 1.0
    try RecordedExposures(path: path, configuration: configuration)
      .forEach(energy: energy, limit: 1) { frame, darks in
        chain.setDarks(darks)
        noise = try chain.noise(of: frame)
      }
    return noise
  }

  func photonPeak(
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

  func mean(
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

  func makeChain(_ energy: PhotonEnergy) throws -> PreprocessingChain {
    try PreprocessingChain.forCalibration(
      geometry: configuration.detector,
      parameters: configuration.preprocessing,
      energy: energy
    )
  }

  /// The energies to calibrate at: the one that was asked for, else all or the one of most frames.
  func energies(all: Bool) throws -> [PhotonEnergy] {
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
}
