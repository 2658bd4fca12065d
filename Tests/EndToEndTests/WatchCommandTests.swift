// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import Messaging
import Synchronization
import TestSupport
import Testing
import WireFormat

/// `tiltfold status` and `tiltfold monitor`, against a run in this process.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct WatchCommandTests {
  private struct Answer: Decodable {
    var answered: Bool
    var healthy: Bool?
    var problems: [String]
    var state: String?
    var scan: String?
    var figures: [String: Double]?
  }

  private final class Outcomes: Sendable {
    let all = Mutex<[String: BuiltProgram.Outcome]>([:])
    subscript(name: String) -> BuiltProgram.Outcome? { all.withLock { $0[name] } }
    func add(
      _ name: String,
      _ arguments: String...,
      meanwhile: (RunningProgram) -> Void = { _ in }
    ) {
      let outcome = try? BuiltProgram.tiltfold?.run(arguments, meanwhile: meanwhile)
      all.withLock { $0[name] = outcome }
    }
  }

  @Test func statusAndMonitorSayHowARunStands() throws {
    var run = SimulatedRun()
    run.framesPerSecond = 60
    // The run goes on once each of the three has seen it.
    let gate = SourceGate(after: 2)
    run.gate = gate
    let outcomes = Outcomes()
    let outcome = try run.run { pipeline in
      defer { gate.open() }
      ControlledRun.wait { pipeline.status.scansStarted >= 2 || pipeline.status.state == .done }
      guard let endpoint = pipeline.status.previewEndpoint else { return }
      // The newest status may have gone out before the scan began.
      for _ in 0..<100 {
        outcomes.add("words", "status", "--endpoint", endpoint, "--wait", "120")
        guard outcomes["words"]?.output.contains(" | scan ") == false else { break }
      }
      let place = String(endpoint.dropFirst("tcp://".count))
      outcomes.add("json", "status", "--host", place, "--json", "--wait", "120")
      outcomes.add("monitor", "monitor", endpoint, "--log-format", "json", "--wait", "240") {
        $0.wait(for: "\"state\":")
        gate.open()
      }
    }
    let words = try #require(outcomes["words"])
    #expect(
      words.output.contains("acquiring | scan ") || words.output.contains("finishing | scan ")
    )
    #expect(words.errors.isEmpty, "\(words.errors)")

    let json = try #require(outcomes["json"])
    let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output.utf8))
    #expect(answer.answered)
    #expect((json.code == 0) == answer.healthy)
    #expect(answer.healthy == answer.problems.isEmpty)
    #expect(answer.figures?["frames_lost"] == 0)
    #expect(answer.scan != nil && answer.state != nil)
    #expect(json.output.split(separator: "\n").count == 1)

    // The monitor stays until the run is done, and says so.
    let monitor = try #require(outcomes["monitor"])
    let lines = try monitor.errors.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.first?.event.hasPrefix("listening at tcp://") == true)
    #expect(lines.last?.state == "done")
    #expect(lines.contains { $0.figures?["frames_per_second"] != nil })
    let isWhole = outcome.summary.isWhole
    #expect(monitor.code == (isWhole ? 0 : 1), "\(outcome.events)")
  }

  @Test func anUnhealthyRunIsToldByWordsAndCode() throws {
    var status = RunStatus()
    status.state = .acquiring
    status.recording = .failing
    status.counters.missingFrames = 3
    let source = StatusSource(status)
    defer { source.stop() }
    let words = try BuiltProgram.built()("status", "--endpoint", source.endpoint, "--wait", "120")
    #expect(words.code == 1)
    #expect(words.output.contains("problem: NOTHING IS RECORDED"))
    #expect(words.output.contains("problem: 3 frames did not come"))
    let json = try BuiltProgram.built()(
      "status",
      "--endpoint",
      source.endpoint,
      "--json",
      "--wait",
      "120"
    )
    #expect(json.code == 1)
    let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output.utf8))
    #expect(answer.healthy == false && answer.problems.count == 2)
  }

  @Test func whereNobodyAnswersTheWaitEndsInWords() throws {
    let endpoint = "tcp://127.0.0.1:\(SimulatedSource.freePort())"
    for arguments in [
      ["status", "--endpoint", endpoint, "--wait", "0.5"],
      ["monitor", endpoint, "--wait", "0.5"],
    ] {
      let began = ContinuousClock.now
      let outcome = try BuiltProgram.built().run(arguments)
      #expect(ContinuousClock.now - began < .seconds(120))
      #expect(outcome.code == 69)
      #expect(outcome.errors.contains("nothing came from \(endpoint) for 0.5 s"))
      #expect(outcome.output.isEmpty)
    }
    let json = try BuiltProgram.built().run(
      ["status", "--endpoint", endpoint, "--wait", "0.5", "--json"]
    )
    #expect(json.code == 69 && json.errors.isEmpty)
    let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output.utf8))
    #expect(!answer.answered && answer.healthy == nil && !answer.problems.isEmpty)
  }

  @Test func aRunThatVanishesIsMissedAndOneWithKeysIsReadWithItsKey() throws {
    let pair = try CurveKeys.generated()
    var status = RunStatus()
    status.state = .acquiring
    let source = StatusSource(status, keys: pair)
    defer { source.stop() }
    let endpoint = source.endpoint
    let program = try #require(BuiltProgram.tiltfold)
    let without = try program("status", "--endpoint", endpoint, "--wait", "1")
    #expect(without.code == 69)
    let with = try program.run([
      "status", "--endpoint", endpoint, "--curve-public-key", pair.publicKey, "--wait", "120",
    ])
    #expect(with.code == 0, "\(with.errors)")

    // One that a busy machine keeps from its first status for those seconds has missed nothing.
    var seen: BuiltProgram.Outcome?
    for _ in 0..<8 where seen == nil {
      var hasSeen = false
      let words = [endpoint, "--curve-public-key", pair.publicKey, "--wait", "5"]
      let outcome = try program.run(["monitor"] + words) { monitor in
        hasSeen = monitor.says("acquiring")
        if hasSeen { source.stop() }
      }
      if hasSeen { seen = outcome }
    }
    let outcome = try #require(seen)
    #expect(outcome.code == 69)
    #expect(outcome.errors.contains("acquiring"))
    #expect(outcome.errors.contains("nothing came from"))
  }

  /// On a terminal, of whatever width, lines replace themselves and none is wider than it.
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func onATerminalTheLinesReplaceThemselves() throws {
    var status = RunStatus()
    status.state = .acquiring
    status.scan = "NS_181126011"
    status.scanFrames = 10
    status.scanExpected = 25
    let source = StatusSource(status, countsFrames: true)
    defer { source.stop() }
    let program = try BuiltProgram.built().path
    for columns in [12, 30, 90] {
      let output = try Self.onTerminal(
        columns: columns,
        "\(program) monitor \(source.endpoint) --wait 240",
        until: "lost 0",
        times: 4
      )
      var screen = TerminalScreen(columns: columns)
      screen.take(output.replacing("\r\n", with: "\n"))
      #expect(screen.strange.isEmpty, "\(screen.strange)")
      let lines = screen.lines
      #expect(lines.first?.hasPrefix(String("acquiring".prefix(columns - 1))) == true, "\(lines)")
      #expect(lines.contains { $0.hasPrefix("lost 0") })
      // Drawn again and again, and there is one of each line.
      #expect(lines.count(where: { $0.hasPrefix("lost 0") }) == 1, "\(lines)")
      #expect(lines.allSatisfy { $0.count < columns })
    }
  }

  // MARK: -

  private struct Line: Decodable {
    var event: String
    var state: String?
    var figures: [String: Double]?
  }

  /// What a program sends to a terminal until it has said some words so often and is told Ctrl-C.
  private static func onTerminal(
    columns: Int,
    _ command: String,
    until words: String,
    times count: Int
  ) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/script")
    // The terminal does not show what is typed.
    process.arguments = [
      "-qec", "stty cols \(columns) rows 20 -echo; \(command)", "/dev/null",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm"]) { $1 }
    // It stays open: its end would be a Ctrl-D.
    let input = Pipe()
    defer { withExtendedLifetime(input) {} }
    let running = try RunningProgram(starting: process, input: input)
    running.wait(for: words, times: count)
    let controlC = Data([3])
    if running.isRunning { try input.fileHandleForWriting.write(contentsOf: controlC) }
    return running.finished().output
  }
}

