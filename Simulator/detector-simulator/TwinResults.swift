// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import ResolutionMetrics

/// What a twin's run left, beside what its simulator knows.
struct TwinResults {
  let known: KnownTruth
  let record: TomogramRecord
  let summary: [String: Any]
  let spectra: TwinSpectra?
  /// Why the spectra are missing where a file was named; empty otherwise.
  let spectraFault: String
  /// The half period of the projection at 0° by its halves, nm; nil where it was not measured.
  let ringHalfPeriod: Double?
  /// Why it is missing where a file was named; empty otherwise.
  let ringFault: String
  /// The true sample, moved onto the volume.
  let alignment: VolumeAlignment
  /// How far the projections lie off the true ones, for each energy.
  let registration: [RegistrationComparison]

  /// The row whose bound holds for a small twin, too.
  static let lostFrames = "frames lost"

  /// Reads everything and finds where the volume sits.
  init(truth: String, results: String, spectra: String?, scan: String?) throws {
    known = try KnownTruth(reading: truth)
    record = try readTomogram("\(results)/tomogram.h5")
    guard record.volumes.count > 1 else {
      throw ScoreError(description: "\(results)/tomogram.h5 has no volumes at two energies")
    }
    let data = try Data(contentsOf: URL(filePath: "\(results)/summary.json"))
    summary = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    let (energies, tomogramTruth) = (Array(record.energies.prefix(2)), known)
    (self.spectra, spectraFault) = Self.part(spectra) {
      try TwinSpectra(reading: $0, energies: energies, orElse: tomogramTruth)
    }
    (ringHalfPeriod, ringFault) = Self.part(scan) { path in
      let found: StoredArray<Double> = try StorageFile(reading: path)
        .read(at: "/entry_1/image_1/frc_1/half_period_at_half_bit")
      return found.values.first.map { 1e9 * $0 }
    }
    alignment = TruthAlignment.alignment(known, record)
    let moved = known.phantom.moved(by: alignment.offset * record.voxelSize.meters)
    let (known, record) = (known, record)
    let accepted = record.tilts.indices.filter {
      record.accepted.indices.contains($0) ? record.accepted[$0] : true
    }
    registration = zip(record.projections, TruthAlignment.energyIndices(known, record)).map {
      RegistrationComparison(
        projections: $0,
        tilts: record.tilts,
        places: accepted,
        phantom: moved,
        pixelSize: record.voxelSize,
        absorption: known.absorption[$1]
      )
    }
  }

  /// A part of the results without which the others still make a table, and why it is missing.
  private static func part<Value>(
    _ path: String?,
    _ read: (String) throws -> Value?
  ) -> (value: Value?, fault: String) {
    guard let path else { return (nil, "") }
    do {
      return (try read(path), "")
    } catch {
      return (nil, "\(error)".replacing("\n", with: " "))
    }
  }

  /// A number of the summary at a path of keys and places.
  func number(_ path: Any...) -> Double? {
    var value: Any? = summary
    for step in path {
      if let key = step as? String {
        value = (value as? [String: Any])?[key]
      } else if let place = step as? Int {
        let list = value as? [Any] ?? []
        value = list.indices.contains(place) ? list[place] : nil
      }
    }
    return (value as? NSNumber)?.doubleValue
  }

  // MARK: - Resolution

  /// Half periods from halves of the tilts, against truth, and of the projection at 0°.
  func addResolution(to table: inout PaperTable) {
    let published = ["11", "12-14"]
    let limits = [11.0, 12]
    for (place, energy) in record.energies.enumerated().prefix(2) {
      let name = "\(energy.electronVolts) eV"
      let found = record.resolution.first { $0.energyIndex == place }
      let half = found?.halfPeriodAtHalfBit.nanometers
      table.add(
        "FSC 1/2 bit, half period, \(name)",
        "nm",
        paper: published[place],
        found: half,
        remark: found.map { "\($0.tilts.map(String.init).joined(separator: " + ")) tilts" } ?? "",
        .atMost(limits[place]),
        small: .atMost(15)
      )
      table.add("FSC 1/2 bit, full period, \(name)", "nm", found: half.map { 2 * $0 })
      table.add(
        "FSC 0.5, half period, \(name)",
        "nm",
        found: found?.halfPeriodAtOneHalf.nanometers
      )
      table.add(
        "FSC against truth at 0.5, half period, \(name)",
        "nm",
        found: halfPeriodAgainstTruth(place)
      )
    }
    table.add(
      "FRC at 0 degrees, 1/2 bit, half period",
      "nm",
      paper: "10",
      found: ringHalfPeriod,
      remark: ringFault
    )
  }

  /// The half period to which a volume correlates with the true one by 0.5, nm.
  private func halfPeriodAgainstTruth(_ place: Int) -> Double {
    let volume = record.volumes[place]
    var comparison = ShellComparison(
      sizeX: volume.sizeX,
      sizeZ: volume.sizeZ,
      sizeY: volume.sizeY
    )
    let index = TruthAlignment.energyIndices(known, record)[place]
    comparison.add(volume, to: .first)
    comparison.add(
      alignment.truth.opticalDensity(known.absorption[index]),
      to: .second
    )
    while true {
      guard let correlation = comparison.advance() else { continue }
      return correlation.resolution(threshold: .fixed(0.5))
        .halfPeriod(pixelSize: record.voxelSize.nanometers)
    }
  }
}
