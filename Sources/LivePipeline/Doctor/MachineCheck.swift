// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Imaging
import Preprocessing
import Synchronization

/// Looks whether a machine is fit for a live run with a configuration.
///
/// It takes some seconds, starts nothing that stays and leaves no file behind.
public struct MachineCheck: Sendable {
  /// What a run is to do.
  let configuration: PipelineConfiguration
  /// The folder of the results, from which a relative recording starts.
  let results: String
  /// Raw frames a second that are to be taken.
  let frameRate: Double

  /// Prepares.
  ///
  /// - Parameters:
  ///   - configuration: What an instrument and its user decided.
  ///   - frameRate: Raw frames a second that are to be taken.
  public init(_ configuration: PipelineConfiguration, frameRate: Double) {
    self.configuration = configuration
    self.frameRate = frameRate
    results = configuration.results.directory
  }

  /// Looks at everything.
  ///
  /// - Parameter tell: Told of each finding at once.
  public func run(_ tell: (MachineFinding) -> Void) {
    libraries.forEach(tell)
    tell(processor)
    tell(memory)
    // A disk of the network that hangs must not hang this.
    let folder = recordingFolder
    let disk = Self.within(6) { [self] in self.disk(folder) }
    let isSilent = MachineFinding(
      "disk",
      .failure,
      "\(folder) did not answer within 6 s",
      remedy: "record to another folder (recording.path), or look after the disk"
    )
    (disk ?? [isSilent]).forEach(tell)
    tell(
      Self.within(4) { [self] in loopback }
        ?? MachineFinding(
          "loopback",
          .failure,
          "messages to this machine itself did not arrive within 4 s",
          remedy: "is the interface lo up (ip link), or does a firewall stop it?"
        )
    )
    ports.forEach(tell)
    tell(wisdom)
    tell(fonts)
    tell(plotly)
  }

  /// Bytes of a raw frame.
  var frameBytes: Double { Double(2 * configuration.detector.rawShape.count) }

  /// Bytes a second that come in.
  var streamRate: Double { frameBytes * frameRate }

  /// The folder that the recording goes to, or the results where none is made.
  var recordingFolder: String {
    guard configuration.recording.enabled else { return results }
    let path = configuration.recording.path
    let file = path.hasPrefix("/") ? path : "\(results)/\(path)"
    return file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
  }

  /// Does work on a thread of its own; nil where it takes longer than so many seconds.
  static func within<Value: Sendable>(
    _ seconds: Double,
    _ work: @escaping @Sendable () -> Value
  ) -> Value? {
    let outcome = Outcome<Value>()
    Thread.detachNewThread {
      let value = work()
      outcome.value.withLock { $0 = value }
      outcome.isDone.signal()
    }
    guard outcome.isDone.wait(timeout: .now() + seconds) == .success else { return nil }
    return outcome.value.withLock { $0 }
  }

  private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
    let isDone = DispatchSemaphore(value: 0)
  }
}
