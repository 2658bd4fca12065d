// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Preprocessing
import Testing

/// Each calibration on the settings of whole instruments, COSMIC's double exposures among them, held
/// to what the simulator knows.
@Suite(.serialized) struct InstrumentCalibrationTests {
  private static let beam = PixelShift(rows: 2.7, columns: -3.2)

  private static let settings: [(Instrument, UInt64)] = [
    (.demo, 1), (.cosmic, 1), (.cosmic, 7), (.als5321, 3),
  ]

  /// One scan of a simulated instrument.
  private struct Scan {
    var detector: SimulatedDetector
    var parameters: SimulationParameters { detector.parameters }
    let geometry = FastCCDGeometry()
    var preprocessing = PreprocessingParameters()
    /// The photon energy.
    var energy: PhotonEnergy { parameters.energies[0] }
    var scan: ScanPlan.Scan { detector.plan.scans[0] }

    init(_ instrument: Instrument, _ change: (inout SimulationParameters) -> Void) throws {
      var parameters = SimulationParameters(instrument)
      parameters.energies = [PhotonEnergy(electronVolts: 708.2)]
      parameters.attenuator.transmissions = [parameters.attenuator.transmissions[0]]
      parameters.tiltCount = 1
      parameters.scanColumns = 5
      parameters.scanRows = 4
      change(&parameters)
      detector = try SimulatedDetector(parameters)
      preprocessing.detectorDistance = parameters.detectorDistance
      if instrument == .cosmic { preprocessing.attenuator = nil }
    }

    /// A chain with its darks, and the darks, of one of the exposures.
    mutating func darks(_ exposure: Int) throws -> (PreprocessingChain, [DetectorFrame]) {
      var chain = try PreprocessingChain.forCalibration(
        geometry: geometry,
        parameters: preprocessing,
        energy: energy
      )
      var reference = DarkReference(geometry: geometry)
      var frames: [DetectorFrame] = []
      for index in 0..<parameters.darkCount {
        if let dark = detector.dark(scan, index: index, exposure: exposure) { frames.append(dark) }
      }
      for frame in frames { try reference.add(frame) }
      chain.setDarks(reference)
      return (chain, frames)
    }

    /// Hands out each exposure, cleaned and as it was read.
    mutating func forEach(
      _ exposure: Int,
      _ chain: inout PreprocessingChain,
      _ body: (Image, DetectorFrame) throws -> Void
    ) throws {
      for point in scan.positions.indices {
        let frame = detector.exposure(scan, point: point, exposure: exposure)
        try body(try chain.cleanedCounts(frame), frame)
      }
    }
  }

  @Test(arguments: [Instrument.demo, .cosmic])
  func deadPixelsThatCanBeTestedAreFoundAndNoGoodOnes(instrument: Instrument) throws {
    var data = try Scan(instrument) { parameters in
      parameters.camera.deadPixelCount = 4000
      parameters.photonsPerSecond = instrument == .demo ? 2e8 : parameters.photonsPerSecond
    }
    let exposures = data.parameters.exposureTimes.count
    var search = BadPixelCalibration()
    var series: [BadPixelCalibration.DarkSeries] = []
    let empty = MeanPicture(shape: FastCCDGeometry.pictureShape, threshold: 0)
    var noise = 0.0
    for exposure in 0..<exposures {
      var (chain, frames) = try data.darks(exposure)
      var darks = BadPixelCalibration.DarkSeries(raw: empty, cleaned: empty)
      for frame in frames {
        darks.raw.add(try data.geometry.rawPicture(frame))
        darks.cleaned.add(try chain.cleanedCounts(frame.asExposure))
      }
      noise = try chain.noise(of: frames[0].asExposure)
      series.append(darks)
    }
    search.examine(darks: series, noise: noise)
    let response = PhotonResponse(
      aduPerPhoton: data.parameters.camera.aduPerElectronVolt * data.energy.electronVolts,
      noise: noise
    )
    // What fell on each pixel, where no saturation was near.
    var expected = Image(shape: FastCCDGeometry.pictureShape)
    for point in data.scan.positions.indices {
      let photons = data.detector.expectedPhotons(data.scan, point: point)
      for i in expected.values.indices { expected.values[i] += photons.values[i] }
    }
    var seen = Image(shape: expected.shape)
    for exposure in 0..<exposures {
      var (chain, _) = try data.darks(exposure)
      var mean = empty
      var saturation = SaturationMap(geometry: data.geometry)
      try data.forEach(exposure, &chain) { picture, frame in
        mean.add(picture)
        try saturation.add(frame)
      }
      let disturbed = saturation.disturbed
      search.examine(
        exposures: mean,
        disturbed: disturbed,
        darkCount: data.parameters.darkCount,
        response: response
      )
      let scale = Float(data.parameters.exposureTimes[exposure] / data.parameters.exposureTime)
      for i in seen.values.indices where !disturbed[i] {
        seen.values[i] = max(seen.values[i], scale * expected.values[i])
      }
    }
    let result = search.result
    let dead = Set(
      data.detector.camera.deadPixels.map { PicturePixel(row: $0.row, column: $0.column) }
    )
    #expect(result.pixels.filter { !dead.contains($0.place) }.isEmpty)
    #expect(result.expectedByChance < 1)
    let found = Set(result.pixels.filter { $0.fault == .dead }.map(\.place))
    // The limit is stated for the weakest light around a pixel: half as much again is clear.
    let clear = dead.filter { pixel in
      let rows = max(pixel.row - 2, 0)...min(pixel.row + 2, 959)
      let columns = max(pixel.column - 2, 0)...min(pixel.column + 2, 959)
      let weakest = rows.flatMap { row in columns.map { seen[row, $0] } }.min() ?? 0
      return Double(weakest) > 1.5 * result.photonsNeeded
    }
    #expect(clear.count >= 5)
    #expect(clear.subtracting(found).isEmpty, "\(clear.subtracting(found))")
    #expect(result.dimCount > 100_000)
    let counted = BadPixelCalibration.Fault.allCases.map(result.count).reduce(0, +)
    #expect(counted == result.pixels.count)
  }

