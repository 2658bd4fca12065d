// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

/// What a sidecar file adds to a stream.
@Suite struct SidecarTests {
  /// Two scans of 2 x 2 points: 2 + 8 frames from 65530 on, over the counter's end, then 4 from 0.
  private static let program = """
    {"schema": "tiltfold-sidecar/1", "tomogram_id": "plates", "tilt_count": 5, "scans": [
      {"name": "a", "rotation_angle_deg": -60.5, "energy_eV": 708.2, "darks": 1,
       "exposure_s": [0.02, 0.2], "first_frame": 65530,
       "grid": {"rows": 2, "columns": 2, "step_m": 7e-8}},
      {"name": "b", "energy_eV": 710.2, "exposure_s": [0.2], "first_frame": 0,
       "tomogram_id": "other", "tilt_index": 3,
       "positions_m": [[1e-6, 2e-6], [2e-6, 2e-6], [3e-6, 2e-6], [4e-6, 2e-6]]}]}
    """

  private func message(_ json: String) -> [SharedBytes] {
    [SharedBytes("sidecar"), SharedBytes(json)]
  }

  private func words(_ numbers: [Int]) throws -> [String] {
    var reader = PlacedReader(FastCCDDialect())
    #expect(try reader.events(in: message(Self.program)).isEmpty)
    return try numbers.flatMap { try reader.events(in: FastCCDDialectTests.raw($0)) }
      .map(FastCCDDialectTests.word)
  }

  private static let whole = [
    "start a", "dark 0 65530", "dark 0 65531", "exposure 0 65532", "exposure 0 65533",
    "exposure 1 65534", "exposure 1 65535", "exposure 2 0", "exposure 2 1", "exposure 3 2",
    "exposure 3 3", "stop a", "start b", "exposure 0 0", "exposure 1 1", "exposure 2 2",
    "exposure 3 3", "stop b",
  ]

  @Test func framesArePlacedByTheirNumbers() throws {
    let numbers = Array(65_530...65_535) + Array(0...3) + Array(0...3)
    #expect(try words(numbers) == Self.whole)
  }

