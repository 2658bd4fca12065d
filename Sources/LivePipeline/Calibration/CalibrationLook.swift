// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Preprocessing

/// The first frames of one scan, of one exposure time: where the beam falls in them and what a
/// photon reads.
struct CalibrationLook: Sendable {
  /// What is looked at and why.
  struct Subject: Sendable {
    /// The scan.
    var key: String
    /// Its photon energy.
    var energy: PhotonEnergy
    /// Where the beam is thought to fall.
    var near: PicturePosition
    /// Whether what a photon reads is looked at too.
    var checksGain: Bool
  }

  let subject: Subject
  private var chain: PreprocessingChain
  private let configuration: PipelineConfiguration
  private var pictures: BeamPictures?
  private var noise = 0.0
  private var histogram: PhotonHistogram?

  /// Starts without frames.
  ///
  /// - Parameters:
  ///   - subject: What is looked at.
  ///   - chain: Cleans whole pictures at the scan's energy.
  ///   - darks: The darks that it takes off.
  ///   - configuration: Of its sections `detector`, `preprocessing` and `probe` count.
  init(
    _ subject: Subject,
    chain: PreprocessingChain,
    darks: DarkReference,
    configuration: PipelineConfiguration
  ) {
    self.subject = subject
    self.chain = chain
    self.configuration = configuration
    self.chain.setDarks(darks)
  }

  /// The frames that were cleaned.
  var frameCount: Int { pictures?.frameCount ?? 0 }

  /// Takes other darks from the next frame on.
  mutating func setDarks(_ darks: DarkReference) { chain.setDarks(darks) }

  /// Adds a frame; one that cannot be cleaned is told of by those who need it.
  mutating func add(_ frame: DetectorFrame) {
    guard let picture = try? chain.cleanedCounts(frame), let noise = try? chain.noise(of: frame)
    else { return }
    if pictures == nil {
      self.noise = noise
      pictures = BeamPictures(
        geometry: configuration.detector,
        threshold: PhotonHistogram.exceedanceThreshold(noise: noise)
      )
      pictures?.forget(configuration.preprocessing.badPixels)
    }
    histogram?.add(picture)
    try? pictures?.add(picture, of: frame)
    // Weakly lit pixels have to be known before what they read can be counted.
    if subject.checksGain, histogram == nil, let pictures, pictures.frameCount == 8 {
      histogram = try? PhotonHistogram(weaklyLitIn: pictures.mean, noise: noise)
    }
  }

  /// Where the beam falls.
  func findBeam() -> Result<CenterCalibration.Result, CalibrationError> {
    guard let pictures else {
      return .failure(CalibrationError("its frames cannot be cleaned"))
    }
    return Result { () throws(CalibrationError) in
      try CenterCalibration(
        geometry: configuration.detector,
        parameters: configuration.preprocessing,
        energy: subject.energy,
        outerZone: configuration.probe.outerZoneWidth,
        centralStop: configuration.probe.centralStopFraction
      )
      .find(in: pictures, near: subject.near)
    }
  }

  /// What a photon reads; nil where that is not asked or its peak is not seen.
  func findPhoton() -> PhotonCalibration.Result? {
    guard let histogram else { return nil }
    return try? PhotonCalibration.fit(histogram, noise: noise, transfer: nil)
  }
}
