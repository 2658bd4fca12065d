// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing
import WireFormat

/// The recording of a live run that is killed, or whose disk is full, cannot be written, or comes
/// back: the built program, held to Docs/HowTo/RecordAndReplay.md.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct RecordingFaultTests {
  let folder: TemporaryFolder
  /// Where the run publishes how it stands.
  private let previews = "tcp://127.0.0.1:\(SimulatedSource.freePort())"

  init() throws { folder = try TemporaryFolder() }

  /// Whether this may mount what nobody else sees; only root may.
  static let mayMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "unshare", "-m", "--propagation", "private", "mount", "-t", "tmpfs", "-o", "size=1m", "none",
      FileManager.default.temporaryDirectory.path(percentEncoded: false),
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationReason == .exit && process.terminationStatus == 0
  }()

  private func configuration(_ source: PlainSource) throws -> String {
    var configuration = SimulatedRun().configuration
    configuration.source.endpoints = [source.endpoint]
    configuration.previews.endpoint = previews
    configuration.compute.whenBehind = .cut
    let file = folder.file("live.yaml")
    try configuration.describedInFull.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private func summary(_ path: String) throws -> RunSummary {
    try JSONDecoder().decode(RunSummary.self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// The messages that a run has taken in: all of them are recorded by then, or counted.
  private static func received(_ status: PreviewHeader) -> Int {
    Int(status.quality["messages_received"] ?? 0)
  }

  /// What a machine with much else to do holds up for longer than the quarter of a second is no fault
  /// of the program: of a few kills, three must leave everything that is due.
  @Test func afterAKillEverythingOlderThanAQuarterSecondIsThere() throws {
    var whole = 0
    var lacking: [String] = []
    for attempt in 1...8 where whole < 3 {
      let (due, count) = try messagesAfterAKill(attempt)
      // The start and every frame, none left out.
      if count >= due + 1 { whole += 1 } else { lacking.append("\(count) of \(due + 1)") }
    }
    #expect(whole == 3, "\(lacking)")
  }

  /// Kills a live run.
  ///
  /// - Returns: The frames that were sent more than a quarter of a second before, and the messages in the
  ///   recording.
  private func messagesAfterAKill(_ attempt: Int) throws -> (due: Int, count: Int) {
    let source = PlainSource(count: 100_000, side: 64, rate: 400)
    defer { source.stop() }
    let program = try #require(BuiltProgram.tiltfold)
    let config = try configuration(source)
    let recording = folder.file("run-\(attempt).h5")
    var due = 0
    let outcome = try program.run([
      "live", "--config", config, "--results", folder.file("results-\(attempt)"), "--recording",
      recording, "--quiet",
    ]) { process in
      ControlledRun.wait {
        let past = PlainSource.now() - 250_000_000
        due = source.sendTimes.count { $0 < past }
        return due > 200 || !process.isRunning
      }
      kill(process.processIdentifier, SIGKILL)
    }
    #expect(outcome.code == 9)
    #expect(due > 200)
    guard let reader = try? RecordingReader(path: recording) else { return (due, 0) }
    let count = reader.messageCount
    for number in stride(from: 1, to: count, by: 20) {
      let header = try reader.message(number).parts[1].array()
      #expect(String(decoding: header, as: UTF8.self).contains("\"sequence\":\(number)"))
    }
    let isGrowing = reader.isGrowing
    #expect(!isGrowing)
    return (due, count)
  }

  @Test func aLimitOnTheFileIsToldAndCountedEverywhere() throws {
    // 200 frames of half a megabyte; files may have 40 MiB.
    let source = PlainSource(count: 200, side: 512, rate: 100)
    defer { source.stop() }
    let program = try #require(BuiltProgram.tiltfold)
    let config = try configuration(source)
    let outcome = try program.run(
      [
        "live", "--config", config, "--results", folder.file("results"), "--recording",
        folder.file("run.h5"),
      ],
      limit: "ulimit -f 40960"
    ) { process in
      process.wait(forStatusAt: previews) { Self.received($0) >= 201 }
      process.interrupt()
    }
    #expect(outcome.code == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("ERROR: RECORDING FAILS: "))
    #expect(outcome.errors.contains("files may not grow beyond 40 MiB here (ulimit -f)"))
    #expect(outcome.errors.contains("NOT RECORDED "))
    let summary = try summary(folder.file("results/summary.json"))
    #expect(summary.counters.messages == 201)
    let unrecorded = summary.counters.unrecorded
    #expect((100..<170).contains(unrecorded))
    #expect(summary.counters.unrecordedBytes > unrecorded * 512 * 1024)
    #expect(summary.events.contains { $0.contains("RECORDING FAILS") })
    let reader = try RecordingReader(path: folder.file("run.h5"))
    #expect(reader.messageCount == 201 - unrecorded)
    #expect(reader.gaps.map(\.place) == [reader.messageCount])
    #expect(reader.gaps.map(\.messages) == [unrecorded])
    #expect(try reader.message(reader.messageCount - 1).parts[2].count == 512 * 1024)
  }

  @Test(
    .enabled(
      if: RecordingFaultTests.mayMount,
      "only root may mount; the limit on the file's length above tests the same"
    )
  )
  func aFullDiskGoesOnWhenThereIsRoomAgain() throws {
    let program = try #require(BuiltProgram.tiltfold)
    let source = PlainSource(count: 1200, side: 256, rate: 250, restingAfter: 400)
    defer { source.stop() }
    let config = try configuration(source)
    let disk = folder.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // 300 MiB, of which another file has 200 and 64 stay free: room for some 200 frames.
    let mount =
      "mount -t tmpfs -o size=300m none '\(disk)' || exit 77; "
      + "head -c 200M /dev/zero >'\(disk)/other'"
    let outcome = try program.run(
      [
        "live", "--config", config, "--results", folder.file("results"), "--recording",
        "\(disk)/run.h5",
      ],
      limit: mount,
      isolated: true
    ) { process in
      let inside = "/proc/\(process.processIdentifier)/root\(disk)"
      process.wait(for: "RECORDING FAILS")
      process.wait(forStatusAt: previews) { Self.received($0) >= 401 }
      unsafe unlink("\(inside)/other")
      // With a message it is tried again, every few seconds.
      process.wait(forStatusAt: previews) { status in
        if status.text["recording"] == "recording" { return true }
        source.goOn(for: 1)
        return false
      }
      process.wait(for: "the recording goes on in")
      source.goOn()
      let last = process.wait(forStatusAt: previews) { Self.received($0) >= 1201 }
      let unrecorded = Int(last?.quality["messages_unrecorded"] ?? 0)
      // Afterwards nobody sees that disk any more; the last messages may still have to be flushed.
      let copy = folder.file("copy.h5")
      ControlledRun.wait {
        try? FileManager.default.removeItem(atPath: copy)
        try? FileManager.default.copyItem(atPath: "\(inside)/run.h5", toPath: copy)
        let count = (try? RecordingReader(path: copy).messageCount) ?? 0
        return count + unrecorded >= 1201 || !process.isRunning
      }
      process.interrupt()
    }
    #expect(outcome.code == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("RECORDING FAILS: \(disk)/run.h5: the disk is full, "))
    #expect(outcome.errors.contains("the recording goes on in \(disk)/run.h5"))
    let summary = try summary(folder.file("results/summary.json"))
    #expect(summary.counters.unrecorded > 50)
    let reader = try RecordingReader(path: folder.file("copy.h5"))
    #expect(reader.messageCount == 1201 - summary.counters.unrecorded)
    #expect(reader.gaps.map(\.messages) == [summary.counters.unrecorded])
    let place = try #require(reader.gaps.first?.place)
    #expect(place > 50 && place < reader.messageCount)
    // Behind the gap the numbers of the source go on where the gap ends.
    let behind = try reader.message(place).parts[1].array()
    #expect(
      String(decoding: behind, as: UTF8.self)
        .contains("\"sequence\":\(place + summary.counters.unrecorded)")
    )
  }

  /// What a live run of 20 frames comes to that is told to write here.
  private func runBriefly(_ places: String...) throws -> BuiltProgram.Outcome {
    let program = try #require(BuiltProgram.tiltfold)
    let source = PlainSource(count: 20, side: 64, rate: 100)
    defer { source.stop() }
    let config = try configuration(source)
    return try program.run(["live", "--config", config] + places) { process in
      process.wait(forStatusAt: previews) { Self.received($0) >= 21 }
      process.interrupt()
    }
  }

  /// A file, which is no folder, for root neither.
  private func noFolder() throws -> String {
    let file = folder.file("file")
    try "".write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  @Test func aRunStartsWithoutAnyPlaceToWrite() throws {
    let file = try noFolder()
    let nowhere = try runBriefly(
      "--results",
      "\(file)/results",
      "--recording",
      "\(file)/run.h5",
      "--set",
      "recording.fallback_directory=\(file)/fallback"
    )
    #expect(nowhere.code == 1, "\(nowhere.errors)")
    #expect(nowhere.errors.contains("NOTHING IS RECORDED: no recording can be made"))
    #expect(nowhere.errors.contains("NO RESULTS ARE WRITTEN: "))
    #expect(nowhere.errors.contains("NOT RECORDED 21 "))
  }

  @Test func aFolderThatCannotBeWrittenLeadsToThatOfTheResults() throws {
    let results = folder.file("results")
    let outcome = try runBriefly("--results", results, "--recording", "\(try noFolder())/run.h5")
    #expect(outcome.errors.contains("the recording is \(results)/run.h5"))
    let reader = try RecordingReader(path: "\(results)/run.h5")
    #expect(reader.messageCount == 21)
    let summary = try summary("\(results)/summary.json")
    #expect(summary.recording == "\(results)/run.h5")
    #expect(summary.counters.unrecorded == 0)
  }
}
