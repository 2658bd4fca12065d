// SPDX-License-Identifier: BSD-3-Clause

import DetectorSimulator
import Foundation
import LivePipeline
import Synchronization
import TestSupport
import Testing

/// The object as the beamline's own display receives it.
@Suite(
  .serialized,
  .enabled(
    if: PythonInterpreter.has("zmq, numpy"),
    "python3 with pyzmq and NumPy is not installed"
  )
)
struct BeamlineDisplayTests {
  /// A line of Tests/Clients/beamline_display.py.
  private struct Shown: Decodable {
    var topic: String
    var identifier: String
    var width: Int
    var height: Int
    var pixel_m: [Double]
    var border: Double
    var median: Double
    var least: Double
  }

  @Test func theDisplayShowsObjectsAlsoWhenItComesLate() throws {
    var run = SimulatedRun()
    run.parameters.tiltCount = 3
    run.parameters.scanColumns = 6
    run.framesPerSecond = 60
    run.configuration.previews.recEndpoint = "tcp://127.0.0.1:*"
    let gate = SourceGate(after: 2, 4)
    run.gate = gate
    let collected = Mutex<[String]>([])
    let outcome = try run.run { pipeline in
      defer { for _ in 1...2 { gate.open() } }
      ControlledRun.wait { pipeline.status.recEndpoint != nil }
      let endpoint = pipeline.status.recEndpoint ?? ""
      let early = Self.display(endpoint, 2) { display in
        // An object of the first tilt; the next tilt comes when that has been shown.
        display.wait(for: "\"topic\"")
        gate.open()
      }
      collected.withLock { $0.append(early) }
      // A second one, when the first has what it wanted and is gone, while the source rests.
      let late = Self.display(endpoint, 1)
      collected.withLock { $0.append(late) }
    }
    let (early, late) = try collected.withLock { (try Self.lines($0[0]), try Self.lines($0[1])) }
    #expect(early.count == 2 && late.count == 1)
    let scans = Set(outcome.summary.scans.map(\.scan))
    for shown in early + late {
      #expect(shown.topic == "rec" && scans.contains(shown.identifier), "\(shown)")
      // Wider than high, as the scan is: transposed, rows run along the display's first axis.
      #expect(shown.width > shown.height && shown.height > 100, "\(shown)")
      #expect(shown.pixel_m.allSatisfy { $0 > 1e-9 && $0 < 1e-7 })
      #expect(shown.border == 0, "something is cut off: \(shown)")
      // Most of it is vacuum.
      #expect(abs(shown.median - 1) < 0.2, "\(shown)")
    }
  }

  /// What a display says of so many objects.
  private static func display(
    _ endpoint: String,
    _ count: Int,
    meanwhile: (RunningProgram) -> Void = { _ in }
  ) -> String {
    let script = Repository.root.appending(path: "Tests/Clients/beamline_display.py").path()
    let process = PythonInterpreter.makeProcess([script, endpoint, "\(count)"])
    guard let running = try? RunningProgram(starting: process) else { return "" }
    meanwhile(running)
    return running.finished().output
  }

  private static func lines(_ text: String) throws -> [Shown] {
    try text.split(separator: "\n").map {
      try JSONDecoder().decode(Shown.self, from: Data($0.utf8))
    }
  }
}
