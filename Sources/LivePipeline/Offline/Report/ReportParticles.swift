// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage

/// The particles of a tomogram as its file has them (Docs/Reference/FileLayout.md): a table with a row for
/// each, and which voxels are whose.
struct ReportParticles: Sendable {
  /// The columns of the table by their names.
  private let columns: [String: [Double]]
  /// The particle of each voxel, 0 for none, [x, z, y].
  let labels: [Int32]
  /// The extents of `labels`, [x, z, y].
  let extents: [Int]
  /// The share of FePO₄ from which a particle counts as active, percent.
  let activePercent: Double

  private static let group = "/entry/particles"

  /// Reads the particles; nil where there are none in the file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `StorageError` where something in it cannot be read.
  init?(_ path: String) throws(StorageError) {
    let file = try StorageFile(reading: path)
    guard file.exists("\(Self.group)/table"), file.exists("\(Self.group)/label") else { return nil }
    let stored = try file.read(Int32.self, at: "\(Self.group)/label")
    guard stored.shape.count == 3 else { return nil }
    var columns: [String: [Double]] = [:]
    for name in try file.children(of: "\(Self.group)/table") {
      columns[name] = try file.read(Double.self, at: "\(Self.group)/table/\(name)").values
    }
    self.columns = columns
    (labels, extents) = (stored.values, stored.shape)
    activePercent = try file.readValue(at: "\(Self.group)/active_percent")
  }

  /// The rows of the table.
  var count: Int { self["id"].count }

  /// The numbers of a column; none where there is no such column, or it is not as long as the others.
  subscript(name: String) -> [Double] {
    let values = columns[name] ?? []
    return values.count == columns["id"]?.count ? values : []
  }

  /// The rows that are plates, and not bunches.
  var plates: [Int] {
    let bunches = self["is_bunch"]
    return (0..<count).filter { bunches.isEmpty || bunches[$0] == 0 }
  }

  /// How many of some rows are active.
  func activity(of rows: [Int]) -> Activity {
    let active = self["is_active"]
    return Activity(
      active: active.isEmpty ? 0 : rows.count { active[$0] != 0 },
      all: rows.count
    )
  }

  /// How many of some particles are active.
  struct Activity {
    let active: Int
    let all: Int

    /// The part that is active; NaN where there are none.
    var fraction: Double { all > 0 ? Double(active) / Double(all) : .nan }
    /// √(p (1 − p) / n): one standard deviation of a binomial distribution.
    var error: Double {
      all > 0 ? (fraction * (1 - fraction) / Double(all)).squareRoot() : .nan
    }
  }
}
