// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import WireFormat

/// How a recording is replayed.
public struct ReplayPlan: Sendable, Hashable {
  /// How fast.
  public enum Pace: Sendable, Hashable {
    /// As fast as messages are taken.
    case maximum
    /// So many times as fast as they came; 1 is as they came.
    case factor(Double)
  }

  /// How fast.
  public var pace = Pace.maximum
  /// The scan from which on: its name, or its number from 1; nil for all.
  ///
  /// Of what came before it, only darks are used.
  public var firstScan: String?
  /// Whether what people changed during the run is changed again at the same places of the stream.
  public var followsChanges = true
  /// Keys of the configuration that stay as they are, whatever was set during the run.
  public var fixedKeys: Set<String> = []

  /// Makes the plan that replays everything as fast as possible.
  public init() {}

  /// Lets keys stay as they are that were given a value on the command line, each as KEY=VALUE.
  public mutating func keep(_ overrides: [String]) {
    fixedKeys = Set(overrides.map { String($0.prefix { $0 != "=" }) })
  }

  /// The place of the message from which on recordings are replayed.
  ///
  /// - Parameter paths: The files in the order in which they were recorded.
  /// - Returns: The place; 0 where everything is to be replayed.
  /// - Throws: `PipelineError` where the recordings have no such scan, `StorageError` where one
  ///   cannot be read.
  package func firstMessage(in paths: [String]) throws -> Int {
    try firstStart(in: RecordingSeries(paths))?.message ?? 0
  }

  /// The start of the first scan of the plan; nil where everything is to be replayed.
  ///
  /// - Throws: `PipelineError` where the recordings have no such scan.
  func firstStart(in recordings: RecordingSeries) throws -> RecordedStart? {
    guard let wanted = firstScan else { return nil }
    let starts = try RecordedStart.all(in: recordings)
    if let start = starts.first(where: { $0.name == wanted }) { return start }
    if let number = Int(wanted), starts.indices.contains(number - 1) { return starts[number - 1] }
    let names = starts.prefix(5).map(\.name).filter { !$0.isEmpty }
    let examples = names.isEmpty ? "" : ", among them \(names.joined(separator: ", "))"
    throw PipelineError(
      .data,
      starts.isEmpty
        ? "\(recordings.names) tells of no start of a scan, so that nothing can be replayed from one"
        : "\(recordings.names) has no scan \(wanted); it has \(starts.count), by number from 1 or by "
          + "name\(examples)"
    )
  }
}

/// A message that starts a scan.
struct RecordedStart {
  /// Its place in the recordings.
  let message: Int
  /// The scan's name.
  let name: String

  /// All messages that start a scan.
  static func all(in recordings: RecordingSeries) throws(StorageError) -> [RecordedStart] {
    var found: [RecordedStart] = []
    if recordings.source.dialect == .tiltfold {
      // Its marks stand apart from the pixels, which need not be read.
      for number in 0..<recordings.messageCount where recordings.partLengths(of: number).first == 5
      {
        let text = try recordings.text(of: number)
        guard text.count > 1, text[0].array() == Array("start".utf8) else { continue }
        let header = try? JSONDecoder().decode(Header.self, from: Data(text[1].array()))
        found.append(RecordedStart(message: number, name: header?.identifier ?? ""))
      }
    } else {
      var dialect = recordings.source.makeReader()
      var mark: Int?
      for number in 0..<recordings.messageCount {
        let parts = try recordings.message(number).parts
        // The event may come later than the message that announces the scan.
        if dialect.startsScan(parts) { mark = number }
        for event in (try? dialect.events(in: parts)) ?? [] {
          guard case .start(let description, sequence: _) = event else { continue }
          let place = mark ?? number
          found.append(RecordedStart(message: place, name: description.identity.scan))
          mark = nil
        }
      }
    }
    return found
  }

  private struct Header: Decodable {
    var identifier: String?
  }
}

/// Keeps a replay at its pace.
struct ReplayPacing {
  private let pace: ReplayPlan.Pace
  private var first: (arrival: Int64, time: ContinuousClock.Instant)?

  init(_ pace: ReplayPlan.Pace) {
    self.pace = pace
  }

  /// Waits until a message is due.
  mutating func wait(until arrival: Int64, unless isStopping: () -> Bool) {
    guard case .factor(let factor) = pace, factor > 0 else { return }
    guard let first else {
      first = (arrival, .now)
      return
    }
    let seconds = Double(arrival - first.arrival) * 1e-9 / factor
    let due = first.time + .seconds(min(max(seconds, 0), 1e9))
    while !isStopping() {
      let left = (due - .now).inSeconds
      guard left > 0 else { return }
      Thread.sleep(forTimeInterval: min(left, 0.1))
    }
  }
}
