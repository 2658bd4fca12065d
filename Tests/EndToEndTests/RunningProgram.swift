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

  init(_ process: Process, output: Pipe, errors: Pipe) {
    self.process = process
    self.output = Said(output)
    self.errors = Said(errors)
  }

  var isRunning: Bool { process.isRunning }
  var processIdentifier: Int32 { process.processIdentifier }

  /// Sends it SIGINT.
  func interrupt() { process.interrupt() }

  /// Waits until it has said something, on standard output or error, or has ended.
  ///
  /// - Parameters:
  ///   - words: What is waited for.
  ///   - count: How often.
  ///   - place: Where a failure is told.
  func wait(for words: String, times count: Int = 1, at place: SourceLocation = #_sourceLocation) {
    let deadline = Date(timeIntervalSinceNow: 240)
    while true {
      let isOver = !isRunning
      let texts = [output.text, errors.text]
      if texts.contains(where: { $0.ranges(of: words).count >= count }) { return }
      guard !isOver, Date() < deadline else {
        Issue.record("\(words) was never said: \(texts)", sourceLocation: place)
        return
      }
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
