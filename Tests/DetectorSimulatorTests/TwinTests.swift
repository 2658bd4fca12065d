// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing
import WireFormat

/// What only the twin of a published experiment simulates and compares.
@Suite struct TwinTests {
  private static var parameters: SimulationParameters {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    parameters.tiltCount = 3
    parameters.scanColumns = 2
    parameters.scanRows = 1
    parameters.plateCount = 4
    parameters.darkCount = 2
    parameters.shiftJitter = 0
    return parameters
  }

  // MARK: - A tilt of raw frames

  @Test func oneTiltIsSentRawWithDarksOfItsOwn() throws {
    var parameters = Self.parameters
    parameters.rawTilt = 1
    var stream = try DetectorStream(SimulatedDetector(parameters))
    var parts: [[SharedBytes]] = []
    let summary = stream.send { message in
      parts.append(message)
      return true
    }
    let scans = ScanPlan(parameters).scans
    let raw = Set(scans.filter { $0.tiltIndex == 1 }.map(\.identity.scan))
    let dialect = NativeDialect()
    var sizes: [String: Double] = [:]
    var darks: [String] = []
    for message in parts {
      switch try dialect.decode(message) {
      case .start(let description, _):
        sizes[description.identity.scan] = description.detectorPixelSize?.meters
      case .frame(let frame):
        let scan = frame.header.scan
        #expect((frame.header.sampleType == .uint16) == raw.contains(scan))
        #expect((frame.header.shape == Shape2D(square: 128)) != raw.contains(scan))
        if frame.header.role == .dark { darks.append(scan) }
      default: break
      }
    }
    #expect(darks.count == summary.darks && summary.darks == 2 * parameters.exposureTimes.count)
    #expect(Set(darks) == Set(scans.filter { $0.tiltIndex == 1 }.prefix(1).map(\.identity.scan)))
    // Raw pixels are the camera's; those of a cleaned pattern make its object pixel a voxel.
    for scan in scans where raw.contains(scan.identity.scan) {
      #expect(abs((sizes[scan.identity.scan] ?? 0) - 30e-6) < 1e-9)
    }
  }

  @Test func aRawTiltThatCannotBeTakenIsAnError() {
    var parameters = Self.parameters
    parameters.rawTilt = 7
    #expect(throws: ParameterError.self) { try SimulatedDetector(parameters) }
  }

  // MARK: - The stage

