// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Glibc
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// The recording of a live run that is killed, or whose disk is full, cannot be written, or comes
/// back: the built program, held to Docs/HowTo/RecordAndReplay.md.
@Suite(.serialized, .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct RecordingFaultTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(_ source: PlainSource) throws -> String {
    var configuration = SimulatedRun().configuration
    configuration.source.endpoints = [source.endpoint]
    configuration.previews.isEnabled = false
    configuration.compute.whenBehind = .cut
    let file = folder.file("live.yaml")
    try configuration.describedInFull.write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  private func summary(_ path: String) throws -> RunSummary {
    try JSONDecoder().decode(RunSummary.self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// Waits until something is so, for at most so many seconds.
  private func wait(_ seconds: Double, until isSo: () -> Bool) {
    let end = ContinuousClock.now + .seconds(seconds)
    while !isSo(), ContinuousClock.now < end { usleep(20_000) }
  }

  @Test func afterAKillEverythingOlderThanAQuarterSecondIsThere() throws {
    let source = PlainSource(count: 100_000, side: 256, rate: 200)
    defer { source.stop() }
    let program = try #require(BuiltProgram.tiltfold)
    let config = try configuration(source)
    var killed: Int64 = 0
    let outcome = try program.run([
      "live", "--config", config, "--results", folder.file("results"), "--recording",
      folder.file("run.h5"), "--quiet",
    ]) { process in
      wait(60) { source.sendTimes.count > 300 }
      killed = PlainSource.now()
      kill(process.processIdentifier, SIGKILL)
    }
    #expect(outcome.code == 9)
    let due = source.sendTimes.count { $0 < killed - 250_000_000 }
    #expect(due > 200)
    let reader = try RecordingReader(path: folder.file("run.h5"))
    // The start and every frame, none left out.
    #expect(reader.messageCount >= due + 1)
    for number in stride(from: 1, to: reader.messageCount, by: 20) {
      let header = try reader.message(number).parts[1].array()
      #expect(String(decoding: header, as: UTF8.self).contains("\"sequence\":\(number)"))
    }
    let isGrowing = reader.isGrowing
    #expect(!isGrowing)
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
      wait(60) { source.sendTimes.count >= 200 }
      usleep(500_000)
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

  @Test func aFullDiskGoesOnWhenThereIsRoomAgain() throws {
    let program = try #require(BuiltProgram.tiltfold)
    let source = PlainSource(count: 1200, side: 256, rate: 150)
    defer { source.stop() }
    let config = try configuration(source)
    let disk = folder.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // 300 MiB, of which another file has 200 and 64 stay free: room for some 200 frames.
    let mount =
      "mount -t tmpfs -o size=300m none '\(disk)' || exit 77; "
      + "head -c 200M /dev/zero >'\(disk)/other'"
    var inside = ""
    let outcome = try program.run(
      [
        "live", "--config", config, "--results", folder.file("results"), "--recording",
        "\(disk)/run.h5",
      ],
      limit: mount,
      isolated: true
    ) { process in
      inside = "/proc/\(process.processIdentifier)/root\(disk)"
      wait(30) { source.sendTimes.count > 500 || !process.isRunning }
      unsafe unlink("\(inside)/other")
      wait(30) { source.sendTimes.count >= 1200 || !process.isRunning }
      usleep(700_000)
      // Afterwards nobody sees that disk any more.
      _ = try? FileManager.default.copyItem(
        atPath: "\(inside)/run.h5",
        toPath: folder.file("copy.h5")
      )
      process.interrupt()
    }
    guard outcome.code != 77, !outcome.errors.contains("unshare") else {
      // Only root may mount; the limit on the file's length above tests the same.
      return
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
      wait(30) { source.sendTimes.count >= 20 }
      usleep(500_000)
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
