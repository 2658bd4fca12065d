// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import Testing
import WireFormat

/// From events to cleaned patterns where a stream leaves things out.
@Suite struct FrameIntakeTests {
  private static let positions = (0..<4).map { ScanPosition(x: 7e-8 * Double($0), y: 0) }

  private static func start(_ times: [Double]) -> AcquisitionEvent {
    var description = ScanDescription(
      identity: ScanIdentity(scan: "a", energy: PhotonEnergy(electronVolts: 708.2)),
      positions: positions
    )
    description.exposureTimes = times
    return .start(description, sequence: nil)
  }

  /// A cleaned frame of equal counts everywhere.
  private static func frame(_ point: Int, _ counts: Float, _ seconds: Double?) -> AcquisitionEvent {
    let header = FrameHeader(
      scan: "a",
      index: point,
      role: .exposure,
      exposureTime: seconds,
      shape: Shape2D(square: 128),
      sampleType: .float32
    )
    let values = [Float](repeating: counts, count: 128 * 128)
    return .frame(DetectorFrame(header: header, pixels: SharedBytes(copying: values)))
  }

  private static let stop = AcquisitionEvent.stop(scan: "a", sequence: nil)

  private static func photons(_ events: [AcquisitionEvent]) throws -> [Float] {
    let scan = try #require(try RecordedEvents(events).scans(PipelineConfiguration()).first)
    return scan.positions.indices.map { index in
      let amplitude = scan.pattern(index).amplitudes[40, 50]
      return amplitude * amplitude
    }
  }

  @Test func aPointWithoutItsLongExposureIsAsBrightAsTheOthers() throws {
    var events = [Self.start([0.02, 0.2])]
    for point in 0..<4 {
      events.append(Self.frame(point, 10, 0.02))
      if point != 2 { events.append(Self.frame(point, 100, 0.2)) }
    }
    let photons = try Self.photons(events + [Self.stop])
    // The short exposure fills what the long one has not: nothing, here.
    #expect(photons.count == 4)
    for value in photons { #expect(abs(value - 100) < 0.01, "\(photons)") }
  }

  @Test func bothExposuresOfAPairCountThoughTheirTimesAreNotSaid() throws {
    var events = [Self.start([0.02, 0.2])]
    for point in 0..<4 {
      events += [Self.frame(point, 100, nil), Self.frame(point, 200, nil)]
    }
    let photons = try Self.photons(events + [Self.stop])
    #expect(photons.count == 4)
    // Nobody can say which is the longer one: their mean.
    for value in photons { #expect(abs(value - 150) < 0.01, "\(photons)") }
  }

  /// While the centre is being sought, frames wait for it; one that cannot be looked at must
  /// neither let them go before it is known nor take them along.
  @Test func anOddFrameDoesNotReleaseThoseThatWaitForTheCentre() throws {
    var parameters = SimulationParameters()
    parameters.tiltCount = 1
    parameters.scanColumns = 5
    parameters.scanRows = 5
    parameters.plateCount = 8
    parameters.beamOffset = PixelShift(rows: -4.3, columns: 3.6)
    var detector = try SimulatedDetector(parameters)
    let scan = detector.plan.scans[0]
    var description = ScanDescription(identity: scan.identity, positions: scan.positions)
    description.exposureTimes = parameters.exposureTimes
    var events: [AcquisitionEvent] = []
    for index in 0..<4 {
      let dark = detector.dark(scan, index: index)
      events.append(.frame(try #require(dark)))
    }
    events.append(.start(description, sequence: nil))
    for point in 0..<20 { events.append(.frame(detector.exposure(scan, point: point))) }
    var odd = detector.exposure(scan, point: 24)
    odd.header.shape = Shape2D(rows: 2, columns: 2)
    odd.pixels = SharedBytes(copying: [0xC000, 0xC001, 0xC002, 0xC003] as [UInt16])
    var disturbed = events
    disturbed.insert(.frame(odd), at: 4 + 1 + 5)
    let stop = AcquisitionEvent.stop(scan: scan.identity.scan, sequence: nil)

    var configuration = PipelineConfiguration()
    configuration.preprocessing.findsCenter = true
    let wanted = try #require(try RecordedEvents(events + [stop]).scans(configuration).first)
    let found = try #require(try RecordedEvents(disturbed + [stop]).scans(configuration).first)
    #expect(wanted.positions.count == 20)
    let agree = found.frames == wanted.frames
    #expect(agree)
    // The centre matters: in the middle of the picture the patterns are others.
    configuration.preprocessing.findsCenter = false
    let uncentred = try #require(try RecordedEvents(events + [stop]).scans(configuration).first)
    let differ = uncentred.frames != wanted.frames
    #expect(differ)
  }
}
