// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
package import HDF5Storage
import Imaging
package import ParticleAnalysis

/// The particles of a tomogram as CSV, a row for each particle and each bunch.
///
/// Lines that begin with # say what holds for all. Docs/Reference/FileLayout.md has the columns.
package struct ParticleTable {
  /// The table, as text.
  package let text: String

  /// Puts particles into rows.
  ///
  /// - Parameters:
  ///   - particles: The particles.
  ///   - name: The tomogram's name.
  package init(_ particles: TomogramParticles, name: String) {
    let numbers = ParticleNumbers(particles)
    var lines = ["# \(name): particles of the tomogram; lengths in nm, places about its middle"]
    let solid =
      particles.threshold.isFinite
      ? String(format: "solid above a mean optical density of %.5g", particles.threshold)
      : "no voxel is solid, as all are alike"
    let active = String(format: "active from %.4g %% FePO4 on", particles.activePercent)
    lines.append("# \(solid); \(active)")
    lines.append("# \(numbers.inWords)")
    let columns = particles.columns
    lines.append((columns.map(Self.title) + ["neighbors"]).joined(separator: ","))
    for row in 0..<particles.count {
      let id = Int32(clamping: Int(particles["id"][row]))
      let neighbors = particles.contacts.compactMap { pair in
        pair[0] == id ? pair[1] : pair[1] == id ? pair[0] : nil
      }
      let cells = columns.map { Self.cell($0.values[row], $0.kind) }
      lines.append(
        (cells + [neighbors.map { "\($0)" }.joined(separator: ";")]).joined(separator: ",")
      )
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func title(_ column: TomogramParticles.Column) -> String {
    switch column.unit {
    case "1": column.name
    case "nm^2": "\(column.name)_nm2"
    case "nm^3": "\(column.name)_nm3"
    default: "\(column.name)_\(column.unit)"
    }
  }

  private static func cell(_ value: Double, _ kind: TomogramParticles.Column.Kind) -> String {
    guard value.isFinite else { return "" }
    return kind == .real ? String(format: "%.6g", value) : "\(Int(value))"
  }
}

/// What a table of particles comes to.
package struct ParticleNumbers: Sendable, Hashable {
  /// The plates.
  package var plates: Int
  /// What could not be separated into plates.
  package var bunches: Int
  /// How many plates are active.
  package var active: ActivityCount

  /// Counts the rows of a table.
  package init(_ particles: TomogramParticles) {
    let rows = zip(particles["is_bunch"], particles["is_active"])
    let plates = rows.filter { $0.0 == 0 }
    self.plates = plates.count
    bunches = particles.count - plates.count
    active = ActivityCount(active: plates.count { $0.1 != 0 }, all: plates.count)
  }

  /// The numbers as a sentence.
  package var inWords: String {
    let activity =
      plates > 0
      ? String(
        format: ", %d of them active, %.1f +- %.1f %%",
        active.active,
        100 * active.fraction,
        100 * active.error
      ) : ""
    return "\(plates) particle\(plates == 1 ? "" : "s")\(activity); \(bunches) "
      + "bunch\(bunches == 1 ? "" : "es") that could not be separated"
  }
}

extension TomogramParticles {
  /// The table of particles that were found.
  package init(_ catalog: ParticleCatalog) {
    let particles = catalog.particles
    func column(
      _ name: String,
      unit: String = "1",
      _ meaning: String,
      kind: Column.Kind = .real,
      _ value: (Particle) -> Double
    ) -> Column {
      Column(name, unit: unit, meaning, kind: kind, values: particles.map(value))
    }
    var columns = [
      column("id", "label of its voxels", kind: .whole) { Double($0.id) },
      column("is_bunch", "no plate, not counted", kind: .flag) { $0.isBunch ? 1 : 0 },
      column("is_active", "share of FePO4 at least active_percent", kind: .flag) {
        $0.isActive(from: catalog.parameters.activePercent) ? 1 : 0
      },
      column("is_cut", "reaches the border of the volume", kind: .flag) { $0.isCut ? 1 : 0 },
      column("voxels", "voxels above the threshold", kind: .whole) { Double($0.voxels) },
      column("volume", unit: "nm^3", "volume, surface voxels in part") { $0.volume },
      column("volume_voxels", "the same in voxels") { $0.volumeVoxels },
      column("facet_area", unit: "nm^2", "long times wide") { $0.facetArea },
      column("long", unit: "nm", "full width at half maximum, long axis") { $0.long.nanometers },
      column("wide", unit: "nm", "full width at half maximum, wide axis") { $0.wide.nanometers },
      column("thickness", unit: "nm", "full width at half maximum across the facet") {
        $0.thickness.nanometers
      },
      column("delithiated", "share of FePO4 in its iron") { $0.delithiated },
      column("delithiated_error", "standard uncertainty of delithiated") { $0.delithiatedError },
      column("mean_od", "mean optical density of both energies") { $0.meanDensity },
      column("box_fill", "part of the box of its moments that it fills") { $0.boxFill },
    ]
    for (place, name) in ["long", "wide", "thin"].enumerated() {
      columns.append(
        column("moment_\(name)", unit: "nm", "edge of the box of its moments") {
          $0.momentLengths[place].nanometers
        }
      )
    }
    for (place, name) in ["x", "y", "z"].enumerated() {
      columns.append(
        column("centroid_\(name)", unit: "nm", "centre about the volume's middle") {
          $0.centroid[place]
        }
      )
    }
    for (axis, axisName) in ["long", "wide", "thin"].enumerated() {
      for (place, name) in ["x", "y", "z"].enumerated() {
        columns.append(
          column("\(axisName)_axis_\(name)", "direction of the \(axisName) axis") {
            $0.axes[axis][place]
          }
        )
      }
    }
    self.init(
      columns: columns,
      contacts: particles.flatMap { particle in
        particle.neighbors.filter { $0 > particle.id }.map {
          [Int32(particle.id), Int32($0)]
        }
      },
      labels: catalog.labels.values,
      extents: catalog.labels.grid.extents,
      threshold: catalog.threshold ?? .nan,
      activePercent: catalog.parameters.activePercent
    )
  }
}
