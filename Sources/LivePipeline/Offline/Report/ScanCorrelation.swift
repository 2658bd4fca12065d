// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage

/// The ring correlation of one scan's halves, as its file holds it.
struct ScanCorrelation: Sendable {
  /// The tilt and the energy, in words.
  let label: String
  let halves: HalfScanCorrelation
  /// One over the full period, 1/nm.
  let frequencies: [Double]
  /// The file, relative to the folder of the results.
  let file: String

  init(
    _ halves: HalfScanCorrelation,
    degrees: Double,
    electronVolts: Double,
    pixelSize: Length,
    file: String
  ) {
    label = "\(ReportWords.number(degrees))°, \(ReportWords.number(electronVolts)) eV"
    self.halves = halves
    frequencies = halves.frequencies.map { $0 / pixelSize.nanometers }
    self.file = file
  }
}

/// The ring correlations of a run's scans nearest to 0°, one for each energy that has any.
///
/// Those that the run measured itself, else those of results that `tiltfold reconstruct` has put beside it:
/// a result is the run's where it names the run's tomogram or, naming none, one of the run's scans at its
/// tilt and energy.
struct ScanCorrelations: Sendable {
  private(set) var rings: [ScanCorrelation] = []
  /// Whether they come from results beside the run.
  private(set) var areBeside = false
  /// What could not be read, or told to belong to the run.
  private(set) var remarks: [String] = []

  /// None.
  init() {}

  /// Looks for them in a folder of results.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - summary: What the run came to.
  ///   - record: Its tomogram.
  init(in folder: String, summary: RunSummary, record: TomogramRecord) {
    let place = URL(filePath: folder)
    let measured = summary.scans.filter { $0.halfPeriod != nil && $0.rotationAngle != nil }
    for energy in Set(measured.map(\.energy)).sorted() {
      let nearest = measured.filter { $0.energy == energy }.min {
        abs($0.rotationAngle ?? 0) < abs($1.rotationAngle ?? 0)
      }
      guard let nearest, let angle = nearest.rotationAngle else { continue }
      let file = "scans/\(ResultFolder.fileName(nearest.scan)).cxi"
      let path = place.appending(path: file).path(percentEncoded: false)
      // Without results.scans there is none.
      guard FileManager.default.fileExists(atPath: path), let halves = halves(path, file) else {
        continue
      }
      rings.append(
        ScanCorrelation(
          halves,
          degrees: angle,
          electronVolts: energy,
          pixelSize: record.voxelSize,
          file: file
        )
      )
    }
    if rings.isEmpty { addResultsBeside(place, summary, record) }
  }

  /// Results in the folder itself and in the folders in it, without those of the run.
  private mutating func addResultsBeside(
    _ folder: URL,
    _ summary: RunSummary,
    _ record: TomogramRecord
  ) {
    func names(_ place: URL) -> [String] {
      // What is no folder has nothing in it.
      let path = place.path(percentEncoded: false)
      return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
    let inside = names(folder).filter { $0 != "scans" && !$0.hasSuffix("-spectra") }
    let files =
      inside.filter { $0.hasSuffix(".cxi") }
      + inside.flatMap { name in
        names(folder.appending(path: name)).filter { $0.hasSuffix(".cxi") }.map { "\(name)/\($0)" }
      }
    var nearest: [Double: (degrees: Double, ring: ScanCorrelation)] = [:]
    var strangers: [String] = []
    for file in files {
      let path = folder.appending(path: file).path(percentEncoded: false)
      guard let halves = halves(path, file), let object = object(path, file) else { continue }
      let identity = object.identity
      guard let tilt = identity.tilt, Self.belongs(identity, to: summary, record.name) else {
        strangers.append(file)
        continue
      }
      let energy = identity.energy.electronVolts
      if let known = nearest[energy], abs(known.degrees) <= abs(tilt.degrees) { continue }
      let ring = ScanCorrelation(
        halves,
        degrees: tilt.degrees,
        electronVolts: energy,
        pixelSize: object.pixelSize,
        file: file
      )
      nearest[energy] = (tilt.degrees, ring)
    }
    rings = nearest.sorted { $0.key < $1.key }.map(\.value.ring)
    areBeside = !rings.isEmpty
    if !strangers.isEmpty {
      remarks.append(
        "the ring correlations of \(Words.list(strangers)) are left out: nothing in these files says that "
          + "they are of a scan of \(record.name)"
      )
    }
  }

  private static func belongs(
    _ identity: ScanIdentity,
    to summary: RunSummary,
    _ tomogram: String
  ) -> Bool {
    if let named = identity.tomogram { return named == tomogram }
    return summary.scans.contains { scan in
      // A second scan of a name is NAME~2.
      (scan.scan == identity.scan || scan.scan.hasPrefix("\(identity.scan)~"))
        && abs(scan.energy - identity.energy.electronVolts) < 0.05
        && abs((scan.rotationAngle ?? .nan) - (identity.tilt?.degrees ?? .nan)) < 0.05
    }
  }

  private mutating func halves(_ path: String, _ file: String) -> HalfScanCorrelation? {
    do throws(StorageError) {
      return try readCXIHalves(path)
    } catch {
      remarks.append("\(file) cannot be read, and is left out: \(error)")
      return nil
    }
  }

  private mutating func object(_ path: String, _ file: String) -> ReconstructedObject? {
    do throws(StorageError) {
      return try readCXIResult(path)
    } catch {
      remarks.append("\(file) cannot be read, and is left out: \(error)")
      return nil
    }
  }
}
