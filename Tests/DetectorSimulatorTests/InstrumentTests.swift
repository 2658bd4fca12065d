// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing

/// Beam, shutter, exposures and settings of the instruments.
@Suite struct InstrumentTests {
  /// An instrument with nothing in the beam and no read noise.
  private static func empty(_ instrument: Instrument) -> SimulationParameters {
    var parameters = SimulationParameters(instrument)
    parameters.tiltCount = 1
    parameters.plateCount = 0
    parameters.scanColumns = 2
    parameters.scanRows = 1
    parameters.volumeSide = 32
    parameters.camera.readNoise = 0
    parameters.camera.blooming = 0
    return parameters
  }

  /// Photons that a frame caught, by the offsets of its own overscan.
  private static func photons(
    _ frame: DetectorFrame,
    dark: DetectorFrame,
    _ parameters: SimulationParameters
  ) -> Double {
    let signal = RawWords.signal(RawWords.of(frame.pixels), dark: RawWords.of(dark.pixels))
    let energy = parameters.energies[0].electronVolts
    return signal.reduce(0, +) / (25.0 / 708 * energy)
  }

  @Test func cosmicTakesAShortAndATenTimesLongerExposure() throws {
    let parameters = Self.empty(.cosmic)
    #expect(parameters.exposureTimes == [0.02, 0.2])
    #expect(parameters.detectorDistance == Length(meters: 0.121))
    #expect(parameters.attenuator.transmissions == [1, 1])
    #expect(abs(parameters.outerZone.nanometers - 45) < 1e-9)
    #expect(abs(parameters.zonePlateDiameter.micrometers - 360) < 1e-9)
    #expect(parameters.darkCount == 5 && parameters.takesDarksEachScan)
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[0]
    var caught: [Double] = []
    for exposure in 0..<2 {
      let frame = detector.exposure(scan, point: 1, exposure: exposure)
      let taken = detector.dark(scan, index: 0, exposure: exposure)
      let dark = try #require(taken)
      #expect(frame.header.exposureTime == parameters.exposureTimes[exposure])
      #expect(dark.header.exposureTime == parameters.exposureTimes[exposure])
      #expect(frame.header.index == 1)
      // Nothing may be saturated for the sum to be true.
      let isSaturated = RawWords.of(frame.pixels).contains(57343)
      #expect(isSaturated == (exposure == 1))
      caught.append(Self.photons(frame, dark: dark, parameters))
    }
    // The short one caught all photons: 1e6 in a dark spot's surroundings, ± 1e3.
    let moved = Double(RawWords.lit.count) / (960 * 960)
    #expect(moved > 0.99)
    #expect(abs(caught[0] / 1e6 - 1) < 0.01)
    #expect(scan.exposures[1].map(\.incidentPhotons) == [1e6, 1e7])
  }

  @Test func exposuresDifferByTheirRatioWithinPoissonError() throws {
    var parameters = Self.empty(.cosmic)
    parameters.photonsPerSecond = 1e7
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[0]
    let caught = try (0..<2).map { exposure in
      let frame = detector.exposure(scan, point: 0, exposure: exposure)
      let taken = detector.dark(scan, index: 1, exposure: exposure)
      let dark = try #require(taken)
      #expect(!RawWords.of(frame.pixels).contains(57343))
      return Self.photons(frame, dark: dark, parameters)
    }
    // Offsets are whole numbers in each super-column's row and cancel; what is left is Poisson's.
    let ratio = caught[1] / caught[0]
    let error = 10 * (1 / caught[0] + 1 / caught[1]).squareRoot()
    #expect(abs(ratio - 10) < 5 * error)
  }

  @Test func theDiscWeakensTheMiddleAt5321() throws {
    let parameters = Self.empty(.als5321)
    #expect(parameters.exposureTimes == [0.2])
    var detector = try SimulatedDetector(parameters)
    let means = detector.expectedPhotons(detector.plan.scans[0], point: 0)
    let total = means.values.reduce(0.0) { $0 + Double($1) }
    #expect(abs(total / (4e6 * 0.015) - 1) < 0.01)
  }

