// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage
import ParticleAnalysis

/// The particles of a tomogram as its file has them (Docs/Reference/FileLayout.md), column by column.
struct ReportParticles: Sendable {
  private let stored: TomogramParticles

  init(_ stored: TomogramParticles) { self.stored = stored }

  /// The particle of each voxel, 0 for none, [x, z, y].
  var labels: [Int32] { stored.labels }
  /// The extents of `labels`, [x, z, y].
  var extents: [Int] { stored.extents }
  /// The share of FePO₄ from which a particle counts as active, percent.
  var activePercent: Double { stored.activePercent }
  /// The rows of the table.
  var count: Int { self["id"].count }

  /// The numbers of a column; none where there is no such column, or it is not as long as the others.
  subscript(name: String) -> [Double] {
    let values = stored.columns.first { $0.name == name }?.values ?? []
    return values.count == stored.columns.first { $0.name == "id" }?.values.count ? values : []
  }

  /// The rows that are plates, and not bunches.
  var plates: [Int] {
    let bunches = self["is_bunch"]
    return (0..<count).filter { bunches.isEmpty || bunches[$0] == 0 }
  }

  /// How many of some rows are active.
  func activity(of rows: [Int]) -> ActivityCount {
    let active = self["is_active"]
    return ActivityCount(
      active: active.isEmpty ? 0 : rows.count { active[$0] != 0 },
      all: rows.count
    )
  }
}