/// Publishes one status again and again, as a run would.
private final class StatusSource: @unchecked Sendable {
  // Sendable by hand: what changes is atomic, the rest is set before the thread starts.
  let endpoint: String
  private let isStopping = Atomic(false)
  private let isDone = DispatchSemaphore(value: 0)
  private let hasStopped = Mutex(false)

  /// Publishes; where it is to count frames, each status has one more than the one before.
  init(_ status: RunStatus, keys: CurveKeys? = nil, countsFrames: Bool = false) {
    endpoint = "tcp://127.0.0.1:\(SimulatedSource.freePort())"
    let endpoint = endpoint
    Thread.detachNewThread { [self] in
      defer { isDone.signal() }
      guard let context = try? MessagingContext(),
        var publisher = try? Publisher(
          context,
          bindingTo: endpoint,
          lingerMilliseconds: 0,
          keys: keys
        )
      else { return }
      var (shown, more) = (status, 0)
      while !isStopping.load(ordering: .relaxed) {
        _ = try? publisher.send(PreviewMessage(status: shown).encode())
        if countsFrames { more = (more + 1) % 15 }
        shown.scanFrames = status.scanFrames + more
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }

  func stop() {
    isStopping.store(true, ordering: .relaxed)
    let isFirst = hasStopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    if isFirst { isDone.wait() }
  }
}
