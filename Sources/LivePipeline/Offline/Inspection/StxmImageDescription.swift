// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage
import Imaging
import Reporting

/// What an `.stxm` file without frames holds: images of transmitted light, one for each energy.
enum StxmImageDescription {
  /// The images of the first detector, [energy, row, column] or [row, column]; nil for none.
  ///
  /// Versions before 3 call the detector `counter0`, 2.1 its data `binned_values`.
  static func image(in file: borrowing StorageFile) -> String? {
    let entries = ((try? file.children(of: "/")) ?? []).filter { $0.hasPrefix("entry") }
    for entry in entries {
      let says = (try? file.readText(at: "/\(entry)/definition")) ?? ""
      let groups = (try? file.children(of: "/\(entry)")) ?? []
      for group in groups {
        for name in ["data", "binned_values"] {
          let path = "/\(entry)/\(group)/\(name)"
          guard let shape = try? file.summary(of: path).shape, (2...3).contains(shape.count),
            shape.allSatisfy({ $0 > 0 })
          else { continue }
          let scanType = file.exists("/\(entry)/\(group)/stxm_scan_type")
          if says.contains("NXstxm") || scanType || group.hasPrefix("counter") { return path }
        }
      }
    }
    return nil
  }

  static func lines(_ path: String) throws(StorageError) -> [String] {
    let file = try StorageFile(reading: path)
    guard let image = image(in: file) else {
      throw StorageError("there is no image", file: path)
    }
    let parts = image.split(separator: "/").map(String.init)
    let (entry, detector) = ("/\(parts[0])", "/\(parts[0])/\(parts[1])")
    let shape = try file.summary(of: image).shape
    var lines = ["STXM image (pystxmcontrol .stxm), no detector frames"]
    lines.append(Words.line("detector", parts[1]))
    lines.append(
      Words.line(
        "images",
        "\(shape.count > 2 ? shape[0] : 1) of \(shape.suffix(2).map(String.init).joined(separator: " x "))"
          + " points"
      )
    )
    if let energies = try? file.read(Double.self, at: "\(detector)/energy").values,
      let low = energies.min(), let high = energies.max()
    {
      lines.append(
        Words.line(
          "energies",
          "\(energies.count), \(Words.number(low)) to \(Words.number(high)) eV"
        )
      )
    }
    if let start = try? file.readText(at: "\(entry)/start_time") {
      lines.append(Words.line("began", start))
    }
    return lines
  }

  static func sheet(_ path: String) throws(StorageError) -> PictureSheet? {
    let file = try StorageFile(reading: path)
    guard let place = image(in: file) else { return nil }
    let shape = try file.summary(of: place).shape
    let middle = shape.count > 2 ? shape[0] / 2 : 0
    let array =
      shape.count > 2
      ? try file.read(Float.self, at: place, leading: middle..<middle + 1)
      : try file.read(Float.self, at: place)
    let extents = Array(shape.suffix(2))
    let picture = Image(
      shape: Shape2D(rows: extents[0], columns: extents[1]),
      values: array.values
    )
    let which = shape.count > 2 ? ", image \(middle + 1) of \(shape[0])" : ""
    return PictureSheet(
      panels: [
        .image(
          ImagePicture(
            picture,
            title: "transmitted light\(which)",
            quantity: "counts",
            colorMap: .gray
          )
        )
      ]
    )
  }
}