  @Test(arguments: Self.settings)
  func beamAndConeLieWithinThreeUncertainties(instrument: Instrument, seed: UInt64) throws {
    var data = try Scan(instrument) { parameters in
      parameters.beamOffset = Self.beam
      parameters.seed = seed
    }
    var (chain, _) = try data.darks(0)
    var pictures = BeamPictures(geometry: data.geometry)
    try data.forEach(0, &chain) { try pictures.add($0, of: $1) }
    let calibration = CenterCalibration(
      geometry: data.geometry,
      parameters: data.preprocessing,
      energy: data.energy,
      outerZone: data.parameters.outerZone,
      centralStop: data.parameters.centralStop
    )
    let result = try calibration.find(
      in: pictures,
      near: PicturePosition(row: 479.5, column: 479.5)
    )
    let rows = result.center.row - 479.5 - Self.beam.rows
    let columns = result.center.column - 479.5 - Self.beam.columns
    #expect(abs(rows) < 3 * result.uncertainty, "\(rows) ± \(result.uncertainty)")
    #expect(abs(columns) < 3 * result.uncertainty, "\(columns) ± \(result.uncertainty)")
    #expect(result.uncertainty < 0.25)
    // z tan(asin(λ / 2Δr)) / p, λ = 1.75069 nm, by hand.
    let truth = instrument == .cosmic ? 78.47 : 23.344
    #expect(abs(calibration.expectedRadius - truth) < 0.01)
    #expect(result.radius.deviations(from: truth) < 3, "\(result.radius)")
    #expect(result.radius.uncertainty < 0.02 * truth)
  }

  @Test func theShortOfTwoExposuresTellsThePhoton() throws {
    var data = try Scan(.cosmic) { _ in }
    var (chain, frames) = try data.darks(0)
    let noise = try chain.noise(of: frames[0].asExposure)
    var pictures: [Image] = []
    var mean = MeanPicture(
      shape: FastCCDGeometry.pictureShape,
      threshold: PhotonHistogram.exceedanceThreshold(noise: noise)
    )
    try data.forEach(0, &chain) { picture, _ in
      pictures.append(picture)
      mean.add(picture)
    }
    var histogram = try PhotonHistogram(weaklyLitIn: mean, noise: noise)
    var pairs = PhotonTransfer(histogram, mean: mean)
    for picture in pictures {
      histogram.add(picture)
      pairs.add(picture)
    }
    let result = try PhotonCalibration.fit(histogram, noise: noise, transfer: pairs)
    let truth = data.parameters.camera.aduPerElectronVolt * data.energy.electronVolts
    #expect(result.aduPerPhoton.deviations(from: truth) < 3)
    #expect(result.aduPerPhoton.relativeUncertainty < 0.01)
    #expect(result.sharedPart < 0.05)
    let transfer = try #require(result.photonTransfer)
    #expect(transfer.deviations(from: truth) < 3, "\(transfer)")
  }
}
