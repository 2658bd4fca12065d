// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Testing
import WireFormat

/// Asks a running pipeline for things, and waits for what comes of it.
struct ControlledRun {
  let pipeline: Pipeline

  /// Asks by the call that the dashboard uses.
  @discardableResult
  func ask(_ json: String) -> ControlReply {
    let answer = pipeline.control(Array(json.utf8))
    do {
      return try ControlReply.decode([SharedBytes(answer)])
    } catch {
      Issue.record("the answer to \(json.prefix(200)) cannot be read: \(error)")
      return ControlReply(ok: false, "")
    }
  }

  /// Asks for what must be followed.
  @discardableResult
  func follow(_ json: String) -> String {
    let reply = ask(json)
    #expect(reply.ok, "\(json): \(reply.text)")
    return reply.text
  }

  /// Asks for what must be refused with these words.
  func refuse(_ json: String, _ words: String) {
    let reply = ask(json)
    #expect(!reply.ok && reply.text.contains(words), "\(json.prefix(200)): \(reply.text)")
  }

  /// Asks again and again until the answer has these words.
  func ask(_ json: String, until words: String) {
    Self.wait { ask(json).text.contains(words) }
  }

  /// Waits for four minutes at most.
  static func wait(until isTrue: () -> Bool, at place: SourceLocation = #_sourceLocation) {
    let deadline = Date(timeIntervalSinceNow: 240)
    while !isTrue() {
      guard Date() < deadline else {
        Issue.record("what is waited for did not come", sourceLocation: place)
        return
      }
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// The messages of a recording.
  static func messages(of recording: String) throws -> [[SharedBytes]] {
    let reader = try RecordingReader(path: recording)
    return try (0..<reader.messageCount).map { try reader.message($0).parts }
  }

  /// Messages in pieces, the next with the start of each of these scans, counted from 0.
  static func pieces(of messages: [[SharedBytes]], before scans: [Int]) throws -> [[[SharedBytes]]]
  {
    let dialect = NativeDialect()
    var pieces: [[[SharedBytes]]] = [[]]
    var starts = 0
    for parts in messages {
      if case .start = try dialect.decode(parts) {
        if scans.contains(starts) { pieces.append([]) }
        starts += 1
      }
      pieces[pieces.count - 1].append(parts)
    }
    return pieces
  }

  /// Messages in pieces, each up to so many frames of a scan, scans counted from 0.
  static func pieces(
    of messages: [[SharedBytes]],
    upTo ends: [(scan: Int, frames: Int)]
  ) throws -> [[[SharedBytes]]] {
    let dialect = NativeDialect()
    var pieces: [[[SharedBytes]]] = [[]]
    var (scan, frames) = (-1, 0)
    for parts in messages {
      pieces[pieces.count - 1].append(parts)
      switch try dialect.decode(parts) {
      case .start: (scan, frames) = (scan + 1, 0)
      case .frame(let frame) where frame.header.role == .exposure: frames += 1
      default: continue
      }
      guard pieces.count <= ends.count else { continue }
      if ends[pieces.count - 1] == (scan, frames) { pieces.append([]) }
    }
    return pieces
  }

  /// The names of the steps in a recording's schedule that are requests.
  static func requests(in recording: String) throws -> [String] {
    let names = [
      "set", "place", "hold_back", "drop_tilt", "take_back", "realign_asked", "pause", "resume",
      "snapshot",
    ]
    return try RecordingReader(path: recording).schedule().compactMap { line in
      names.first { line.contains("\"step\":\"\($0)\"") }
    }
  }
}

extension RunStatus {
  /// The projections that were laid on the volumes, or held back because they could not be.
  var projectionsTaken: Int { projectionsFolded + projectionsHeldBack }
}
