// SPDX-License-Identifier: BSD-3-Clause

package import Foundation

/// The files of the page, read once when the server starts.
///
/// Only what is in this table is ever served: no path of a request reaches the file system.
package struct PageFiles: Sendable {
  /// A file as it is served.
  package struct File: Sendable {
    /// Its bytes.
    package let data: Data
    /// Its media type.
    package let type: String
    /// What tells one version of it from another.
    package let tag: String
  }

  /// The files by their path below the folder: "index.html", "assets/page.js".
  package let files: [String: File]

  /// Reads the files of the first folder that has an `index.html`.
  ///
  /// Hidden files, links and files of over 8 MiB are left out.
  ///
  /// - Parameter folders: Where they may lie.
  /// - Throws: `DashboardError` where none of the folders has the page.
  package init(_ folders: [String] = Self.folders) throws(DashboardError) {
    let manager = FileManager.default
    guard let folder = folders.first(where: { manager.fileExists(atPath: "\($0)/index.html") })
    else {
      throw DashboardError(
        "the page's files were not found, so that only /metrics and /api are served; looked for "
          + "index.html in \(folders.joined(separator: ", ")). \(Self.variable) names their folder"
      )
    }
    var files: [String: File] = [:]
    let paths = manager.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    for path in paths.sorted().prefix(Self.maximumCount)
    where !path.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
      let full = "\(folder)/\(path)"
      guard let attributes = try? manager.attributesOfItem(atPath: full),
        attributes[.type] as? FileAttributeType == .typeRegular,
        let size = attributes[.size] as? Int, size <= Self.maximumBytes,
        let data = manager.contents(atPath: full)
      else { continue }
      files[path] = File(data, path: path)
    }
    self.files = files
  }

  /// The file that a request's path means; nil where there is none.
  package func file(at path: String) -> File? {
    files[path == "/" ? "index.html" : String(path.dropFirst())]
  }

  /// The variable of the environment that names the folder of the page.
  package static let variable = "TILTFOLD_PAGE"

  /// Where the page lies: the folder that `TILTFOLD_PAGE` names, else the one that the build puts
  /// beside the program, else `share/tiltfold/page` beside the program's `bin`.
  package static var folders: [String] {
    if let named = ProcessInfo.processInfo.environment[variable], !named.isEmpty { return [named] }
    let program =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let folder = program.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    return [
      "\(folder)/TiltFold_Dashboard.resources/Page", "\(folder)/../share/tiltfold/page",
    ]
  }

  private static let maximumCount = 500
  private static let maximumBytes = 8 << 20
}

extension PageFiles.File {
  /// Takes a file's bytes; its name says what it is.
  init(_ data: Data, path: String) {
    self.data = data
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    type = Self.types[ending] ?? "application/octet-stream"
    // FNV-1a: no secret, only another text for other bytes.
    let hash = data.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    tag = "\"\(String(hash, radix: 16))\""
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "mjs": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
    "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon",
    "jpg": "image/jpeg", "webp": "image/webp", "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json",
  ]
}
