// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import HDF5Storage

/// The ring correlation of one scan's halves, as its file holds it.
struct ScanCorrelation {
  /// The tilt and the energy, in words.
  let label: String
  let halves: HalfScanCorrelation
  /// One over the full period, 1/nm.
  let frequencies: [Double]

  /// The correlations of the scans nearest to 0°, one for each energy that has any.
  static func nearestToZero(_ contents: ReportContents) -> [ScanCorrelation] {
    guard let scans = contents.summary?.scans else { return [] }
    let measured = scans.filter { $0.halfPeriod != nil && $0.rotationAngle != nil }
    return Set(measured.map(\.energy)).sorted().compactMap { energy in
      let nearest = measured.filter { $0.energy == energy }.min {
        abs($0.rotationAngle ?? 0) < abs($1.rotationAngle ?? 0)
      }
      guard let nearest,
        let path = contents.path("scans/\(ResultFolder.fileName(nearest.scan)).cxi"),
        let halves = (try? readCXIHalves(path)) ?? nil, let record = contents.record
      else { return nil }
      let pixel = record.voxelSize.nanometers
      return ScanCorrelation(
        label:
          "\(ReportWords.number(nearest.rotationAngle ?? 0))°, \(ReportWords.number(energy)) eV",
        halves: halves,
        frequencies: halves.frequencies.map { $0 / pixel }
      )
    }
  }
}