  @Test func theSeriesDriftsEvenlyByItsWholeLength() {
    var parameters = Self.parameters
    parameters.tiltCount = 9
    parameters.seriesDrift = 6
    let shifts = ScanPlan(parameters).sampleShifts
    for (before, after) in zip(shifts, shifts.dropFirst()) {
      #expect(abs((after.rows - before.rows) - (shifts[1].rows - shifts[0].rows)) < 1e-9)
      #expect(
        abs((after.columns - before.columns) - (shifts[1].columns - shifts[0].columns)) < 1e-9
      )
    }
    let rows = shifts[8].rows - shifts[0].rows
    let columns = shifts[8].columns - shifts[0].columns
    #expect(abs((rows * rows + columns * columns).squareRoot() - 6) < 1e-9)
  }

  @Test func theAxisWobblesOnceAlongAndTwiceAcross() {
    var parameters = Self.parameters
    parameters.tiltCount = 5
    parameters.firstAngle = TiltAngle(degrees: -90)
    parameters.lastAngle = TiltAngle(degrees: 90)
    parameters.axisWobble = 1.5
    let shifts = ScanPlan(parameters).sampleShifts
    // Half a turn reverses cos t, and leaves cos 2t; a quarter reverses that.
    #expect(abs(shifts[0].rows + shifts[4].rows) < 1e-6)
    #expect(abs(shifts[0].columns - shifts[4].columns) < 1e-6)
    #expect(abs(shifts[0].columns + shifts[2].columns) < 1e-6)
    let quadrature = shifts[0].rows * shifts[0].rows + shifts[2].rows * shifts[2].rows
    #expect(abs(quadrature - 1.5 * 1.5) < 1e-6)
  }

  @Test func theProbeStandsWhereTheSampleIsNot() {
    var parameters = Self.parameters
    parameters.seriesDrift = 6
    parameters.positionError = Length(meters: 0)
    parameters.drift = Length(meters: 0)
    let plan = ScanPlan(parameters)
    let voxel = parameters.voxelSize.meters
    for scan in plan.scans {
      let shift = plan.sampleShifts[scan.tiltIndex]
      for (told, real) in zip(scan.positions, scan.truePositions) {
        #expect(abs(told.x - real.x - shift.columns * voxel) < 1e-15)
        #expect(abs(told.y - real.y - shift.rows * voxel) < 1e-15)
      }
    }
  }

  // MARK: - The sample

  @Test func harvestedPlatesLieApartAndAThirdIsActive() {
    var parameters = SimulationParameters(.paperTwin)
    parameters.plateCount = 100
    let plates = Phantom(parameters).plates
    #expect(plates.count > 90)
    let active = plates.count { $0.meanComposition < 0.85 }
    #expect((20...40).contains(100 * active / plates.count))
    #expect(plates.allSatisfy { (0.02 - 1e-9...0.93 + 1e-9).contains($0.meanComposition) })
    let radius = parameters.sampleDiameter.meters / 2
    for plate in plates {
      let half = plate.box.halfLengths
      #expect(half.x > half.z && half.y > half.z)
      // The sample stands about the rotation axis as a cylinder.
      for corner in plate.box.corners {
        #expect(corner.x * corner.x + corner.z * corner.z <= radius * radius)
        #expect(abs(corner.y) <= radius)
      }
    }
    for (place, plate) in plates.enumerated() {
      #expect(!plates[..<place].contains { $0.box.overlaps(plate.box, gap: 0.99e-9) })
    }
    #expect(Phantom(parameters).plates == plates)
  }

  // MARK: - Comparisons

  @Test func aDisplacedProjectionIsFoundWithItsSign() {
    func image(rows: Double, columns: Double) -> Image {
      var image = Image(shape: Shape2D(square: 48))
      for row in 0..<48 {
        for column in 0..<48 {
          let (y, x) = (Double(row) - 22 - rows, Double(column) - 25 - columns)
          image[row, column] = exponential(Float(-(y * y / 60 + x * x / 40)))
        }
      }
      return image
    }
    let found = RegistrationComparison.displacement(
      of: image(rows: 0.3, columns: -0.2),
      from: image(rows: 0, columns: 0)
    )
    #expect(abs(found.rows - 0.3) < 0.02 && abs(found.columns + 0.2) < 0.02)
  }

  @Test func aPlateThatIsListedAsABunchIsNotSeparated() {
    let voxel = Length(nanometers: 6.7)
    let phantom = Phantom(plateCount: 6, diameter: Length(nanometers: 300), seed: 6)
    let truth = phantom.volumes(side: 60, height: 60, voxelSize: voxel)
    func comparison(bunches: Set<Int>) -> ParticleComparison {
      ParticleComparison(
        labels: truth.plate,
        volumes: phantom.plates.map {
          $0.box.volume / (voxel.meters * voxel.meters * voxel.meters)
        },
        facetAreas: phantom.plates.map { 4e18 * $0.box.halfLengths.x * $0.box.halfLengths.y },
        thicknesses: phantom.plates.map { 2e9 * $0.box.halfLengths.z },
        delithiated: phantom.plates.map { 1 - $0.meanComposition },
        isPlate: phantom.plates.indices.map { !bunches.contains($0) },
        truth: truth,
        plates: phantom.plates
      )
    }
    let all = comparison(bunches: [])
    #expect(all.separatedCount == 6 && all.bunchedCount == 0)
    let one = comparison(bunches: [2])
    #expect(one.separatedCount == 5 && one.bunchedCount == 1)
    #expect(one.sharedCount == 0 && one.wrongVolumeCount == 0 && one.lostCount == 0)
  }
}
