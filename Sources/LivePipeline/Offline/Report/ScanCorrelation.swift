// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage

/// The ring correlation of one scan's halves, as its file holds it.
struct ScanCorrelation {
  /// The tilt and the energy, in words.
  let label: String
  let halves: HalfScanCorrelation
  /// One over the full period, 1/nm.
  let frequencies: [Double]

  /// The correlations of the scans nearest to 0°, one for each energy that has any: those that the run
  /// measured itself, else those of results that `tiltfold reconstruct` has put beside it.
  static func nearestToZero(_ contents: ReportContents) -> [ScanCorrelation] {
    guard let scans = contents.summary?.scans, contents.record != nil else { return [] }
    let measured = scans.filter { $0.halfPeriod != nil && $0.rotationAngle != nil }
    let found = Set(measured.map(\.energy)).sorted().compactMap { energy -> ScanCorrelation? in
      let nearest = measured.filter { $0.energy == energy }.min {
        abs($0.rotationAngle ?? 0) < abs($1.rotationAngle ?? 0)
      }
      guard let nearest, let angle = nearest.rotationAngle,
        let path = contents.path("scans/\(ResultFolder.fileName(nearest.scan)).cxi")
      else { return nil }
      return ScanCorrelation(path, angle: angle, energy: energy, contents)
    }
    return found.isEmpty ? ofResultsBeside(contents) : found
  }

  private init?(_ path: String, angle: Double, energy: Double, _ contents: ReportContents) {
    guard let halves = (try? readCXIHalves(path)) ?? nil, let record = contents.record else {
      return nil
    }
    let pixel = record.voxelSize.nanometers
    label = "\(ReportWords.number(angle))°, \(ReportWords.number(energy)) eV"
    self.halves = halves
    frequencies = halves.frequencies.map { $0 / pixel }
  }

  /// Results of this tomogram in the folder itself and in the folders in it, without those of the run.
  private static func ofResultsBeside(_ contents: ReportContents) -> [ScanCorrelation] {
    let folder = URL(filePath: contents.folder)
    func names(_ place: URL) -> [String] {
      let path = place.path(percentEncoded: false)
      return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
    let inside = names(folder).filter { $0 != "scans" && !$0.hasSuffix("-spectra") }
    let files = ([folder] + inside.map { folder.appending(path: $0) }).flatMap { place in
      names(place).filter { $0.hasSuffix(".cxi") }
        .map { place.appending(path: $0).path(percentEncoded: false) }
    }
    var nearest: [Double: (angle: Double, path: String)] = [:]
    for path in files {
      guard (try? readCXIHalves(path)) != nil,
        let identity = try? readCXIResult(path).identity, let tilt = identity.tilt,
        identity.tomogram == nil || identity.tomogram == contents.record?.name
      else { continue }
      let energy = identity.energy.electronVolts
      if let known = nearest[energy], abs(known.angle) <= abs(tilt.degrees) { continue }
      nearest[energy] = (tilt.degrees, path)
    }
    return nearest.sorted { $0.key < $1.key }.compactMap {
      ScanCorrelation($0.value.path, angle: $0.value.angle, energy: $0.key, contents)
    }
  }
}
