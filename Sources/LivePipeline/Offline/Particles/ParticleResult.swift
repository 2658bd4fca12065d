// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import ParticleAnalysis
import Reporting

/// What was found of particles in a tomogram, and its files.
public struct ParticleResult: Sendable {
  let record: TomogramRecord
  let densities: DensityPair
  let catalog: ParticleCatalog
  let segmentationThreshold: Double
  /// What the names of its files begin with.
  let prefix: String

  /// How many particles and bunches there are.
  public var count: Int { catalog.particles.count }

  /// Writes the table, the file and the pictures; those of a tomogram that is not called `tomogram.h5` have its
  /// name before theirs.
  ///
  /// - Parameters:
  ///   - folder: Where they go; made where it is missing.
  ///   - sections: The particles that are cut, by id.
  ///   - pictures: Whether pictures are drawn.
  /// - Returns: The paths of what was written.
  /// - Throws: `PipelineError` where something cannot be written or there is no such particle.
  public func write(
    to folder: String,
    sections: [Int] = [],
    pictures: Bool = true
  ) throws(PipelineError) -> [String] {
    let chosen = try sections.map { id throws(PipelineError) in try particle(id) }
    do {
      try FileManager.default.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true
      )
    } catch {
      throw PipelineError(.output, "the folder \(folder) cannot be made; name another one")
    }
    let table = TomogramParticles(catalog)
    let csv = "\(folder)/\(prefix)particles.csv"
    do {
      try ParticleTable(table, name: record.name).text
        .write(toFile: csv, atomically: true, encoding: .utf8)
    } catch {
      throw PipelineError(.output, "\(csv) cannot be written: \(error.localizedDescription)")
    }
    let file = "\(folder)/\(prefix)particles.h5"
    do throws(StorageError) {
      try writeTomogram(lightRecord(with: table), to: file)
    } catch {
      throw PipelineError(.output, error.description)
    }
    var written = [csv, file]
    guard pictures else { return written }
    let drawn = ParticlePictures(
      particles: table,
      name: record.name,
      voxelSize: record.voxelSize,
      volumeBin: catalog.parameters.volumeBin
    )
    var sheets = [("particles.png", drawn.slices)]
    if !catalog.plates.isEmpty { sheets.append(("particle-histograms.png", drawn.histograms)) }
    for particle in chosen {
      sheets.append(("particle-\(particle.id).png", cuts(of: particle)))
    }
    for (name, sheet) in sheets {
      do throws(PictureError) {
        try writePicture(sheet, to: "\(folder)/\(prefix)\(name)")
      } catch {
        throw PipelineError(.output, error.description)
      }
      written.append("\(folder)/\(prefix)\(name)")
    }
    return written
  }

  /// The numbers, and the largest particles as a table.
  public var inWords: String {
    let numbers = ParticleNumbers(TomogramParticles(catalog))
    let parameters = catalog.parameters
    var lines = ["\(record.name): \(numbers.inWords)"]
    let strict = catalog.activity(from: parameters.strictActivePercent)
    if strict.all > 0 {
      lines.append(
        String(
          format: "active from %.4g %% FePO4 on; from %.4g %% on %d, %.1f +- %.1f %%",
          parameters.activePercent,
          parameters.strictActivePercent,
          strict.active,
          100 * strict.fraction,
          100 * strict.error
        )
      )
    }
    lines.append(
      catalog.threshold.map { threshold in
        String(
          format: "solid above a mean OD of %.4g per voxel; %d markers",
          threshold,
          catalog.markerCount
        )
      } ?? "no voxel is solid, as all are alike"
    )
    guard !catalog.particles.isEmpty else { return lines.joined(separator: "\n") }
    lines.append(Self.row(["id", "volume", "facet", "thickness", "FePO4", ""]))
    let shown = 10
    for particle in catalog.particles.prefix(shown) {
      lines.append(
        Self.row([
          "\(particle.id)",
          "\(Words.number(particle.volume, 0)) nm^3",
          "\(Words.number(particle.facetArea, 0)) nm^2",
          "\(Words.number(particle.thickness.nanometers)) nm",
          "\(Words.number(100 * particle.delithiated)) +- "
            + "\(Words.number(100 * particle.delithiatedError)) %",
          [particle.isBunch ? "bunch" : "", particle.isCut ? "cut by the border" : ""]
            .filter { !$0.isEmpty }.joined(separator: ", "),
        ])
      )
    }
    if count > shown { lines.append("and \(count - shown) more in \(prefix)particles.csv") }
    return lines.joined(separator: "\n")
  }

  // MARK: -

  private func particle(_ id: Int) throws(PipelineError) -> Particle {
    guard let particle = catalog.particles.first(where: { $0.id == id }) else {
      throw PipelineError(
        .data,
        count > 0
          ? "there is no particle \(id); they count from 1 to \(count)"
          : "there is no particle \(id): none was found"
      )
    }
    return particle
  }

  /// The tomogram without its volumes and projections.
  private func lightRecord(with table: TomogramParticles) -> TomogramRecord {
    var light = record
    light.projections = []
    light.coverage = []
    light.volumes = []
    light.chemistry = nil
    light.resolution = []
    light.particles = table
    return light
  }

  /// Sections along thickness and facet, as in figure 4 of the paper: phases and composition.
  private func cuts(of particle: Particle) -> PictureSheet {
    let cuts = ParticleSection.Plane.allCases.map { plane in
      ParticleSection(
        of: particle,
        in: catalog,
        densities,
        plane: plane,
        segmentationThreshold: segmentationThreshold
      )
    }
    let panels = cuts.flatMap { cut -> [PictureSheet.Panel] in
      let direction = cut.plane == .thickness ? "along the thickness" : "along the facet"
      return [
        .color(
          ColorPicture(
            shape: cut.phaseLabel.shape,
            colors: cut.phaseLabel.values.map(Self.color),
            title: "\(direction): phases",
            pixelSize: cut.pixelSize
          )
        ),
        .chemistry(
          ChemicalPicture(
            lithiated: cut.lithiated,
            delithiated: cut.delithiated,
            title: "\(direction): composition",
            pixelSize: cut.pixelSize,
            fullIron: 1,
            quantity: "part of the voxel"
          )
        ),
        .image(
          ImagePicture(
            cut.density,
            title: "\(direction): mean OD",
            pixelSize: cut.pixelSize,
            quantity: "OD per voxel",
            colorMap: .gray
          )
        ),
      ]
    }
    return PictureSheet(
      title: "\(record.name), particle \(particle.id): "
        + "Li\(Words.number(1 - particle.delithiated, 2))FePO4, "
        + "\(Words.number(particle.long.nanometers, 0)) x "
        + "\(Words.number(particle.wide.nanometers, 0)) x "
        + "\(Words.number(particle.thickness.nanometers, 0)) nm; phases: "
        + "red LFP-rich, green mixed, blue FP-rich",
      panels: panels
    )
  }

  private static func color(_ phase: Float) -> RGBColor {
    switch phase {
    case 1: RGBColor(red: 0.9, green: 0.15, blue: 0.12)
    case 2: RGBColor(red: 0.15, green: 0.7, blue: 0.2)
    case 3: RGBColor(red: 0.13, green: 0.3, blue: 0.95)
    default: RGBColor(gray: 0)
    }
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [6, 14, 14, 12, 16, 0]
    return zip(cells, widths).map { cell, width in
      cell.count < width ? cell.padding(toLength: width, withPad: " ", startingAt: 0) : "\(cell)  "
    }
    .joined().trimmingCharacters(in: .whitespaces)
  }
}
