// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import ParticleAnalysis
import Reporting

/// The figures of a table of particles.
struct ParticleFigures {
  private let particles: ReportParticles
  private let record: TomogramRecord
  /// The rows of the table that are plates.
  private let plates: [Int]
  /// The width of the bins of volume, voxels.
  private let volumeBin: Double

  /// Active particles, as in the paper's figure 3: olive.
  private static let activeColor = RGBColor(red: 0.45, green: 0.5, blue: 0)
  /// Inactive particles: magenta.
  private static let inactiveColor = RGBColor(red: 0.8, green: 0.2, blue: 0.6)

  /// Takes a table.
  ///
  /// - Parameters:
  ///   - particles: The table.
  ///   - record: The tomogram that it is of.
  ///   - volumeBin: The width of the bins of volume, voxels.
  init(_ particles: ReportParticles, record: TomogramRecord, volumeBin: Int) {
    self.particles = particles
    self.record = record
    self.volumeBin = Double(volumeBin)
    plates = particles.plates
  }

  // MARK: - Figure 3a

  /// The middle slices, each particle in a colour of its own.
  var slices: PictureSheet {
    guard particles.extents.count == 3 else { return PictureSheet(panels: []) }
    let labels = Volume(
      sizeX: particles.extents[0],
      sizeZ: particles.extents[1],
      sizeY: particles.extents[2],
      values: particles.labels.map { Float($0) }
    )
    let ids = particles["id"]
    let bunches = Set(
      zip(ids, particles["is_bunch"]).filter { $0.1 != 0 }.map { Int($0.0) }
    )
    let panels = SlicesSection.middle(of: labels).map { slice -> PictureSheet.Panel in
      var picture = ColorPicture(
        shape: slice.image.shape,
        colors: slice.image.values.map { Self.color(of: Int($0), bunches) },
        title: slice.title,
        pixelSize: record.voxelSize
      )
      picture.axes = slice.axes
      picture.key = [
        ColorKey("a bunch", RGBColor(gray: 0.55)), ColorKey("no particle", PhaseColors.empty),
      ]
      return .color(picture)
    }
    return PictureSheet(title: "\(record.name): particles", panels: panels)
  }

  /// Hues a golden angle apart, so that neighbours in number differ most; lighter and darker in turn.
  private static func color(of label: Int, _ bunches: Set<Int>) -> RGBColor {
    guard label > 0 else { return PhaseColors.empty }
    if bunches.contains(label) { return RGBColor(gray: 0.55) }
    let hue = (Double(label) * 0.618_034).truncatingRemainder(dividingBy: 1) * 6
    let light = [1, 0.8, 0.62][label % 3]
    func part(_ offset: Double) -> Double {
      let k = (offset + hue).truncatingRemainder(dividingBy: 6)
      return light * (1 - 0.85 * max(min(min(k, 4 - k), 1), 0))
    }
    return RGBColor(red: part(5), green: part(3), blue: part(1))
  }

  // MARK: - Figures 3b and 3c

  /// How many particles there are, and how many of them are active, by their measures.
  var activity: PictureSheet {
    guard !plates.isEmpty else { return PictureSheet(panels: []) }
    let volume = LinePlot.Axis("volume", unit: "voxels")
    let facet = LinePlot.Axis("facet area", unit: "nm²")
    let thickness = LinePlot.Axis("thickness", unit: "nm")
    return PictureSheet(
      title: "\(record.name): activity of the particles",
      panels: [
        .plot(counts("volume_voxels", volume, width: volumeBin)),
        .plot(parts("volume_voxels", volume, width: volumeBin)),
        .plot(parts("facet_area", facet, width: roundedWidth("facet_area"))),
        .plot(parts("thickness", thickness, width: roundedWidth("thickness"))),
        .plot(facetsAgainstThickness),
      ],
      columns: 2
    )
  }

