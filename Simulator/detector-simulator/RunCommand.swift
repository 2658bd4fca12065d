// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import DetectorSimulator
import Foundation
import Synchronization

/// Set by Ctrl-C; a signal handler can reach nothing else.
private let interrupted = Atomic<Bool>(false)

/// Simulates an acquisition and publishes it.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Simulates an acquisition and publishes it.",
    discussion: """
      Writes the truth first, then sends. Docs/Reference/Simulator.md tells every option.
      The last line on standard output says in JSON what was sent. Ctrl-C ends the running scan
      with an abort.

      Example:
        detector-simulator run --bind tcp://127.0.0.1:37013 --truth truth.h5 --tilts 24 \\
          --rate 16
        detector-simulator run --instrument als-cosmic-7.0.1 --dialect pystxmcontrol \\
          --bind tcp://127.0.0.1:37012 --ring 49 --rate 146
      """
  )

  @OptionGroup(title: "Sample and instrument") var simulation: SimulationOptions
  @OptionGroup(title: "Stream") var stream: StreamOptions
  @OptionGroup(title: "Faults") var faults: FaultOptions
  @Option(help: "Where to publish; port * takes any free one.")
  var bind = "tcp://127.0.0.1:37013"
  @Option(help: "Where the dialect fastccd publishes the events that belong to its frames.")
  var eventsBind = "tcp://127.0.0.1:37012"
  @Option(help: "File for the truth.")
  var truth: String?
  @Option(help: "File for a sidecar, which places scans whose stream does not (WireProtocol.md).")
  var sidecar: String?
  @Flag(inversion: .prefixedNo, help: "Wait until someone subscribes before anything is sent.")
  var waitForSubscriber = true
  @Option(help: "How long to wait for a subscriber, s.")
  var waitLimitS = 120.0
  @Flag(help: "Say nothing on standard error.")
  var quiet = false

  func run() throws {
    let detector = try SimulatedDetector(simulation.parameters())
    let parameters = detector.parameters
    let settings = try stream.settings(faults: faults.plan(seed: parameters.seed))
    try settings.validate(for: parameters)
    say("\(detector.phantom.plates.count) plates of \(parameters.plateCount) asked for")
    if let truth {
      try TruthFile.write(detector, settings, to: truth)
      say("truth in \(truth)")
    }
    if let sidecar {
      let text = SidecarText.json(detector, settings)
      guard FileManager.default.createFile(atPath: sidecar, contents: Data(text.utf8)) else {
        throw ValidationError("--sidecar: \(sidecar) cannot be written")
      }
      say("sidecar in \(sidecar)")
    }
    signal(SIGINT) { _ in interrupted.store(true, ordering: .relaxed) }
    signal(SIGTERM) { _ in interrupted.store(true, ordering: .relaxed) }

    let hasEvents = settings.dialect == .fastccd && settings.frameServer.sendsEvents
    var server = try StreamServer(
      bindingTo: bind,
      eventsTo: hasEvents ? eventsBind : nil,
      queueLength: parameters.frames == .raw ? 40 : parameters.rawTilt == nil ? 4000 : 100
    )
    let isCancelled = { interrupted.load(ordering: .relaxed) }
    let endpoints = [server.endpoint, server.eventEndpoint].compactMap { $0 }
    say("publishing on \(endpoints.joined(separator: " and "))")
    if waitForSubscriber {
      say("waiting for a subscriber")
      let isHeard = try server.waitForSubscriber(
        to: settings.dialect,
        seconds: waitLimitS,
        isCancelled: isCancelled
      )
      guard isHeard else {
        say("nobody subscribed within \(waitLimitS) s")
        throw ExitCode(isCancelled() ? 130 : 2)
      }
    }

    var stream = try DetectorStream(detector, settings)
    let summary = try server.send(&stream, isCancelled: isCancelled) { say(line(for: $0)) }
    if let truth { try TruthFile.append(summary, to: truth) }
    print(summary.json)
    if summary.wasAborted { throw ExitCode(130) }
  }

  private func line(for progress: DetectorStream.Progress) -> String {
    let identity = progress.identity
    let summary = progress.summary
    let frames = summary.exposures + summary.darks
    let tilt = identity.tilt.map { "\(rounded($0.degrees)) deg, " } ?? ""
    return "scan \(progress.scan) of \(progress.scanCount): \(tilt)"
      + "\(identity.energy.electronVolts) eV; \(frames) frames, \(rounded(summary.framesPerSecond)) a second"
  }

  private func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

  private func say(_ text: String) {
    guard !quiet else { return }
    let line = "detector-simulator: \(text)\n"
    _ = unsafe line.withCString { unsafe write(STDERR_FILENO, $0, strlen($0)) }
  }
}

extension DetectorStream.Summary {
  /// One line of JSON.
  var json: String {
    var fields: [(String, String)] = [
      ("scans_sent", "\(scans)"), ("exposures_sent", "\(exposures)"), ("darks_sent", "\(darks)"),
      ("frames_sent", "\(exposures + darks)"), ("frame_messages", "\(frameMessages)"),
      ("dropped", "\(faults.dropped)"), ("duplicated", "\(faults.duplicated)"),
      ("out_of_order", "\(faults.swapped)"), ("truncated", "\(faults.truncated)"),
      ("wrong_sizes", "\(faults.wrongSizes)"), ("hostile", "\(faults.hostile)"),
      ("packets_lost", "\(faults.packetsLost)"),
      ("frames_with_lost_packets", "\(faults.framesWithLostPackets)"),
      ("events_lost", "\(faults.eventsLost)"), ("lost_starts", "\(faults.lostStarts)"),
      ("double_starts", "\(faults.doubleStarts)"),
      ("lost_stops", "\(faults.lostStops)"), ("shutter_failures", "\(shutterFailures)"),
      ("counter_wraps", "\(counterWraps)"), ("seconds", rounded(seconds)),
      ("frames_per_s", rounded(framesPerSecond)),
    ]
    if let senderSeconds { fields.append(("sender_s", rounded(senderSeconds))) }
    fields.append(("aborted", "\(wasAborted)"))
    return "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
