// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import Testing
import WireFormat

/// What goes over the wire.
@Suite struct StreamTests {
  private static var parameters: SimulationParameters {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    parameters.tiltCount = 2
    parameters.scanColumns = 3
    parameters.scanRows = 2
    parameters.plateCount = 4
    return parameters
  }

  private static func messages(
    _ parameters: SimulationParameters,
    faults: FaultPlan = FaultPlan()
  ) throws -> (parts: [[SharedBytes]], summary: DetectorStream.Summary) {
    var stream = try DetectorStream(SimulatedDetector(parameters), faults: faults)
    var parts: [[SharedBytes]] = []
    let summary = stream.send { message in
      parts.append(message)
      return true
    }
    return (parts, summary)
  }

  @Test func streamDecodesToThePlannedAcquisition() throws {
    let parameters = Self.parameters
    let plan = ScanPlan(parameters)
    let (parts, summary) = try Self.messages(parameters)
    let dialect = NativeDialect()
    var scan = -1
    var frames = 0
    for (number, message) in parts.enumerated() {
      switch try dialect.decode(message) {
      case .start(let description, let sequence):
        scan += 1
        frames = 0
        let planned = plan.scans[scan]
        #expect(sequence == number)
        #expect(description.identity.scan == planned.identity.scan)
        #expect(description.identity.tilt == planned.identity.tilt)
        #expect(description.identity.tiltIndex == planned.tiltIndex)
        #expect(description.identity.energyIndex == planned.energyIndex)
        #expect(description.positions == planned.positions)
        #expect(description.positionsAreCentered)
        #expect(description.expectedFrames == 6)
        #expect(description.tiltCount == 2 && description.energyCount == 2)
        // λ z / (N p) is the voxel.
        let pixel = try #require(description.detectorPixelSize).meters
        let object = description.identity.energy.wavelength.meters * 0.08 / (128 * pixel)
        #expect(abs(object - 6.7e-9) < 1e-15)
      case .frame(let frame):
        #expect(frame.header.index == frames)
        #expect(frame.header.sequence == number)
        #expect(frame.header.position == plan.scans[scan].positions[frames])
        #expect(frame.header.role == .exposure)
        #expect(frame.pixels.count == 128 * 128 * 4)
        frames += 1
      case .stop(let name, _):
        #expect(name == plan.scans[scan].identity.scan)
        #expect(frames == 6)
      case .abort: Issue.record("nothing was aborted")
      }
    }
    #expect(scan == 3)
    #expect(summary.exposures == parameters.exposureCount && summary.scans == 4)
    #expect(parts.count == 4 * 8)
  }

  @Test func darksComeFirstAndOnce() throws {
    var parameters = Self.parameters
    parameters.frames = .raw
    parameters.tiltCount = 1
    parameters.scanColumns = 1
    parameters.darkCount = 3
    let (parts, summary) = try Self.messages(parameters)
    let roles = try parts.compactMap { message -> FrameRole? in
      guard case .frame(let frame) = try NativeDialect().decode(message) else { return nil }
      #expect(frame.header.shape == FastCCDLayout.rawShape)
      #expect(frame.pixels.count == 2_396_160)
      return frame.header.role
    }
    #expect(roles == [.dark, .dark, .dark, .exposure, .exposure, .exposure, .exposure])
    #expect(summary.darks == 3)
  }

  @Test func sameSeedSendsTheSamePixels() throws {
    func pixels(_ seed: UInt64) throws -> [[UInt8]] {
      var parameters = Self.parameters
      parameters.seed = seed
      return try Self.messages(parameters).parts.filter { $0.count == 3 }.map { $0[2].array() }
    }
    let first = try pixels(3)
    #expect(try first == pixels(3))
    #expect(try first != pixels(4))
  }

  @Test func wholeSeriesComesEnergyByEnergy() {
    var parameters = Self.parameters
    #expect(ScanPlan(parameters).scans.map(\.energyIndex) == [0, 1, 0, 1])
    parameters.isInterleaved = false
    let plan = ScanPlan(parameters)
    #expect(plan.scans.map(\.energyIndex) == [0, 0, 1, 1])
    #expect(plan.scans.map(\.tiltIndex) == [0, 1, 0, 1])
  }

  @Test func sampleShiftMovesTheSampleInTheImage() {
    // A sample that sits at +s in the image is met by a probe at x where its own x − s is.
    let plan = ScanPlan(Self.parameters)
    for scan in plan.scans {
      let shift = plan.sampleShifts[scan.tiltIndex]
      for (told, real) in zip(scan.positions, scan.truePositions) {
        #expect(abs(told.x - real.x - shift.columns * 6.7e-9) < 1e-15)
        #expect(abs(told.y - real.y - shift.rows * 6.7e-9) < 1e-15)
      }
    }
  }

  @Test func faultsHappenAsOftenAsAsked() throws {
    var faults = FaultPlan()
    faults.dropFraction = 0.2
    faults.duplicateFraction = 0.2
    faults.swapFraction = 0.2
    faults.truncateFraction = 0.2
    faults.omitsStop = true
    var parameters = Self.parameters
    parameters.plateCount = 0
    parameters.scanColumns = 10
    parameters.scanRows = 5
    let (parts, summary) = try Self.messages(parameters, faults: faults)
    #expect(summary.exposures == 200)
    for count in [summary.dropped, summary.duplicated, summary.swapped, summary.truncated] {
      #expect((10...80).contains(count))
    }
    let frames = parts.filter { $0.count == 3 }
    #expect(frames.count == summary.frameMessages)
    #expect(frames.count == 200 - summary.dropped + summary.duplicated)
    let cut = frames.filter { $0[2].count < 65_536 }.count
    #expect(cut >= summary.truncated)
    #expect(parts.count == frames.count + 4)
  }

  @Test func cancellingEndsWithAnAbort() throws {
    var stream = try DetectorStream(SimulatedDetector(Self.parameters))
    var parts: [[SharedBytes]] = []
    let summary = stream.send(
      isCancelled: { parts.count >= 11 },
      post: { message in
        parts.append(message)
        return true
      }
    )
    #expect(summary.wasAborted)
    #expect(summary.scans == 1)
    guard case .abort(let name, _)? = try parts.last.map({ try NativeDialect().decode($0) }) else {
      Issue.record("the last message is no abort")
      return
    }
    #expect(name == ScanPlan(Self.parameters).scans[1].identity.scan)
  }

  @Test func parametersOutOfRangeAreNamed() {
    var parameters = Self.parameters
    parameters.attenuator.transmissions = [1e-5, 0.01]
    let error = #expect(throws: ParameterError.self) { try parameters.validate() }
    #expect(error?.key == "attenuator_transmission")
  }
}