  /// How many particles stand in no bin, as a sentence; empty where all do.
  var unknownInWords: String {
    let counts = [
      ("volume", "volume_voxels"), ("facet area", "facet_area"), ("thickness", "thickness"),
    ]
    .compactMap { name, column in
      let unknown = histogram(column, width: 1).unknown.all
      return unknown > 0 ? "the \(name) of \(unknown)" : nil
    }
    return counts.isEmpty ? "" : " Not known, and in no bin: \(counts.joined(separator: ", "))."
  }

  private func histogram(_ column: String, width: Double) -> ActivityHistogram {
    let (values, active) = (particles[column], particles["is_active"])
    let rows = values.isEmpty ? [] : plates
    return ActivityHistogram(
      of: rows.map { values[$0] },
      isActive: rows.map { !active.isEmpty && active[$0] != 0 },
      width: width
    )
  }

  /// About eight bins of a round width.
  private func roundedWidth(_ column: String) -> Double {
    let values = particles[column]
    let largest =
      plates.compactMap { $0 < values.count ? values[$0] : nil }
      .filter(\.isFinite).max() ?? 1
    let rough = max(largest / 8, 1e-6)
    let power = pow(10, log10(rough).rounded(.down))
    let leading = rough / power
    return (leading > 5 ? 10 : leading > 2 ? 5 : leading > 1 ? 2 : 1) * power
  }

  private func counts(_ column: String, _ axis: LinePlot.Axis, width: Double) -> LinePlot {
    let bins = histogram(column, width: width).bins
    let centers = bins.map(\.center)
    var inactive = LinePlot.Curve(
      label: "inactive",
      x: centers,
      y: bins.map { Double($0.count.all - $0.count.active) },
      style: .bars,
      color: Self.inactiveColor
    )
    inactive.base = bins.map { Double($0.count.active) }
    return LinePlot(
      title: "particles by \(axis.quantity)",
      horizontal: axis,
      vertical: LinePlot.Axis("number", unit: "particles"),
      curves: [
        LinePlot.Curve(
          label: "active",
          x: centers,
          y: bins.map { Double($0.count.active) },
          style: .bars,
          color: Self.activeColor
        ), inactive,
      ]
    )
  }

  private func parts(_ column: String, _ axis: LinePlot.Axis, width: Double) -> LinePlot {
    let filled = histogram(column, width: width).filledBins
    let centers = filled.map(\.center)
    let percent = filled.map { 100 * $0.count.fraction }
    var active = LinePlot.Curve(
      label: "active",
      x: centers,
      y: percent,
      style: .bars,
      color: Self.activeColor
    )
    active.errors = filled.map { 100 * $0.count.error }
    var inactive = LinePlot.Curve(
      label: "inactive",
      x: centers,
      y: percent.map { 100 - $0 },
      style: .bars,
      color: Self.inactiveColor
    )
    inactive.base = percent
    return LinePlot(
      title: "active part by \(axis.quantity)",
      horizontal: axis,
      vertical: LinePlot.Axis("particles", unit: "%", range: 0...100),
      curves: [inactive, active].reversed()
    )
  }

  private var facetsAgainstThickness: LinePlot {
    let (facets, thicknesses) = (particles["facet_area"], particles["thickness"])
    let active = particles["is_active"]
    let isWhole = [facets, thicknesses, active].allSatisfy { $0.count == particles.count }
    func cloud(_ label: String, _ isActive: Bool, _ color: RGBColor) -> LinePlot.Curve {
      let rows = isWhole ? plates.filter { (active[$0] != 0) == isActive } : []
      return LinePlot.Curve(
        label: label,
        x: rows.map { facets[$0] },
        y: rows.map { thicknesses[$0] },
        style: .points,
        color: color
      )
    }
    return LinePlot(
      title: "facet area and thickness",
      horizontal: LinePlot.Axis("facet area", unit: "nm²"),
      vertical: LinePlot.Axis("thickness", unit: "nm"),
      curves: [
        cloud("inactive", false, Self.inactiveColor), cloud("active", true, Self.activeColor),
      ]
    )
  }

