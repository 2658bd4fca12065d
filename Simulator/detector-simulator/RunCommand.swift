// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import DetectorSimulator
import Glibc
import Synchronization

/// Set by Ctrl-C; a signal handler can reach nothing else.
private let interrupted = Atomic<Bool>(false)

/// Simulates an acquisition and publishes it.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Simulates an acquisition and publishes it.",
    discussion: """
      Writes the truth first, then sends the native dialect (Docs/Reference/WireProtocol.md).
      The last line on standard output says in JSON what was sent. Ctrl-C ends the running scan
      with an abort.

      Example:
        detector-simulator run --bind tcp://127.0.0.1:37013 --truth truth.h5 --tilts 24 \\
          --rate 16
      """
  )

  @OptionGroup(title: "Sample and instrument") var simulation: SimulationOptions
  @OptionGroup(title: "Faults") var faults: FaultOptions
  @Option(help: "Where to publish; port * takes any free one.")
  var bind = "tcp://127.0.0.1:37013"
  @Option(help: "File for the truth.")
  var truth: String?
  @Option(help: "Frames each second; 0 for as fast as they can be made and taken.")
  var rate = 0.0
  @Flag(inversion: .prefixedNo, help: "Wait until someone subscribes before anything is sent.")
  var waitForSubscriber = true
  @Option(help: "How long to wait for a subscriber, s.")
  var waitLimitS = 120.0
  @Flag(help: "Say nothing on standard error.")
  var quiet = false

  mutating func validate() throws {
    guard rate >= 0, rate <= 100_000 else {
      throw ValidationError("--rate is \(rate); expected 0 to 100000")
    }
  }

  func run() throws {
    let detector = try SimulatedDetector(simulation.parameters())
    let parameters = detector.parameters
    say("\(detector.phantom.plates.count) plates of \(parameters.plateCount) asked for")
    if let truth {
      try TruthFile.write(detector, to: truth)
      say("truth in \(truth)")
    }
    signal(SIGINT) { _ in interrupted.store(true, ordering: .relaxed) }
    signal(SIGTERM) { _ in interrupted.store(true, ordering: .relaxed) }

    var server = try StreamServer(
      bindingTo: bind,
      queueLength: parameters.frames == .raw ? 40 : 4000
    )
    let isCancelled = { interrupted.load(ordering: .relaxed) }
    say("publishing on \(server.endpoint)")
    if waitForSubscriber {
      say("waiting for a subscriber")
      guard try server.waitForSubscriber(seconds: waitLimitS, isCancelled: isCancelled) else {
        say("nobody subscribed within \(waitLimitS) s")
        throw ExitCode(isCancelled() ? 130 : 2)
      }
    }

    var stream = DetectorStream(
      detector,
      faults: faults.plan(seed: simulation.seed),
      framesPerSecond: rate > 0 ? rate : nil
    )
    let summary = try server.send(&stream, isCancelled: isCancelled) { say(line(for: $0)) }
    if let truth { try TruthFile.append(summary, to: truth) }
    print(summary.json)
    if summary.wasAborted { throw ExitCode(130) }
  }

  private func line(for progress: DetectorStream.Progress) -> String {
    let identity = progress.identity
    let summary = progress.summary
    let frames = summary.exposures + summary.darks
    let rate = Double(frames) / max(summary.seconds, 1e-9)
    let tilt = identity.tilt.map { "\(rounded($0.degrees)) deg, " } ?? ""
    return "scan \(progress.scan) of \(progress.scanCount): \(tilt)"
      + "\(identity.energy.electronVolts) eV; \(frames) frames, \(rounded(rate)) a second"
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
    let fields: [(String, String)] = [
      ("scans_sent", "\(scans)"), ("exposures_sent", "\(exposures)"), ("darks_sent", "\(darks)"),
      ("frames_sent", "\(exposures + darks)"), ("frame_messages", "\(frameMessages)"),
      ("dropped", "\(dropped)"), ("duplicated", "\(duplicated)"),
      ("out_of_order", "\(swapped)"), ("truncated", "\(truncated)"),
      ("seconds", "\((seconds * 1000).rounded() / 1000)"), ("aborted", "\(wasAborted)"),
    ]
    return "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }
}
