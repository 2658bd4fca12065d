// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// Lines of a word and numbers that an independent program printed (Tests/References).
struct ReferenceNumbers {
  /// The numbers of each line, by its word, in order.
  private(set) var lines: [String: [[Double]]] = [:]

  /// Reads a file of Tests/References.
  init(_ name: String) throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "References/\(name)")
    for line in try String(contentsOf: path, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: " ")
      lines[String(parts[0]), default: []].append(parts.dropFirst().compactMap { Double($0) })
    }
  }

  subscript(word: String) -> [[Double]] { lines[word] ?? [] }
}
