// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Preprocessing
import Testing

/// Each calibration finds what the simulator was told.
@Suite struct CalibrationTests {
  private static let beam = PixelShift(rows: 3.4, columns: -2.3)
  private static let disc = PixelShift(rows: -1.6, columns: 2.7)

  /// The instrument of the paper with the beam and the disc off the middle.
  private static let paper = Result {
    try CalibrationData { parameters in
      parameters.photonsPerSecond = 6e7
      parameters.beamOffset = beam
      parameters.attenuator.offset = disc
    }
  }

  /// A disc that lets next to nothing pass.
  private static let dense = Result {
    try CalibrationData { parameters in
      parameters.photonsPerSecond = 5e8
      parameters.attenuator.transmissions = [2e-4]
      parameters.attenuator.offset = disc
      parameters.seed = 2
    }
  }

  @Test func thePhotonIsFoundByItsPeak() throws {
    let data = try Self.paper.get()
    let threshold = PhotonHistogram.exceedanceThreshold(noise: data.noise)
    let mean = data.mean(threshold: threshold)
    var histogram = try PhotonHistogram(weaklyLitIn: mean, noise: data.noise)
    var pairs = PhotonTransfer(histogram, mean: mean)
    for picture in data.pictures {
      histogram.add(picture)
      pairs.add(picture)
    }
    let result = try PhotonCalibration.fit(histogram, noise: data.noise, transfer: pairs)
    #expect(result.aduPerPhoton.deviations(from: data.aduPerPhoton) < 3)
    #expect(result.aduPerPhoton.relativeUncertainty < 0.01)
    #expect(abs(result.offset.value) < 0.3)
    // Read noise, the noise of the mean of ten darks, and that of the overscan's median.
    #expect(result.noise.value > 5 && result.noise.value < 5.6)
    #expect(result.sharedPart < 0.05)
    let transfer = try #require(result.photonTransfer)
    #expect(transfer.deviations(from: data.aduPerPhoton) < 3)
    #expect(transfer.relativeUncertainty < 0.1)
  }

  @Test func theBeamIsFoundByTheEdgeOfItsCone() throws {
    let data = try Self.paper.get()
    var pictures = BeamPictures(geometry: data.geometry)
    var preprocessing = data.preprocessing
    preprocessing.attenuator?.offset = Self.disc
    let calibration = CenterCalibration(
      geometry: data.geometry,
      parameters: preprocessing,
      energy: data.energy,
      outerZone: data.parameters.outerZone,
      centralStop: data.parameters.centralStop
    )
    let start = PicturePosition(row: 479.5, column: 479.5)
    for (number, picture) in data.pictures.enumerated() {
      try pictures.add(picture, of: data.frames[number])
      guard [8, 16, 50].contains(number + 1) else { continue }
      let result = try calibration.find(in: pictures, near: start)
      #expect(result.uncertainty < 0.3)
      #expect(abs(result.center.row - 479.5 - Self.beam.rows) < 3 * result.uncertainty)
      #expect(abs(result.center.column - 479.5 - Self.beam.columns) < 3 * result.uncertainty)
      // z tan(asin(λ / 2Δr)) / p by hand: 80 mm · 0.0087538 / 30 µm.
      #expect(abs(calibration.expectedRadius - 23.344) < 0.01)
      #expect(abs(result.radius.value - 23.344) < 0.5)
    }
  }

  @Test(arguments: [(0.015, false), (2e-4, true)])
  func theAttenuatorIsFoundByContinuity(transmission: Double, isDense: Bool) throws {
    let data = try (isDense ? Self.dense : Self.paper).get()
    let response = PhotonResponse(aduPerPhoton: data.aduPerPhoton, noise: 5.3)
    let calibration = AttenuatorCalibration(
      attenuator: AttenuatorParameters(),
      geometry: data.geometry,
      response: response
    )
    let result = try calibration.measure(data.mean(threshold: response.countingThreshold))
    #expect(result.transmission.deviations(from: transmission) < 3)
    #expect(result.transmission.relativeUncertainty < 0.15)
    let edge = try #require(result.edge)
    #expect(result.radius.deviations(from: 61) < 3)
    #expect(abs(result.middle.row - 479.5 - Self.disc.rows) < 3 * edge.middleUncertainty)
    #expect(abs(result.middle.column - 479.5 - Self.disc.columns) < 3 * edge.middleUncertainty)
    #expect(edge.middleUncertainty < 0.4)
  }

  @Test func aPairWithAndWithoutTheDiscGivesTheSame() throws {
    let data = try Self.paper.get()
    let open = try CalibrationData { parameters in
      // A third of the light: without the disc the cone saturates, and what lies around it not.
      parameters.photonsPerSecond = 2e7
      parameters.beamOffset = Self.beam
      parameters.attenuator.transmissions = [1]
      parameters.tiltCount = 1
    }
    let response = PhotonResponse(aduPerPhoton: data.aduPerPhoton, noise: 5.3)
    let calibration = AttenuatorCalibration(
      attenuator: AttenuatorParameters(),
      geometry: data.geometry,
      response: response
    )
    let result = try calibration.measure(
      data.mean(threshold: response.countingThreshold, frames: open.pictures.count),
      withoutDisc: open.mean(threshold: response.countingThreshold)
    )
    #expect(result.transmission.deviations(from: 0.015) < 3)
    #expect(result.transmission.relativeUncertainty < 0.05)
  }

  @Test func plantedPixelsAreFoundAndNoOthers() throws {
    let planted: [(PixelDefect, BadPixelCalibration.Fault)] = [
      (PixelDefect(row: 549, column: 479, .dead), .dead),
      (PixelDefect(row: 549, column: 480, .dead), .dead),
      (PixelDefect(row: 479, column: 495, .dead), .dead),
      (PixelDefect(row: 100, column: 120, .stuck(510)), .stuck),
      (PixelDefect(row: 300, column: 700, .hot(200)), .level),
      (PixelDefect(row: 600, column: 200, .noisy(40)), .noisy),
      (PixelDefect(row: 800, column: 300, .bright(300)), .bright),
    ]
    let data = try CalibrationData(defects: planted.map(\.0)) { parameters in
      parameters.photonsPerSecond = 5e8
      parameters.attenuator.transmissions = [2e-4]
      parameters.tiltCount = 1
      parameters.scanColumns = 4
      parameters.scanRows = 4
    }
    var search = BadPixelCalibration()
    var darks = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
    for picture in data.darkPictures { darks.add(picture) }
    search.examine(
      darks: [BadPixelCalibration.DarkSeries(raw: data.rawDarks, cleaned: darks)],
      noise: data.noise
    )
    var saturation = SaturationMap(geometry: data.geometry)
    for frame in data.frames { try saturation.add(frame) }
    search.examine(
      exposures: data.mean(threshold: 0),
      disturbed: saturation.disturbed,
      darkCount: data.darkPictures.count,
      response: PhotonResponse(aduPerPhoton: data.aduPerPhoton, noise: data.noise)
    )
    let result = search.result
    for (defect, fault) in planted {
      let place = PicturePixel(row: defect.row, column: defect.column)
      let found = result.pixels.first { $0.place == place }
      #expect(found?.fault == fault, "\(defect)")
    }
    let places = Set(planted.map { PicturePixel(row: $0.0.row, column: $0.0.column) })
    let others = result.pixels.filter { !places.contains($0.place) }
    // Chance alone puts less than one good pixel among them.
    #expect(result.expectedByChance < 1)
    #expect(others.isEmpty, "\(others)")
  }
}
