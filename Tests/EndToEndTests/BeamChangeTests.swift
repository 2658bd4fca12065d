// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Imaging
import LivePipeline
import Ptychography
import Testing

/// A change of the beam is told, and nothing else is taken for one.
@Suite(.serialized) struct BeamChangeTests {
  private static let tilts = 6

  private static func messages(_ run: SimulatedRun) throws -> [[SharedBytes]] {
    var stream = try DetectorStream(SimulatedDetector(run.parameters))
    var messages: [[SharedBytes]] = []
    _ = stream.send { parts in
      messages.append(parts)
      return true
    }
    return messages
  }

  private static var run: SimulatedRun {
    var run = SimulatedRun()
    run.parameters.tiltCount = tilts
    return run
  }

  private static func warnings(_ messages: [[SharedBytes]]) throws -> [RunEvent] {
    let source = MessageSource(messages)
    defer { source.stop() }
    source.start()
    let outcome = try run.run(endpoints: [source.endpoint])
    #expect(outcome.summary.scans.count == 2 * tilts)
    #expect(outcome.summary.scans.allSatisfy { $0.vacuumInView })
    return outcome.events.filter { $0.message.contains("did the beam change") }
  }

  @Test func aConstantBeamIsNotWarnedOf() throws {
    let warnings = try Self.warnings(try Self.messages(Self.run))
    #expect(warnings.isEmpty, "\(warnings.map(\.message))")
  }

  /// A tenth of the beam is gone from the fifth tilt on: told once at each energy, when the sixth
  /// has it too.
  @Test func aDropByATenthIsToldOnce() throws {
    let bright = try Self.messages(Self.run)
    var weaker = Self.run
    weaker.parameters.photonsPerSecond *= 0.9
    let dim = try Self.messages(weaker)
    try #require(dim.count == bright.count && bright.count.isMultiple(of: Self.tilts))
    let change = bright.count / Self.tilts * 4
    let warnings = try Self.warnings(Array(bright[..<change] + dim[change...]))
    #expect(
      Set(warnings.compactMap(\.scan))
        == ["simulated_tilt005_energy0", "simulated_tilt005_energy1"],
      "\(warnings.map(\.message))"
    )
    #expect(warnings.count == 2)
    for warning in warnings {
      let percent = warning.message.firstMatch(of: #/(\d+) % fewer/#).flatMap { Int($0.output.1) }
      #expect((7...13).contains(percent ?? 0), "\(warning.message)")
    }
  }
}
