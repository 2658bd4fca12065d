// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The checkout that the tests were built from.
enum Repository {
  /// Its folder.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The paths, relative to the root, of all files in some folders whose names end so.
  static func files(under folders: [String], suffix: String) -> [String] {
    folders.flatMap { folder in
      let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path())
      return (names?.compactMap { $0 as? String } ?? [])
        .filter { $0.hasSuffix(suffix) }.map { "\(folder)/\($0)" }
    }
    .sorted()
  }

  /// The text of a file; nil where it cannot be read.
  static func text(of path: String) -> String? {
    try? String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Whether a file or folder stands at a path.
  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path())
  }
}
