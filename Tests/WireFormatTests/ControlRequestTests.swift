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
    #expect(try decode(#"{"request": "measure_resolution"}"#) == .measureResolution(nil))
    #expect(
      try decode(#"{"request": "measure_resolution", "tomogram_id": "plates"}"#)
        == .measureResolution("plates")
    )
    #expect(
      try decode(#"{"request": "place", "scan": "s", "rotation_angle_deg": -12.5}"#)
        == .place(ScanPlacement(scan: "s", tilt: TiltAngle(degrees: -12.5)))
    )
    for (value, text) in [("200", "200"), ("0.75", "0.75"), ("true", "true"), ("\"a b\"", "a b")] {
      let request = try decode(#"{"request": "set", "key": "probe.x", "value": \#(value)}"#)
      #expect(request == .set(key: "probe.x", value: text))
    }
  }

  @Test func whatIsWrongIsSaidWithWhatWouldBeRight() {
    for (json, words) in [
      ("", "not JSON"), ("[]", "an object"), ("{}", "request"),
      (#"{"request": "eval"}"#, "status, place, set"),
      (#"{"request": "place", "scan": "s"}"#, "the tilt in degrees"),
      (#"{"request": "place", "scan": "s", "rotation_angle_deg": 1e9}"#, "-360 to 360"),
      (#"{"request": "place", "scan": "s", "rotation_angle_deg": NaN}"#, "-360 to 360"),
      (#"{"request": "set", "key": "a.b"}"#, "value"),
      (#"{"request": "set", "key": "a.b", "value": {}}"#, "a text"),
    ] {
      #expect { try decode(json) } throws: { "\($0)".contains(words) }
    }
    #expect(throws: WireError.self) { try ControlRequest.decode([]) }
  }

  @Test func requestsAndAnswersSurviveTheWay() throws {
    let requests: [ControlRequest] = [
      .status, .finishScan("s"), .abortScan(nil), .set(key: "a.b", value: "1e-3"),
      .place(ScanPlacement(scan: "s", tilt: TiltAngle(degrees: 3), tomogram: "t")),
    ]
    for request in requests { #expect(try ControlRequest.decode(request.encode()) == request) }
    let reply = ControlReply(ok: true, "done", figures: ["a": 1, "b": .nan])
    #expect(try ControlReply.decode(reply.encode()) == reply)
    #expect(reply.figures == ["a": 1])
  }
}
