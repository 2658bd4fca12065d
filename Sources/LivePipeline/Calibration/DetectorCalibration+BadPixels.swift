// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Preprocessing

extension DetectorCalibration {
  /// Finds pixels that cannot be trusted.
  ///
  /// Every exposure time takes part, or the one that was asked for; one without darks is left out
  /// with a warning.
  ///
  /// - Returns: The pixels.
  /// - Throws: `PipelineError` where the recording cannot be used.
  public func badPixels() throws -> CalibrationReport {
    try explaining {
      let most = try series(all: false)[0]
      let known =
        options.exposureTime == nil ? try allSeries().filter { $0.energy == most.energy } : [most]
      var usable: [RecordedExposures.Series] = []
      var firstNoise: Double?
      var failures: [(series: RecordedExposures.Series, error: PreprocessingError)] = []
      for series in known {
        do {
          let found = try darkNoise(of: series)
          firstNoise = firstNoise ?? found
          usable.append(series)
        } catch let error as PreprocessingError where error.problem == .darks {
          failures.append((series, error))
        }
      }
      guard let noise = firstNoise else {
        if let failure = failures.first { throw failure.error }
        throw CalibrationError("there are no exposures to find bad pixels in")
      }
      var search = BadPixelCalibration()
      search.examine(darks: try darkSeries(usable), noise: noise)
      let gain = configuration.preprocessing.aduPerElectronVolt * most.energy.electronVolts
      var picture: Image?
      for series in usable.sorted(by: { ($0.exposureTime ?? 0) < ($1.exposureTime ?? 0) }) {
        var mean = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
        var saturation = SaturationMap(geometry: configuration.detector)
        do {
          try forEachPicture(of: series, in: path, limit: options.frames) { picture, frame in
            mean.add(picture)
            try saturation.add(frame)
          }
        } catch let error as PreprocessingError where error.problem == .darks {
          failures.append((series, error))
          continue
        }
        search.examine(
          exposures: mean,
          disturbed: saturation.disturbed,
          darkCount: try darkCount(of: series),
          response: PhotonResponse(aduPerPhoton: gain, noise: noise)
        )
        picture = mean.mean
      }
      var report = badPixelReport(
        search.result,
        picture ?? Image(shape: FastCCDGeometry.pictureShape)
      )
      report.warnings += failures.map {
        "\($0.series.words($0.series.count)) are left out: \($0.error)"
      }
      return report
    }
  }
}
