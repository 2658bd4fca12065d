// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage

/// What stands in an HDF5 file that is none of the known kinds: its datasets and attributes.
enum DatasetListing {
  static func lines(_ path: String) throws(StorageError) -> [String] {
    let file = try StorageFile(reading: path)
    var listing = Listing()
    try listing.list("/", in: file, depth: 0)
    var lines = ["HDF5 file of no kind that tiltfold knows, by its datasets"]
    if let format = file.attributeText("format", of: "/") {
      lines.append(Words.line("format", format))
    }
    lines += listing.lines.isEmpty ? ["  (empty)"] : listing.lines
    if listing.left > 0 { lines.append("  and \(listing.left) more") }
    return lines
  }

  private struct Listing {
    var lines: [String] = []
    var left = 0

    mutating func list(
      _ group: String,
      in file: borrowing StorageFile,
      depth: Int
    ) throws(StorageError) {
      // Links may lead in circles.
      guard depth < 12 else { return }
      for name in try file.children(of: group) {
        let path = group == "/" ? "/\(name)" : "\(group)/\(name)"
        guard lines.count < DatasetListing.limit else {
          left += 1
          continue
        }
        if let summary = try? file.summary(of: path) {
          lines.append("  \(path): \(Self.words(summary, path, file))")
        } else if file.exists(path) {
          try list(path, in: file, depth: depth + 1)
        } else {
          lines.append("  \(path): a link that leads nowhere")
        }
      }
    }

    private static func words(
      _ summary: DatasetSummary,
      _ path: String,
      _ file: borrowing StorageFile
    ) -> String {
      let unit = file.attributeText("units", of: path).map { $0 == "1" ? "" : " \($0)" } ?? ""
      if summary.shape.allSatisfy({ $0 == 1 }) {
        if summary.type == .text, let text = try? file.readText(at: path) {
          let line = text.prefix { !$0.isNewline }.prefix(60)
          return "\"\(line)\"" + (line.count < text.count ? " ..." : "")
        }
        if let value = try? file.readValue(Double.self, at: path) {
          return Words.short(value) + unit
        }
      }
      let extents = summary.shape.map(String.init).joined(separator: " x ")
      return "\(extents.isEmpty ? "one" : extents) \(summary.type.rawValue)\(unit)"
    }
  }

  /// Lines that somebody still reads.
  private static let limit = 80
}
