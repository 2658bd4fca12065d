// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Messaging
import Synchronization
import TestSupport
import Testing
import WireFormat

/// Holds the messages of a simulated run to the JSON schemas.
@Suite(
  .serialized,
  .enabled(if: PythonInterpreter.has("jsonschema"), "python3 with jsonschema is not installed")
)
struct SchemaTrafficTests {
  /// What Tests/Clients/check_schemas.py found.
  private struct Findings: Decodable {
    var counts: [String: Int]
    var problems: [String]
    var accepted: [String]
  }

  /// The JSON of messages, a line for each with the name of its schema.
  private final class Traffic: Sendable {
    private let lines = Mutex<[String]>([])
    private let schemas = Mutex<Set<String>>([])

    func add(_ schema: String, _ json: SharedBytes) {
      let text = String(decoding: json.array(), as: UTF8.self)
      schemas.withLock { _ = $0.insert(schema) }
      lines.withLock { $0.append(#"{"schema":"\#(schema)","message":\#(text)}"#) }
    }

    /// Whether messages of all these schemas have come.
    func has(_ names: [String]) -> Bool { schemas.withLock { $0.isSuperset(of: names) } }

    var text: String { lines.withLock { $0.joined(separator: "\n") + "\n" } }
  }

  /// The schemas of what goes out while a run goes on.
  private static let outgoing = ["rec"] + PreviewTopic.allCases.map { "preview-\($0.rawValue)" }

  @Test func everyMessageOfARunFollowsItsSchema() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.framesPerSecond = 120
    run.parameters.tiltCount = 8
    run.configuration.results.halfScanTiming = .perTilt
    run.configuration.previews.recEndpoint = "tcp://127.0.0.1:*"
    run.configuration.previews.maximumRate = 50
    run.configuration.previews.tomogramRate = 50
    run.configuration.control.isEnabled = true
    run.configuration.control.endpoint = "tcp://127.0.0.1:*"
    let gate = SourceGate(after: 6)
    run.gate = gate
    let traffic = Traffic()
    let outcome = try run.run { pipeline in
      defer { gate.open() }
      while pipeline.status.controlEndpoint == nil, pipeline.status.state != .done {}
      try? Self.follow(pipeline, traffic, gate)
    }
    let recording = try RecordingReader(path: outcome.recording)
    for number in 0..<recording.messageCount {
      let parts = try recording.message(number).parts
      traffic.add(String(decoding: parts[0].array(), as: UTF8.self), parts[1])
    }
    // A simulated source gives nothing up.
    traffic.add("abort", NativeDialect().encode(.abort(scan: "a", sequence: nil), sequence: 7)[1])

    let findings = try Self.check(traffic)
    #expect(findings.problems.isEmpty, "\(findings.problems.joined(separator: "\n"))")
    #expect(findings.accepted.isEmpty, "\(findings.accepted.joined(separator: "\n"))")
    let expected =
      ["start", "frame", "stop", "abort", "control-request", "control-reply"] + Self.outgoing
    for name in expected { #expect(findings.counts[name, default: 0] > 0, "no \(name)") }
    #expect(findings.counts["frame", default: 0] >= 400)
  }

  /// Takes previews and objects until the run ends, and asks for control now and then; the source rests
  /// until something of each has come and all has been asked for.
  private static func follow(
    _ pipeline: Pipeline,
    _ traffic: Traffic,
    _ gate: SourceGate
  ) throws {
    let (status, context) = (pipeline.status, try MessagingContext())
    let endpoint = try #require(status.previewEndpoint)
    var previews = try Subscriber(context, connectingTo: [endpoint])
    var objects = try Subscriber(context, connectingTo: [try #require(status.recEndpoint)])
    let control = try #require(status.controlEndpoint)
    // Every kind, the last first; what nobody has is refused, and a refusal is a reply, too.
    let nobody = TiltReference(.index(99))
    var requests: [ControlRequest] = [
      .status, .set(key: "ptychography.beta", value: "0.8"), .set(key: "no.such", value: "1"),
      .finishScan("nobody"), .abortScan("nobody"), .measureResolution(nil), .realign(nil),
      .resume, .pause, .parameters, .snapshot(nil), .takeBack(TiltReference(.index(0))),
      .holdBack(TiltReference(.index(0))), .dropTilt(nobody),
      .dropTilt(TiltReference(.angle(TiltAngle(degrees: 1)), tomogram: "nobody")),
      .place(ScanPlacement(scan: "nobody", tilt: TiltAngle(degrees: 3), tomogram: "other")),
    ]
    let deadline = ContinuousClock.now + .seconds(240)
    while pipeline.status.state != .done {
      let hasAll = requests.isEmpty && traffic.has(outgoing)
      if hasAll || ContinuousClock.now > deadline { gate.open() }
      while let parts = try previews.receive(timeoutMilliseconds: 20) {
        traffic.add("preview-" + String(decoding: parts[0].array(), as: UTF8.self), parts[1])
      }
      while let parts = try objects.receive(timeoutMilliseconds: 0) { traffic.add("rec", parts[1]) }
      guard let request = requests.popLast() else { continue }
      var requester = try Requester(context, connectingTo: control)
      let message = request.encode()
      traffic.add("control-request", message[0])
      if let reply = try requester.ask(message, timeoutMilliseconds: 120_000) {
        traffic.add("control-reply", reply[0])
      }
    }
  }

  private static func check(_ traffic: Traffic) throws -> Findings {
    let folder = try TemporaryFolder()
    try traffic.text.write(toFile: folder.file("traffic"), atomically: true, encoding: .utf8)
    let script = Repository.root.appending(path: "Tests/Clients/check_schemas.py").path()
    let process = PythonInterpreter.makeProcess([script, folder.file("traffic")])
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode(Findings.self, from: data)
  }
}
