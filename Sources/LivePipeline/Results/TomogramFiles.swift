// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// How the files are called that belong to a tomogram and lie beside it (Docs/Reference/FileLayout.md).
enum TomogramFiles {
  /// What stands before their names: nothing for `tomogram.h5`, `NAME-` for `NAME-tomogram.h5` and for any
  /// other `NAME.h5`, so that those of several tomograms do not meet in one folder.
  ///
  /// - Parameter path: The tomogram's file.
  /// - Returns: The beginning of their names.
  static func prefix(of path: String) -> String {
    let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
    if stem == "tomogram" { return "" }
    return stem.hasSuffix("-tomogram") ? String(stem.dropLast("tomogram".count)) : "\(stem)-"
  }
}