  @Test func gapsMoveNothing() throws {
    // Lost: the first dark, a pair, the last frame of a, whose end the counter's reset then shows.
    let numbers = [65_531, 65_532, 65_533, 0, 1, 2, 0, 1, 3]
    #expect(
      try words(numbers) == [
        "start a", "dark 0 65531", "exposure 0 65532", "exposure 0 65533", "exposure 2 0",
        "exposure 2 1", "exposure 3 2", "stop a", "start b", "exposure 0 0", "exposure 1 1",
        "exposure 3 3", "stop b",
      ]
    )
  }

  @Test func theExposureTimesStandInOrder() throws {
    var reader = PlacedReader(FastCCDDialect())
    _ = try reader.events(in: message(Self.program))
    let events = try [65_530, 65_531, 65_532, 65_533].flatMap {
      try reader.events(in: FastCCDDialectTests.raw($0))
    }
    #expect(events.frames.map(\.header.exposureTime) == [0.02, 0.2, 0.02, 0.2])
  }

  @Test func framesOutOfOrderAndDoubledFindTheirPlace() throws {
    let numbers = [65_530, 65_533, 65_532, 65_532, 65_534, 65_534]
    #expect(
      try words(numbers) == [
        "start a", "dark 0 65530", "exposure 0 65533", "exposure 0 65532", "exposure 0 65532",
        "exposure 1 65534", "exposure 1 65534",
      ]
    )
  }

  @Test func aWholeScanMayBeMissing() throws {
    #expect(try words([0, 1]).first == "start a")  // 0 is a number of a, too.
    var reader = PlacedReader(FastCCDDialect())
    _ = try reader.events(
      in: message(
        """
        {"scans": [{"name": "a", "energy_eV": 700, "exposure_s": [1], "first_frame": 100,
          "grid": {"rows": 3, "columns": 3, "step_m": 1e-7}},
         {"name": "b", "energy_eV": 700, "exposure_s": [1],
          "grid": {"rows": 3, "columns": 3, "step_m": 1e-7}}]}
        """
      )
    )
    #expect(!reader.startsScan(FastCCDDialectTests.raw(7)))
    #expect(try reader.events(in: FastCCDDialectTests.raw(7)).isEmpty)
    #expect(reader.takeNotes().map(\.unplacedFrames) == [1])
    // b begins where a would have ended.
    #expect(reader.startsScan(FastCCDDialectTests.raw(110)))
    let events = try reader.events(in: FastCCDDialectTests.raw(110))
    #expect(events.map(FastCCDDialectTests.word) == ["start b", "exposure 1 110"])
    #expect(!reader.startsScan(FastCCDDialectTests.raw(111)))
  }

  /// The number of a scan's last frame, doubled, is also one of a scan to come.
  @Test func aDoubledLastFrameOpensNoScan() throws {
    var reader = PlacedReader(FastCCDDialect())
    let scan = { (name: String, first: Int) in
      """
      {"name": "\(name)", "energy_eV": 700, "exposure_s": [1], "first_frame": \(first),
       "grid": {"rows": 2, "columns": 2, "step_m": 1e-7}}
      """
    }
    _ = try reader.events(
      in: message("{\"scans\": [\(scan("a", 100)), \(scan("b", 300)), \(scan("c", 100))]}")
    )
    var found: [String] = []
    for number in [100, 101, 102, 103, 103, 300, 301, 302, 303, 100] {
      found += try reader.events(in: FastCCDDialectTests.raw(number)).map(FastCCDDialectTests.word)
    }
    #expect(
      found == [
        "start a", "exposure 0 100", "exposure 1 101", "exposure 2 102", "exposure 3 103", "stop a",
        "start b", "exposure 0 300", "exposure 1 301", "exposure 2 302", "exposure 3 303", "stop b",
        "start c", "exposure 0 100",
      ]
    )
    #expect(reader.takeNotes().map(\.unplacedFrames) == [1])
  }

  /// Two scans of four points, whose numbers begin anew.
  private static let anew = """
    { "scans": [
      {"name": "a", "energy_eV": 708.2, "exposure_s": [0.2], "first_frame": 0,
       "grid": {"rows": 2, "columns": 2, "step_m": 7e-8}},
      {"name": "b", "energy_eV": 710.2, "exposure_s": [0.2], "first_frame": 0,
       "grid": {"rows": 2, "columns": 2, "step_m": 7e-8}}]}
    """

  @Test func aStreamMayBeginWithALaterScan() throws {
    func words(_ message: [SharedBytes]) throws -> [String] {
      var reader = PlacedReader(FastCCDDialect())
      _ = try reader.events(in: message)
      return try (0..<4).flatMap { try reader.events(in: FastCCDDialectTests.raw($0)) }
        .map(FastCCDDialectTests.word)
    }
    let whole = message(Self.anew)
    #expect(try words(whole).first == "start a")
    let later = try #require(Sidecar.message(whole, from: "b"))
    #expect(
      try words(later)
        == ["start b", "exposure 0 0", "exposure 1 1", "exposure 2 2", "exposure 3 3", "stop b"]
    )
    #expect(try Sidecar(json: later[1]).scans.map(\.name) == ["a", "b"])
    // Nothing to be said: no such scan, said already, no sidecar.
    #expect(Sidecar.message(whole, from: "c")?.map { $0.array() } == whole.map { $0.array() })
    #expect(Sidecar.message(later, from: "a")?.map { $0.array() } == later.map { $0.array() })
    #expect(Sidecar.message(FastCCDDialectTests.raw(1), from: "b") == nil)
  }

  @Test func whatCameBeforeTheFirstFrameOfAllIsNotExpected() throws {
    var reader = PlacedReader(FastCCDDialect())
    _ = try reader.events(in: message(Self.program))
    // The seventh frame: both darks and four exposures of eight came before.
    guard case .start(let a, _)? = try reader.events(in: FastCCDDialectTests.raw(0)).first else {
      Issue.record("no start")
      return
    }
    #expect(a.identity.scan == "a" && a.expectedExposures == 4)
    let note = try #require(reader.takeNotes().first { $0.kind == "unseen" })
    #expect(note.weight == .hint && note.scan == "a" && note.unplacedFrames == 0)
    #expect(note.words.contains("6 of its frames came before the first of ours"))
    // Of a scan that begins later, a first frame that does not come is lost.
    let events = try [1, 2, 3, 1].flatMap { try reader.events(in: FastCCDDialectTests.raw($0)) }
    let next = events.compactMap { event -> ScanDescription? in
      if case .start(let scan, _) = event { scan } else { nil }
    }
    #expect(next.map(\.identity.scan) == ["b"] && next.first?.expectedExposures == 4)
    #expect(reader.takeNotes().isEmpty)
  }

  @Test func aScanOfManyFramesCountsPastTheWrap() throws {
    var reader = PlacedReader(FastCCDDialect())
    _ = try reader.events(
      in: message(
        """
        {"scans": [{"name": "a", "energy_eV": 700, "exposure_s": [1], "first_frame": 7,
          "grid": {"rows": 300, "columns": 300, "step_m": 1e-7}}]}
        """
      )
    )
    var last: [String] = []
    for step in stride(from: 0, to: 90_000, by: 20_000) {
      let number = (7 + step) % 65_536
      last = try reader.events(in: FastCCDDialectTests.raw(number)).map(FastCCDDialectTests.word)
    }
    #expect(last == ["exposure 80000 14471"])
  }

  @Test func theStartSaysWhatTheFileSays() throws {
    var reader = PlacedReader(
      FastCCDDialect(axes: PositionAxes(xx: 0, xy: 1, yx: -1, yy: 0)),
      tomogram: "configured"
    )
    _ = try reader.events(in: message(Self.program))
    guard case .start(let a, _)? = try reader.events(in: FastCCDDialectTests.raw(65_530)).first,
      case .start(let b, _)? = try (Array(65_531...65_535) + Array(0...3) + [0]).flatMap({
        try reader.events(in: FastCCDDialectTests.raw($0))
      }).first(where: { if case .start = $0 { true } else { false } })
    else {
      Issue.record("no starts")
      return
    }
    #expect(a.identity.tilt == TiltAngle(degrees: -60.5) && a.identity.tomogram == "plates")
    #expect(a.tiltCount == 5 && a.expectedFrames == 8 && a.exposureTimes == [0.02, 0.2])
    // Row after row: x runs first, and is our −y here.
    #expect(a.positions[1] == ScanPosition(x: 0, y: -7e-8))
    #expect(a.positions[2] == ScanPosition(x: 7e-8, y: 0))
    #expect(b.identity.tomogram == "other" && b.identity.tiltIndex == 3 && b.identity.tilt == nil)
    #expect(b.positions[3] == ScanPosition(x: 2e-6, y: -4e-6))
  }

  @Test func itPlacesTheScansOfOtherDialects() throws {
    func start(_ name: String, angle: Double?, in reader: inout PlacedReader) throws
      -> ScanIdentity?
    {
      var scan = ScanDescription(
        identity: ScanIdentity(
          scan: name,
          tilt: angle.map(TiltAngle.init(degrees:)),
          energy: PhotonEnergy(electronVolts: 700)
        ),
        positions: []
      )
      scan.exposureTimes = [0.2]
      let parts = NativeDialect().encode(.start(scan, sequence: nil), sequence: 0)
      guard case .start(let read, _)? = try reader.events(in: parts).first else { return nil }
      return read.identity
    }
    var reader = PlacedReader(NativeDialect(), tomogram: "configured")
    let before = try #require(try start("NS_1", angle: 5, in: &reader))
    #expect(before.tilt == TiltAngle(degrees: 5) && before.tomogram == "configured")
    _ = try reader.events(
      in: message(
        """
        {"placements": [{"scan": "NS_1", "rotation_angle_deg": -12, "tomogram_id": "t"},
          {"scan": "NS_2_ccdframes_1_Region1", "rotation_angle_deg": 8}]}
        """
      )
    )
    // A placement names one scan, or all energies and regions of a file.
    let placed = try #require(try start("NS_1_ccdframes_1_Region2", angle: nil, in: &reader))
    #expect(placed.tilt == TiltAngle(degrees: -12) && placed.tomogram == "t")
    let corrected = try #require(try start("NS_1", angle: 5, in: &reader))
    #expect(corrected.tilt == TiltAngle(degrees: -12))
    let exact = try #require(try start("NS_2_ccdframes_1_Region1", angle: nil, in: &reader))
    #expect(exact.tilt == TiltAngle(degrees: 8) && exact.tomogram == "configured")
    let other = try #require(try start("NS_2_ccdframes_0_Region1", angle: nil, in: &reader))
    #expect(other.tilt == nil && other.tomogram == "configured")
  }

  @Test(arguments: [
    ("{\"scan\": []}", "unknown key 'scan'"), ("[]", "mapping"), ("{", "JSON"),
    ("{\"placements\": [{\"scan\": \"a\", \"angle\": 3}]}", "rotation_angle_deg"),
    ("{\"placements\": [{\"rotation_angle_deg\": 3}]}", "placements[0].scan"),
    ("{\"placements\": {\"a\": 3}}", "a list"),
    ("{\"scans\": [{\"name\": \"a\"}]}", "scans[0].energy_eV"),
    ("{\"scans\": [{\"name\": \"a\", \"energy_eV\": 700}]}", "positions_m or grid"),
    (
      "{\"scans\": [{\"name\": \"a\", \"energy_eV\": 700, \"positions_m\": [[0, 0]]}]}",
      "scans[0].exposure_s"
    ),
    (
      "{\"scans\": [{\"name\": \"a\", \"energy_eV\": 700, \"positions_m\": [[0, 5]]}]}",
      "positions_m[0][1]"
    ),
    (
      "{\"scans\": [{\"name\": \"a\", \"energy_eV\": 700, \"grid\": {\"rows\": 3}}]}",
      "scans[0].grid"
    ),
    ("{\"schema\": \"tiltfold/1\"}", "tiltfold-sidecar/1"),
    ("{\"tilt_count\": \"many\"}", "tilt_count"), ("{\"first_scan\": \"a\"}", "first_scan"),
  ])
  func mistakesAreNamed(json: String, word: String) {
    let error = #expect(throws: WireError.self) { try Sidecar(json: SharedBytes(json)) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
    var reader = PlacedReader(NativeDialect())
    #expect(throws: WireError.self) { try reader.events(in: message(json)) }
  }
}
