// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport

extension PythonInterpreter {
  /// Whether it has h5py, the reader that most users of our files have.
  static let hasH5py = has("h5py")

  /// Writes a file in the layout of another program (Tests/Clients/make_layouts.py).
  static func make(_ layout: String, at path: String) throws {
    let script = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Clients/make_layouts.py")
    _ = try run(try String(contentsOf: script, encoding: .utf8), layout, path)
  }
}
