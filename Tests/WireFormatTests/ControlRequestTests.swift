// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging
import Testing
import WireFormat

@Suite struct ControlRequestTests {
  private func decode(_ json: String) throws(WireError) -> ControlRequest {
    try ControlRequest.decode([SharedBytes(json)])
  }

  @Test func requestsAreReadAsAnyJSONWriterWritesThem() throws {
    #expect(try decode(#"{"request": "status", "unknown": [1]}"#) == .status)
    #expect(try decode(#"{"request": "finish_scan"}"#) == .finishScan(nil))
    #expect(try decode(#"{"request": "abort_scan", "scan": "a"}"#) == .abortScan("a"))
    #expect(try decode(#"{"request": "abort", "scan": "a"}"#) == .abortScan("a"))
    #expect(try decode(#"{"request": "measure_resolution"}"#) == .measureResolution(nil))
    #expect(
      try decode(#"{"request": "measure_resolution", "tomogram_id": "plates"}"#)
        == .measureResolution("plates")
    )
    #expect(try decode(#"{"request": "realign", "tomogram_id": "p"}"#) == .realign("p"))
    #expect(try decode(#"{"request": "pause", "id": 3, "token": "x"}"#) == .pause)
    #expect(try decode(#"{"request": "resume"}"#) == .resume)
    #expect(try decode(#"{"request": "parameters"}"#) == .parameters)
    #expect(try decode(#"{"request": "snapshot"}"#) == .snapshot(nil))
    #expect(try decode(#"{"request": "snapshot", "directory": "a-1"}"#) == .snapshot("a-1"))
    #expect(
      try decode(#"{"request": "place", "scan": "s", "rotation_angle_deg": -12.5}"#)
        == .place(ScanPlacement(scan: "s", tilt: TiltAngle(degrees: -12.5)))
    )
    #expect(
      try decode(#"{"request": "hold_back", "tilt_index": 3}"#)
        == .holdBack(TiltReference(.index(3)))
    )
    #expect(
      try decode(#"{"request": "drop_tilt", "rotation_angle_deg": -1, "tomogram_id": "p"}"#)
        == .dropTilt(TiltReference(.angle(TiltAngle(degrees: -1)), tomogram: "p"))
    )
    #expect(
      try decode(#"{"request": "take_back", "tilt_index": 3.0}"#)
        == .takeBack(TiltReference(.index(3)))
    )
    for (value, text) in [
      ("200", "200"), ("0.75", "0.75"), ("true", "true"), ("\"a b\"", "a b"), ("null", "null"),
    ] {
      let request = try decode(#"{"request": "set", "key": "probe.x", "value": \#(value)}"#)
      #expect(request == .set(key: "probe.x", value: text))
    }
  }

  @Test func whatIsWrongIsSaidWithWhatWouldBeRight() {
    let long = String(repeating: "x", count: 257)
    for (json, words) in [
      ("", "not JSON"), ("[]", "an object"), ("{}", "request"),
      (#"{"request": "eval"}"#, "status, place, set"),
      (#"{"request": 3}"#, "a text"),
      (#"{"request": "place", "scan": "s"}"#, "the tilt in degrees"),
      (#"{"request": "place", "scan": "s", "rotation_angle_deg": 1e9}"#, "-360 to 360"),
      (#"{"request": "place", "scan": "s", "rotation_angle_deg": NaN}"#, "-360 to 360"),
      (#"{"request": "place", "scan": "\#(long)", "rotation_angle_deg": 1}"#, "1 to 256"),
      (#"{"request": "finish_scan", "scan": ""}"#, "1 to 256"),
      (#"{"request": "realign", "tomogram_id": "\#(long)"}"#, "1 to 256"),
      (#"{"request": "set", "key": "a.b"}"#, "value"),
      (#"{"request": "set", "key": "a.b", "value": {}}"#, "a text"),
      (#"{"request": "set", "key": "a.b", "value": "\#(long)"}"#, "1 to 64"),
      (#"{"request": "set", "value": 3}"#, "a key of the configuration"),
      (#"{"request": "hold_back"}"#, "place from 0 in tilt_index"),
      (#"{"request": "hold_back", "tilt_index": 1, "rotation_angle_deg": 2}"#, "one of both"),
      (#"{"request": "hold_back", "tilt_index": -1}"#, "0 to 1000000"),
      (#"{"request": "hold_back", "tilt_index": 1.5}"#, "a whole number, 0 to 1000000"),
      (#"{"request": "hold_back", "tilt_index": "1"}"#, "a number"),
      (#"{"request": "take_back", "rotation_angle_deg": Infinity}"#, "-360 to 360"),
      (#"{"request": "snapshot", "directory": "../../etc"}"#, "RESULTS/snapshots"),
      (#"{"request": "snapshot", "directory": "/tmp/x"}"#, "RESULTS/snapshots"),
      (#"{"request": "snapshot", "directory": ".."}"#, "RESULTS/snapshots"),
      (#"{"request": "snapshot", "directory": "a\u0000b"}"#, "RESULTS/snapshots"),
      (#"{"request": "snapshot", "directory": ""}"#, "1 to 100"),
      (#"{"request": "snapshot", "directory": 7}"#, "a text"),
    ] {
      #expect { try decode(json) } throws: { "\($0)".contains(words) }
    }
    #expect(throws: WireError.self) { try ControlRequest.decode([]) }
    #expect(throws: WireError.self) {
      try decode(String(repeating: "[", count: 60_000))
    }
    #expect(throws: WireError.self) {
      try decode(#"{"request": "status", "x": ""# + String(repeating: "y", count: 70_000) + "\"}")
    }
    #expect(throws: WireError.self) {
      try ControlRequest.decode([SharedBytes([0xFF, 0x00, 0x80, 0x7B])])
    }
  }

  @Test func requestsAndAnswersSurviveTheWay() throws {
    let requests: [ControlRequest] = [
      .status, .finishScan("s"), .abortScan(nil), .set(key: "a.b", value: "1e-3"), .parameters,
      .place(ScanPlacement(scan: "s", tilt: TiltAngle(degrees: 3), tomogram: "t")), .pause, .resume,
      .realign(nil), .snapshot("s"), .holdBack(TiltReference(.index(0), tomogram: "t")),
      .dropTilt(TiltReference(.angle(TiltAngle(degrees: -7.25)))),
      .takeBack(TiltReference(.index(1_000_000))),
    ]
    for request in requests { #expect(try ControlRequest.decode(request.encode()) == request) }
    var reply = ControlReply(
      ok: true,
      "done",
      figures: ["a": 1, "b": .nan],
      parameters: [
        ControlParameter(
          key: "a.b",
          kind: "number",
          value: .number(0.5),
          minimum: 0,
          maximum: 1,
          unit: "px",
          meaning: "m",
          effect: "e"
        ),
        ControlParameter(key: "a.c", kind: "flag", value: .flag(true), meaning: "m", effect: "e"),
      ]
    )
    reply.id = .text("7")
    #expect(try ControlReply.decode(reply.encode()) == reply)
    #expect(reply.figures == ["a": 1])
  }

  @Test func anAnswerCanHaveItsRequestsName() {
    func name(_ json: String) -> ControlIdentifier? {
      ControlRequest.identifier(of: [SharedBytes(json)])
    }
    #expect(name(#"{"request": "eval", "id": 12}"#) == .number(12))
    #expect(name(#"{"id": "a"}"#) == .text("a"))
    for json in [#"{"request": "status"}"#, #"{"id": [1]}"#, "", #"{"id": 1.5}"#] {
      #expect(name(json) == nil, "\(json)")
    }
    #expect(name(#"{"id": ""# + String(repeating: "x", count: 300) + "\"}") == nil)
  }
}
