// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import ParticleAnalysis

/// Everything that a report is made of, as it stands in a folder of results.
///
/// What is not there, or cannot be read, is nil or empty; `remarks` say what went wrong.
struct ReportContents: Sendable {
  /// The folder.
  let folder: String
  /// The tomogram's file, where there is one.
  let tomogramPath: String?
  /// Further tomograms of the folder, by their file names.
  let otherTomograms: [String]
  let record: TomogramRecord?
  let summary: RunSummary?
  /// The configuration in full, as text; empty where there is none.
  let configurationText: String
  let truth: ReportTruth?
  /// The particles, of the tomogram's own file or of the one that `tiltfold particles` puts beside it.
  let particles: ReportParticles?
  /// Maps from many energies at one tilt.
  let spectra: SpectraRecord?
  /// The chemistry's parameters, as far as the configuration says them.
  let chemistry: ChemistryParameters
  /// The width of the bins of particles' volume, voxels, by the configuration.
  let volumeBin: Int
  /// The densities that the tomogram's chemistry was solved from, without the pre-edge where that was
  /// subtracted; nil where there is no chemistry, or its energies are not there.
  let chemicalDensities: ChemicalDensities?
  /// What could not be read.
  private(set) var remarks: [String] = []
  /// When the results were written.
  let date: Date?

  /// Reads the results.
  ///
  /// - Parameter path: A folder of results, or a tomogram.
  /// - Throws: `PipelineError` where there is neither a tomogram nor a summary.
  init(_ path: String) throws(PipelineError) {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PipelineError(.input, "there is no \(path); name a folder of results, or a tomogram")
    }
    let file = URL(filePath: path)
    var remarks: [String] = []
    let tomogram: String?
    let folder: String
    if isFolder.boolValue {
      folder = path
      let plain = file.appending(path: "tomogram.h5").path(percentEncoded: false)
      tomogram = FileManager.default.fileExists(atPath: plain) ? plain : nil
    } else {
      guard try FileKind(of: path) == .tomogram else {
        throw PipelineError(
          .data,
          "\(path) is \(try FileKind(of: path).inWords); a report is made of a folder of results, or of "
            + "a tomogram"
        )
      }
      folder = file.deletingLastPathComponent().path(percentEncoded: false)
      tomogram = path
    }
    self.folder = folder
    tomogramPath = tomogram
    let record = try tomogram.map { path throws(PipelineError) in
      try PipelineError.reading(path) { () throws(StorageError) in try readTomogram(path) }
    }
    self.record = record
    func inFolder(_ name: String) -> String {
      URL(filePath: folder).appending(path: name).path(percentEncoded: false)
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let others = names.filter { $0.hasSuffix("-tomogram.h5") && isFolder.boolValue }.sorted()
    otherTomograms = others
    // A tomogram by itself need not be of the run whose files lie beside it.
    let belongs =
      isFolder.boolValue || file.lastPathComponent == "tomogram.h5"
      || file.lastPathComponent.hasSuffix("-tomogram.h5")
    let summary = belongs ? Self.summary(inFolder("summary.json"), &remarks) : nil
    self.summary = summary
    guard record != nil || summary != nil else {
      throw PipelineError(
        .data,
        "\(path) holds neither tomogram.h5 nor summary.json: it is no folder of results"
          + (others.isEmpty ? "" : "; of several tomograms name one: \(Words.list(others))")
      )
    }
    let own = record?.parameters ?? ""
    let text =
      own.isEmpty
      ? (try? String(contentsOfFile: inFolder("configuration.yaml"), encoding: .utf8)) ?? "" : own
    configurationText = text
    var configuration = PipelineConfiguration()
    remarks += configuration.takeReconstruction(from: text)
    chemistry = configuration.chemistry
    volumeBin = configuration.particles.parameters.volumeBin
    chemicalDensities = Self.densities(of: record, by: configuration.chemistry, &remarks)
    let truthPath = inFolder("truth.h5")
    truth =
      belongs && FileManager.default.fileExists(atPath: truthPath)
      ? ReportTruth(truthPath, &remarks) : nil
    var table = record?.particles.map(ReportParticles.init)
    let path = inFolder("\(tomogram.map(TomogramFiles.prefix) ?? "")particles.h5")
    if table == nil, FileManager.default.fileExists(atPath: path) {
      do throws(StorageError) {
        table = try readTomogramParticles(path).map(ReportParticles.init)
      } catch {
        remarks.append("the particles in \(path) cannot be read, and are left out: \(error)")
      }
    }
    particles = table
    var stack: SpectraRecord?
    // In the folder itself, or in the one that tiltfold spectra makes in it.
    let places =
      ["spectra.h5"]
      + names.filter { $0.hasSuffix("-spectra") }.sorted()
      .map { "\($0)/spectra.h5" }
    if belongs,
      let place = places.first(where: { FileManager.default.fileExists(atPath: inFolder($0)) })
    {
      do throws(StorageError) {
        stack = try readSpectra(inFolder(place))
      } catch {
        remarks.append("\(place) cannot be read, and is left out: \(error)")
      }
    }
    spectra = stack
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: tomogram ?? inFolder("summary.json")
    )
    date = attributes?[.modificationDate] as? Date
    self.remarks = remarks
  }

  private static func densities(
    of record: TomogramRecord?,
    by parameters: ChemistryParameters,
    _ remarks: inout [String]
  ) -> ChemicalDensities? {
    guard let record, record.chemistry != nil else { return nil }
    do throws(ParameterError) {
      let inversion = try TwoEnergyInversion(parameters: parameters)
      let densities = ChemicalDensities(
        of: record.volumes,
        energies: record.energies,
        by: inversion
      )
      if densities == nil {
        remarks.append(
          "the polar angles are left out: by the configuration "
            + ChemicalEnergies.refusal(of: record.energies, by: parameters)
        )
      }
      return densities
    } catch {
      remarks.append("the polar angles are left out: chemistry.\(error)")
      return nil
    }
  }

  private static func summary(_ path: String, _ remarks: inout [String]) -> RunSummary? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    do {
      return try JSONDecoder().decode(RunSummary.self, from: data)
    } catch {
      remarks.append("summary.json cannot be read by this version, and is left out")
      return nil
    }
  }

  /// A file of the folder; nil where there is none.
  func path(_ name: String) -> String? {
    let path = URL(filePath: folder).appending(path: name).path(percentEncoded: false)
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  /// The name of the sample or run.
  var name: String {
    record?.name ?? summary?.tomograms.first?.name
      ?? URL(filePath: folder).lastPathComponent
  }
}

extension TomogramRecord {
  /// An energy in words; what is no optical density of photons has none.
  func energyName(_ place: Int) -> String {
    guard energies.indices.contains(place), energies[place].electronVolts > 0 else {
      return quantity
    }
    return "\(ReportWords.number(energies[place].electronVolts)) eV"
  }
}
