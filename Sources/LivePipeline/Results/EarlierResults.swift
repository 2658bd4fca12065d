// SPDX-License-Identifier: BSD-3-Clause

import Foundation

extension Pipeline.Options {
  /// Takes another folder, NAME-2 and so on, where that of the results holds an earlier run's.
  ///
  /// A recording that was to lie in the folder moves with it.
  ///
  /// - Returns: What to tell whoever looks for results; nil where the folder is free.
  public mutating func spareEarlierResults() -> RunEvent? {
    let isInUse = ResultFolder.isInUse(results)
    guard isInUse || Self.holdsResults(results) else { return nil }
    let wanted = Self.named(results)
    var number = 2
    while !Self.isFree("\(wanted)-\(number)") { number += 1 }
    let free = "\(wanted)-\(number)"
    if let path = recording, !resumes {
      let (file, folder) = (Self.full(path), Self.full(results) + "/")
      if file.hasPrefix(folder) { recording = "\(free)/\(file.dropFirst(folder.count))" }
    }
    results = free
    return RunEvent(
      .warning,
      "\(wanted) \(isInUse ? "is in use by another run" : "holds the results of an earlier run"), and "
        + "none are replaced unless asked; results are in \(free)"
    )
  }

  /// A path without dots and a slash at its end.
  private static func full(_ path: String) -> String {
    let full = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
    return full.count > 1 && full.hasSuffix("/") ? String(full.dropLast()) : full
  }

  /// The folder as it was given, in a form that a number can be put behind.
  private static func named(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard !name.isEmpty, name != ".", name != ".." else { return full(path) }
    return String(path.reversed().drop { $0 == "/" }.reversed())
  }

  /// Whether nothing stands at a path but what a run to which nothing came has left.
  private static func isFree(_ path: String) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return true }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      return false
    }
    return !holdsResults(path) && !ResultFolder.isInUse(path)
      && Set(names).isSubset(of: ["configuration.yaml", "summary.json"])
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
