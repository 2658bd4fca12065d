// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Ptychography
import Registration
import ResolutionMetrics
import TestSupport
import Testing
import WireFormat

/// The resolution of a tomogram, asked for while it grows and measured when it is complete.
@Suite(.serialized) struct ResolutionRunTests {
  @Test func theResolutionIsToldOnRequestAndWrittenAtTheEnd() throws {
    var run = SimulatedRun()
    run.isRecorded = true
    run.parameters.tiltCount = 11
    run.configuration.ptychography.iterations = 15
    // After so few iterations tilts look little alike.
    run.configuration.registration.minimumConfidence = 0.2
    let recorded = try run.run()
    // One tilt at two energies, eight more, and two more, with pauses as long as anybody wants.
    let pieces = try ControlledRun.pieces(of: recorded.messages(), before: [2, 18])
    run.isRecorded = false
    run.configuration.results.pictures = true
    run.configuration.control.isEnabled = true
    run.configuration.control.endpoint = "tcp://127.0.0.1:*"
    let outcome = try run.run(pieces: pieces) { pipeline, sources in
      ControlledRun.wait { pipeline.status.controlEndpoint != nil }
      guard let endpoint = pipeline.status.controlEndpoint else { return }
      func ask(_ tomogram: String?) -> ControlReply? {
        try? ControlClient.ask(.measureResolution(tomogram), at: endpoint)
      }
      let nothing = ask(nil)
      #expect(
        nothing?.ok == false && nothing?.text.contains("no projection has been folded") == true
      )
      sources[0].start()
      ControlledRun.wait { pipeline.status.projectionsFolded >= 2 }
      // While a projection is folded the request is taken, and refused later by an event.
      var early = ""
      ControlledRun.wait {
        guard let reply = ask(nil), !reply.ok else { return false }
        early = reply.text
        return true
      }
      #expect(early.contains("halves of fewer than 8"), "\(early)")
      sources[1].start()
      let unknown = ask("no such tomogram")
      #expect(unknown?.ok == false && unknown?.text.contains("there is ") == true)

      ControlledRun.wait { pipeline.status.projectionsTaken >= 18 }
      #expect(pipeline.status.shellHalfPeriods.isEmpty)
      let reply = ask(nil)
      #expect(
        reply?.ok == true && reply?.text.contains("is measured when") == true,
        "\(reply?.text ?? "")"
      )
      ControlledRun.wait { !pipeline.status.shellHalfPeriods.isEmpty }
      #expect(pipeline.status.tomogramsComplete == 0)
      #expect(pipeline.status.shellHalfPeriods.count == 2)
      #expect(pipeline.status.shellTilts == 9)
      let figures = (try? ControlClient.ask(.status, at: endpoint))?.figures ?? [:]
      #expect(figures["fsc_tilts"] == Double(pipeline.status.shellTilts))
      #expect(figures["fsc_half_period_m_0"] ?? 0 >= 6.7e-9)
      sources[2].start()
      ControlledRun.wait { pipeline.status.tomogramsComplete >= 1 }
    }
    #expect(outcome.summary.errors == 0)
    #expect(outcome.summary.tomograms.first?.tilts == 11)
    let told = outcome.events.filter { $0.message.contains("resolved to") }
    #expect(told.count == 2, "\(outcome.events)")
    #expect(told.last?.message.contains("half periods at 1/2 bit") == true)
    #expect(told.last?.message.contains("from 6 + 5 tilts") == true)
    #expect(told.last?.message.contains("nm half period") == true)

    let record = try outcome.tomogram()
    #expect(record.resolution.map(\.energyIndex) == [0, 1])
    for (place, resolution) in record.resolution.enumerated() {
      #expect(resolution.tilts == [6, 5], "\(outcome.events)")
      // 64 voxels of 6.7 nm; an object of some 220 nm.
      #expect(resolution.frequencies.count == 32)
      #expect(abs((resolution.frequencies.last ?? 0) - 0.5 / 6.7) < 1e-9)
      #expect((6.6...60).contains(resolution.halfPeriodAtHalfBit.nanometers))
      #expect(resolution.halfPeriodAtOneHalf.meters >= resolution.halfPeriodAtHalfBit.meters)
      let diameter = try #require(resolution.diameter).nanometers
      #expect((120...430).contains(diameter), "\(diameter)")
      #expect(
        abs((resolution.crowtherLimit?.nanometers ?? 0) - .pi * diameter / 11) < 1e-6
      )
      let summarised = outcome.summary.tomograms[0].halfPeriods?[place]
      let stored = resolution.halfPeriodAtHalfBit.meters
      #expect(abs((summarised ?? 0) - stored) < 1e-12 * stored)
    }
    let picture = "\(outcome.results)/resolution.png"
    #expect(FileManager.default.fileExists(atPath: picture))

    // From the file alone the same comes out.
    let report = try ResolutionReport(tomogram: "\(outcome.results)/tomogram.h5")
    for (again, live) in zip(report.correlations, record.resolution) {
      #expect(again.tilts == live.tilts)
      for (a, b) in zip(again.correlation.rings, live.correlations) {
        #expect(abs(a.correlation - b) < 1e-3)
      }
    }
    print("resolution run:", told.last?.message ?? "")
  }
}
