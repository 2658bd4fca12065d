// SPDX-License-Identifier: BSD-3-Clause

import Foundation

extension Pipeline.Options {
  /// Takes another folder, NAME-2 and so on, where that of the results holds an earlier run's.
  ///
  /// A recording that was to lie in the folder moves with it.
  ///
  /// - Returns: What to tell whoever looks for results; nil where the folder is free.
  public mutating func spareEarlierResults() -> RunEvent? {
    let wanted = results.count > 1 && results.hasSuffix("/") ? String(results.dropLast()) : results
    guard Self.holdsResults(wanted) else { return nil }
    var number = 2
    // The first that is free, also of other things.
    while FileManager.default.fileExists(atPath: "\(wanted)-\(number)") { number += 1 }
    let free = "\(wanted)-\(number)"
    if let path = recording, path.hasPrefix("\(results)/"), !resumes {
      recording = free + path.dropFirst(results.count)
    }
    results = free
    return RunEvent(
      .warning,
      "\(wanted) holds the results of an earlier run, and a live run replaces none; results are in "
        + "\(free)"
    )
  }

  /// Whether anything stands in a folder that a run has come to; a run to which nothing came leaves
  /// nothing that could be lost.
  static func holdsResults(_ folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    if names.contains(where: { $0 == "scans" || $0.hasSuffix("tomogram.h5") }) { return true }
    guard names.contains("summary.json") else { return false }
    guard let data = FileManager.default.contents(atPath: "\(folder)/summary.json"),
      let summary = try? JSONDecoder().decode(RunSummary.self, from: data)
    else { return true }
    return summary.counters.messages > 0
  }
}