  // MARK: - Figure 4

  /// Cuts through three particles, across their facets and along them.
  var sections: PictureSheet {
    guard let chemistry = record.chemistry else { return PictureSheet(panels: []) }
    let cuts = chosen.compactMap {
      ParticleCut(row: $0, of: particles, voxelSize: record.voxelSize)
    }
    guard !cuts.isEmpty else { return PictureSheet(panels: []) }
    func panel(_ cut: ParticleCut, _ plane: ParticleCut.Plane) -> PictureSheet.Panel {
      let labels = cut.labels(of: chemistry.phaseLabel, particles, plane)
      let share = ReportWords.number(1 - cut.delithiated, 2)
      var picture = ColorPicture(
        shape: labels.shape,
        colors: labels.values.map(PhaseColors.color),
        title: "particle \(cut.id), Li\(share)FePO₄",
        pixelSize: cut.pixelSize
      )
      picture.axes = PictureAxes(
        horizontal: "long axis",
        vertical: plane == .across ? "thin axis" : "wide axis"
      )
      picture.key = PhaseColors.key
      return .color(picture)
    }
    return PictureSheet(
      title: "\(record.name): sections through particles",
      panels: cuts.map { panel($0, .across) } + cuts.map { panel($0, .along) },
      columns: cuts.count
    )
  }

  /// Whole plates, not thinner than most, nearest in composition to those of the paper's figure 4.
  private var chosen: [Int] {
    let (shares, cuts) = (particles["delithiated"], particles["is_cut"])
    let thicknesses = particles["thickness"]
    guard [shares, cuts, thicknesses].allSatisfy({ $0.count == particles.count }) else { return [] }
    let whole = plates.filter { cuts[$0] == 0 && shares[$0].isFinite }
    let sorted = whole.map { thicknesses[$0] }.sorted()
    guard !sorted.isEmpty else { return [] }
    let thick = whole.filter { thicknesses[$0] >= sorted[sorted.count / 2] }
    var rows: [Int] = []
    for wanted in [0.11, 0.19, 0.59] {
      let nearest = thick.filter { !rows.contains($0) }
        .min { abs(shares[$0] - wanted) < abs(shares[$1] - wanted) }
      if let nearest { rows.append(nearest) }
    }
    return rows
  }

  // MARK: - Table

  /// All particles and bunches.
  var table: ReportTable {
    func cell(_ column: String, _ row: Int, _ decimals: Int, times factor: Double = 1) -> String {
      let values = particles[column]
      return row < values.count && values[row].isFinite
        ? ReportWords.number(values[row] * factor, decimals) : "-"
    }
    func flag(_ column: String, _ row: Int) -> Bool {
      let values = particles[column]
      return row < values.count && values[row] != 0
    }
    return ReportTable(
      caption: "All particles and bunches; places about the middle of the volume",
      columns: [
        .init("id"), .init("volume (10³ nm³)"), .init("facet area (nm²)"), .init("long (nm)"),
        .init("wide (nm)"), .init("thickness (nm)"), .init("FP (%)"), .init("± (%)"),
        .init("x (nm)"), .init("y (nm)"), .init("z (nm)"), .init("", isNumeric: false),
      ],
      rows: (0..<particles.count).map { row in
        [
          cell("id", row, 0), cell("volume", row, 2, times: 1e-3), cell("facet_area", row, 0),
          cell("long", row, 1), cell("wide", row, 1), cell("thickness", row, 1),
          cell("delithiated", row, 1, times: 100), cell("delithiated_error", row, 1, times: 100),
          cell("centroid_x", row, 0), cell("centroid_y", row, 0), cell("centroid_z", row, 0),
          [
            flag("is_bunch", row) ? "bunch" : flag("is_active", row) ? "active" : "",
            flag("is_cut", row) ? "cut by the border" : "",
          ].filter { !$0.isEmpty }.joined(separator: ", "),
        ]
      },
      isLong: true
    )
  }
}
