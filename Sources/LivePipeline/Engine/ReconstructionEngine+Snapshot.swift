// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import HDF5Storage
import Synchronization

/// A folder that shows tomograms as they stood at a moment.
struct Snapshot: Sendable, Hashable {
  /// Where it will be when it is whole.
  let path: String
  /// Where it is made.
  var unfinished: String { "\(path).unfinished" }
}

// What is there, written down while the run goes on.
extension ReconstructionEngine {
  /// Prepares a snapshot.
  ///
  /// - Parameter name: Its folder in `snapshots` of the results; the next number if nil.
  /// - Returns: What is to be written.
  /// - Throws: `PipelineError` where there is nothing to write, or the name is taken.
  func snapshot(named name: String?) throws(PipelineError) -> Snapshot {
    let isAnything = tomograms.withLock { tomograms in
      tomograms.values.contains { session in session.roll.withLock { !$0.tilts.isEmpty } }
    }
    guard isAnything else {
      throw PipelineError(.data, "no projection has been folded yet: there is nothing to write")
    }
    let folder = "\(results.path)/snapshots"
    func isTaken(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }
    if let name {
      guard !isTaken(name) else {
        throw PipelineError(.output, "there is a snapshot \(name) already; choose another name")
      }
      return Snapshot(path: "\(folder)/\(name)")
    }
    guard
      let free = (1...Self.mostSnapshots).lazy.map({ String(format: "%03d", $0) })
        .first(where: { !isTaken($0) })
    else {
      throw PipelineError(.output, "\(folder) holds \(Self.mostSnapshots) snapshots; remove some")
    }
    return Snapshot(path: "\(folder)/\(free)")
  }

  /// Writes a snapshot; it takes its name when everything in it is whole.
  func write(_ snapshot: Snapshot) {
    var configuration = configuration
    configuration.results.pictures = true
    configuration.results.mrc = false
    let problems = Mutex<[String]>([])
    func note(_ event: RunEvent) {
      if event.severity == .error { problems.withLock { $0.append(event.message) } }
    }
    do {
      try? FileManager.default.removeItem(atPath: snapshot.unfinished)
      let folder = try ResultFolder(path: snapshot.unfinished, configuration: configuration)
      var names: [String] = []
      for session in tomograms.withLock({ $0.values.sorted { $0.name < $1.name } }) {
        session.content.withLock { content in
          guard !content.isStack, !content.assembly.energies.isEmpty else { return }
          var record = content.assembly.record(
            content.assembly.tiltReports(measuringResiduals: false),
            parameters: configuration.describedInFull
          )
          record.chemistry = chemistry(of: content, configuration)
          record.resolution = content.resolution.map(\.record)
          folder.write(record, content, report: note)
          names.append(
            "\(session.name) with \(Words.count(content.assembly.acceptedTiltCount, "tilt"))"
          )
        }
      }
      let failed = problems.withLock { $0 }
      guard failed.isEmpty else {
        throw PipelineError(.output, failed.joined(separator: "; "))
      }
      try FileManager.default.moveItem(atPath: snapshot.unfinished, toPath: snapshot.path)
      report(
        RunEvent(
          .info,
          "the snapshot \(snapshot.path) is written: \(names.joined(separator: ", "))"
        )
      )
    } catch {
      try? FileManager.default.removeItem(atPath: snapshot.unfinished)
      report(RunEvent(.warning, "the snapshot \(snapshot.path) cannot be written: \(error)"))
    }
  }

  private static let mostSnapshots = 999
}
