// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Preprocessing

/// Frames of a simulated detector whose every setting is known, cleaned for calibration.
struct CalibrationData {
  var parameters: SimulationParameters
  var geometry = FastCCDGeometry()
  var preprocessing: PreprocessingParameters
  /// The exposures of the first energy as they were read.
  var frames: [DetectorFrame] = []
  /// Cleaned exposures of the first energy, ADU.
  var pictures: [Image] = []
  /// Cleaned darks, ADU.
  var darkPictures: [Image] = []
  /// Darks as they were read, words.
  var rawDarks = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
  var meanDark = Image(shape: FastCCDGeometry.pictureShape)
  var noise = 0.0

  var energy: PhotonEnergy { parameters.energies[0] }
  /// What a pixel truly reads.
  var aduPerPhoton: Double { parameters.camera.aduPerElectronVolt * energy.electronVolts }

  /// Takes the frames.
  ///
  /// - Parameters:
  ///   - defects: Pixels at fault.
  ///   - change: What differs from the simulator's defaults; one energy.
  /// - Throws: What the simulator or the stage refuses.
  init(
    defects: [PixelDefect] = [],
    _ change: (inout SimulationParameters) -> Void
  ) throws {
    var parameters = SimulationParameters()
    parameters.energies = [PhotonEnergy(electronVolts: 708.2)]
    parameters.attenuator.transmissions = [0.015]
    parameters.tiltCount = 2
    parameters.scanColumns = 5
    parameters.scanRows = 5
    change(&parameters)
    self.parameters = parameters
    preprocessing = PreprocessingParameters()
    var detector = try SimulatedDetector(parameters)
    var chain = try PreprocessingChain.forCalibration(
      geometry: geometry,
      parameters: preprocessing,
      energy: parameters.energies[0]
    )
    guard let first = detector.plan.scans.first else { return }
    var darks = (0..<parameters.darkCount).compactMap { detector.dark(first, index: $0) }
    guard let empty = darks.first else { return }
    darks = darks.enumerated().map { $1.planting(defects, dark: $1, seed: UInt64($0)) }
    var reference = DarkReference(geometry: geometry)
    for dark in darks { try reference.add(dark) }
    chain.setDarks(reference)
    noise = try chain.noise(of: empty.asExposure)
    meanDark = try chain.meanDark(of: empty.asExposure)
    for dark in darks { rawDarks.add(try geometry.rawPicture(dark)) }
    darkPictures = try darks.map { try chain.cleanedCounts($0.asExposure) }
    for scan in detector.plan.scans {
      for point in scan.positions.indices {
        let seed = UInt64(1000 + pictures.count)
        let frame = detector.exposure(scan, point: point)
          .planting(defects, dark: empty, seed: seed)
        frames.append(frame)
        pictures.append(try chain.cleanedCounts(frame))
      }
    }
  }

  /// The mean of the first exposures, or of all.
  func mean(threshold: Double, frames: Int = .max) -> MeanPicture {
    var mean = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: threshold)
    for picture in pictures.prefix(frames) { mean.add(picture) }
    return mean
  }
}

extension CalibratedValue {
  /// How many of its uncertainties it lies from the truth.
  func deviations(from truth: Double) -> Double { abs(value - truth) / uncertainty }
}
