// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import Imaging
import Testing
import WireFormat

/// The frame server's stream, prepared frames, double exposure over the wire, sidecars.
@Suite struct DialectTests {
  private static var parameters: SimulationParameters {
    var parameters = SimulationParameters(.als5321)
    parameters.tiltCount = 1
    parameters.scanColumns = 2
    parameters.scanRows = 2
    parameters.plateCount = 2
    parameters.volumeSide = 32
    parameters.darkCount = 1
    return parameters
  }

  private static func messages(
    _ parameters: SimulationParameters,
    _ settings: StreamSettings
  ) throws -> (messages: [StreamMessage], summary: DetectorStream.Summary) {
    var stream = try DetectorStream(try SimulatedDetector(parameters), settings)
    var messages: [StreamMessage] = []
    let summary = stream.publish { message in
      messages.append(message)
      return true
    }
    return (messages, summary)
  }

  @Test func frameServerNumbersWrapAndWordsStandClockByClock() throws {
    var settings = StreamSettings()
    settings.dialect = .fastccd
    settings.frameServer.firstNumber = 65_533
    let (messages, summary) = try Self.messages(Self.parameters, settings)
    let frames = messages.filter { $0.socket == .frames }.map(\.parts)
    let numbers = frames.map { String(decoding: $0[0].array(), as: UTF8.self) }
    #expect(
      numbers == ["65533", "65534", "65535", "0", "1", "2", "3", "4", "5", "6"]
    )
    #expect(summary.counterWraps == 1)
    #expect(frames.allSatisfy { $0.count == 2 && $0[1].count == 2_396_160 })
    var detector = try SimulatedDetector(Self.parameters)
    let frame = detector.exposure(detector.plan.scans[0], point: 2)
    #expect(frames[3][1].array() == ClockOrder.reordered(frame.pixels, to: .clocks).array())
    // Events come on the other socket: each right after its frame.
    let order = messages.map { $0.socket == .frames ? "f" : "e" }.joined()
    #expect(order == "e" + "fefefefefe" + "e" + "e" + "fefefefefe" + "e")
  }

  @Test func frameServerStartsAgainEachScan() throws {
    var settings = StreamSettings()
    settings.dialect = .fastccd
    settings.frameServer.firstNumber = 7
    settings.frameServer.restartsEachScan = true
    settings.frameServer.sendsEvents = false
    let (messages, _) = try Self.messages(Self.parameters, settings)
    let numbers = messages.map { String(decoding: $0.parts[0].array(), as: UTF8.self) }
    #expect(numbers == ["7", "8", "9", "10", "11", "7", "8", "9", "10", "11"])
  }

  @Test func doubleExposureIsToldInTheNativeDialect() throws {
    var parameters = Self.parameters
    parameters.exposureRatio = 10
    parameters.exposureTime = 0.02
    let (messages, summary) = try Self.messages(parameters, StreamSettings())
    var exposures: [(Int, Double?)] = []
    var darks: [Double?] = []
    for message in messages {
      switch try NativeDialect().decode(message.parts) {
      case .start(let description, _):
        #expect(description.exposureTimes == [0.02, 0.2])
        #expect(description.expectedFrames == 8)
      case .frame(let frame) where frame.header.role == .dark:
        darks.append(frame.header.exposureTime)
      case .frame(let frame): exposures.append((frame.header.index, frame.header.exposureTime))
      case .stop, .abort: break
      }
    }
    #expect(darks == [0.02, 0.2, 0.02, 0.2])
    #expect(exposures.map(\.0) == [0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 2, 3, 3])
    #expect(exposures.map(\.1) == (0..<16).map { $0.isMultiple(of: 2) ? 0.02 : 0.2 })
    #expect(summary.exposures == 16 && parameters.exposureCount == 16)
    parameters.longExposureComesFirst = true
    #expect(parameters.exposureTimes == [0.2, 0.02])
  }

  @Test func aRingOfAllPointsSendsTheSameFrames() throws {
    var settings = StreamSettings()
    func pixels() throws -> [[UInt8]] {
      try Self.messages(Self.parameters, settings).messages.filter { $0.parts.count == 3 }
        .map { $0.parts[2].array() }
    }
    let made = try pixels()
    settings.ring = 4
    let prepared = try pixels()
    // Darks of the second scan are those of the first.
    #expect(made.count == 10)
    #expect(prepared.indices.filter { prepared[$0] != made[$0] } == [5])
  }

  @Test func aSmallerRingRepeatsItsMemory() throws {
    var settings = StreamSettings()
    settings.ring = 2
    let (messages, summary) = try Self.messages(Self.parameters, settings)
    let exposures = try messages.compactMap { message -> (FrameHeader, SharedBytes)? in
      guard case .frame(let frame) = try NativeDialect().decode(message.parts),
        frame.header.role == .exposure
      else { return nil }
      return (frame.header, message.parts[2])
    }
    #expect(exposures.map(\.0.index) == [0, 1, 2, 3, 0, 1, 2, 3])
    #expect(Set(exposures.map { ObjectIdentifier($0.1) }).count == 2)
    #expect(exposures[5].0.scan.hasSuffix("energy1"))
    #expect(summary.senderSeconds.map { $0 < 0.2 } == true)
  }

  @Test func theSidecarListsScansWithTheirNumbers() throws {
    var parameters = Self.parameters
    parameters.exposureRatio = 10
    parameters.tomogram = "a \"quoted\" name"
    var settings = StreamSettings()
    settings.dialect = .fastccd
    settings.frameServer.firstNumber = 100
    let detector = try SimulatedDetector(parameters)
    func read(_ text: String) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
    let bare = try read(SidecarText.json(detector, settings))
    #expect(bare["schema"] as? String == "tiltfold-sidecar/1")
    #expect(bare["tomogram_id"] as? String == "a \"quoted\" name")
    let scans = try #require(bare["scans"] as? [[String: Any]])
    #expect(scans.map { $0["first_frame"] as? Int } == [100, 110])
    #expect(scans.map { $0["energy_eV"] as? Double } == [708.2, 710.2])
    #expect(scans[1]["exposure_s"] as? [Double] == [0.2, 2])
    let positions = try #require(scans[1]["positions_m"] as? [[Double]])
    let planned = detector.plan.scans[1].positions
    #expect(positions.count == planned.count)
    for (told, position) in zip(positions, planned) {
      #expect(abs(told[0] - position.x) < 1e-16 && abs(told[1] - position.y) < 1e-16)
    }
    settings.dialect = .pystxmcontrol
    let files = try read(SidecarText.json(detector, settings))
    let placements = try #require(files["placements"] as? [[String: Any]])
    #expect(placements.count == 1)
    #expect(placements[0]["scan"] as? String == "NS_180101001")
    #expect(placements[0]["rotation_angle_deg"] as? Double == -80)
  }

  @Test func cleanedFramesHaveOneDialect() {
    var parameters = SimulationParameters()
    parameters.frames = .cleaned
    var settings = StreamSettings()
    settings.dialect = .fastccd
    #expect(throws: ParameterError.self) { try settings.validate(for: parameters) }
  }
}
