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
    /// The exposure time to use, seconds; nil for the shortest.
    public var exposureTime: Double?
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
      var results: [(RecordedExposures.Series, AttenuatorCalibration.Result, MeanPicture)] = []
      for series in try series(all: true) {
        let response = try self.response(of: series)
        let calibration = AttenuatorCalibration(
          attenuator: attenuator,
          geometry: configuration.detector,
          response: response
        )
        let mean = try mean(series, in: path, threshold: response.countingThreshold)
        if let other = options.withoutAttenuator {
          let open = try self.mean(
            try self.series(in: other, like: series),
            in: other,
            threshold: response.countingThreshold
          )
          results.append((series, try calibration.measure(mean, withoutDisc: open), mean))
        } else {
          results.append((series, try calibration.measure(mean), mean))
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
      let series = try series(all: false)[0]
      let (result, mean) = try photonPeak(of: series)
      return photonReport(result, mean, series)
    }
  }

  /// Finds where the direct beam falls.
  ///
  /// - Returns: The centre.
  /// - Throws: `PipelineError` where the recording cannot be used or the beam is not found.
  public func center() throws -> CalibrationReport {
    try explaining {
      let series = try series(all: false)[0]
      var pictures = BeamPictures(geometry: configuration.detector)
      try forEachPicture(of: series, in: path, limit: options.frames) { picture, frame in
        try pictures.add(picture, of: frame)
      }
      pictures.forget(try badPixelsInUse())
      let calibration = CenterCalibration(
        geometry: configuration.detector,
        parameters: configuration.preprocessing,
        energy: series.energy,
        outerZone: configuration.probe.outerZoneWidth,
        centralStop: configuration.probe.centralStopFraction
      )
      let middle = Double(FastCCDGeometry.pictureSide - 1) / 2
      let start =
        configuration.preprocessing.center ?? PicturePosition(row: middle, column: middle)
      let result = try calibration.find(in: pictures, near: start)
      return centerReport(result, calibration, pictures.mean, series)
    }
  }

  /// Errors of data as `PipelineError`, so that they get their exit code.
  func explaining<Value>(_ body: () throws -> Value) throws -> Value {
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
