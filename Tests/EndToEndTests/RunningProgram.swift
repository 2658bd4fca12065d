// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Synchronization
import Testing

/// A program that runs, and what it has said so far.
final class RunningProgram: Sendable {
  private final class Said: Sendable {
    let data = Mutex(Data())
    let isOver = DispatchSemaphore(value: 0)

    init(_ pipe: Pipe) {
      let handle = pipe.fileHandleForReading
      Thread.detachNewThread { [self] in
        while true {
          let piece = handle.availableData
          if piece.isEmpty { break }
          data.withLock { $0.append(piece) }
        }
        isOver.signal()
      }
    }

    var text: String { String(decoding: data.withLock { $0 }, as: UTF8.self) }
  }

  private let process: Process
  private let output: Said
  private let errors: Said

  /// Starts a process, whose words are kept; it hears nothing, or what is written into a pipe.
  init(starting process: Process, input: Pipe? = nil) throws {
    let pipes = (output: Pipe(), errors: Pipe())
    process.standardInput = input ?? FileHandle.nullDevice
    process.standardOutput = pipes.output
    process.standardError = pipes.errors
    try process.run()
    self.process = process
    output = Said(pipes.output)
    errors = Said(pipes.errors)
  }

  /// What it has printed so far.
  var printed: String { output.text }

  var isRunning: Bool { process.isRunning }
  var processIdentifier: Int32 { process.processIdentifier }

  /// Sends it SIGINT.
  func interrupt() { process.interrupt() }

  /// Ends it where it does not end by itself.
  func end() { if isRunning { process.terminate() } }

  /// Waits until it has said something, on standard output or error; a failed test where it does not.
  ///
  /// - Parameters:
  ///   - words: What is waited for.
  ///   - count: How often.
  ///   - place: Where a failure is told.
  func wait(for words: String, times count: Int = 1, at place: SourceLocation = #_sourceLocation) {
    guard !says(words, times: count) else { return }
    let texts = [output.text, errors.text]
    Issue.record("\(words) was never said: \(texts)", sourceLocation: place)
  }

  /// Waits until it has said something or has ended; false where it did not say it.
  func says(_ words: String, times count: Int = 1) -> Bool {
    let deadline = Date(timeIntervalSinceNow: 240)
    while true {
      let isOver = !isRunning
      let texts = [output.text, errors.text]
      if texts.contains(where: { $0.ranges(of: words).count >= count }) { return true }
      guard !isOver, Date() < deadline else { return false }
      Thread.sleep(forTimeInterval: 0.02)
    }
  }

  /// Waits for its end.
  ///
  /// - Returns: Exit code and what it said.
  func finished() -> BuiltProgram.Outcome {
    output.isOver.wait()
    errors.isOver.wait()
    process.waitUntilExit()
    return BuiltProgram.Outcome(
      code: process.terminationStatus,
      output: output.text,
      errors: errors.text
    )
  }
}