  @Test(arguments: [PixelShift(rows: 3.4, columns: -2.3), PixelShift(rows: -0.25, columns: 10.5)])
  func theDirectBeamFallsWhereItIsPut(offset: PixelShift) throws {
    var parameters = Self.empty(.cosmic)
    parameters.beamOffset = offset
    var detector = try SimulatedDetector(parameters)
    let means = detector.expectedPhotons(detector.plan.scans[0], point: 0)
    var sum = 0.0
    var rows = 0.0
    var columns = 0.0
    for row in 0..<960 {
      for column in 0..<960 {
        let value = Double(means[row, column])
        sum += value
        rows += value * Double(row)
        columns += value * Double(column)
      }
    }
    #expect(abs(rows / sum - 479.5 - offset.rows) < 0.01)
    #expect(abs(columns / sum - 479.5 - offset.columns) < 0.01)
  }

  @Test func theBeamDecaysAndFlickersAndTheTruthKnows() throws {
    var parameters = Self.empty(.als5321)
    parameters.scanColumns = 20
    parameters.scanRows = 20
    parameters.beamLifetime = 100
    let steady = ScanPlan(parameters).scans[0].exposures.map { $0[0].incidentPhotons }
    for (point, photons) in steady.enumerated() {
      let expected = 4e6 * exponential(-0.2 * Double(point) / 100)
      #expect(abs(photons / expected - 1) < 1e-9)
    }
    parameters.beamLifetime = nil
    parameters.beamFlicker = 0.1
    let plan = ScanPlan(parameters)
    let flickering = plan.scans[0].exposures.map { $0[0].incidentPhotons / 4e6 }
    #expect(abs(RawWords.mean(flickering) - 1) < 0.02)
    #expect(abs(RawWords.variance(flickering).squareRoot() - 0.1) < 0.02)
    // What is told is what is counted.
    var detector = try SimulatedDetector(parameters)
    let taken = detector.dark(plan.scans[0], index: 0)
    let dark = try #require(taken)
    for point in [0, 7] {
      let frame = detector.exposure(plan.scans[0], point: point)
      let caught = Self.photons(frame, dark: dark, parameters)
      let expected = 0.015 * flickering[point] * 4e6
      #expect(abs(caught - expected) < 5 * expected.squareRoot() + 0.01 * expected)
    }
  }

  /// The beamline throws a frame away whose middle rows are twice as bright at the left end as at
  /// the right one.
  @Test func aFailedShutterIsFoundByTheBeamlinesTest() throws {
    var parameters = Self.empty(.als5321)
    parameters.shutterFailureFraction = 0.5
    parameters.scanColumns = 8
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[0]
    let failed = scan.exposures.map { $0[0].shutterFails }
    #expect(failed.contains(true) && failed.contains(false))
    let taken = detector.dark(scan, index: 0)
    let dark = try #require(taken)
    for point in 0..<8 {
      let frame = detector.exposure(scan, point: point)
      let words = zip(RawWords.of(frame.pixels), RawWords.of(dark.pixels)).map {
        Double($0) - Double($1)
      }
      func mean(_ columns: Range<Int>) -> Double {
        RawWords.mean(
          (475...485).flatMap { row in
            columns.map { column in
              let place = FastCCDLayout.rawIndex(row: row, column: column)
              return words[place] - words[place - place % 12]
            }
          }
        )
      }
      #expect((mean(0..<100) > 2 * mean(860..<960)) == failed[point])
      #expect((mean(0..<100) > 5) == failed[point])
    }
  }

  @Test func cleanedFramesTakeOneExposure() {
    var parameters = SimulationParameters(.cosmic)
    parameters.frames = .cleaned
    let error = #expect(throws: ParameterError.self) { try parameters.validate() }
    #expect(error?.key == "double_exposure")
  }
}
