// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage

extension ReferenceSpectra {
  /// Reads reference spectra from files of text or HDF5; several files are joined where all reach.
  ///
  /// - Parameters:
  ///   - paths: The files.
  ///   - names: Which spectra to use, LiFePO₄ first; all where empty.
  ///   - interpolation: How they are read between their energies where files are joined.
  /// - Returns: The spectra.
  /// - Throws: `PipelineError` where a file cannot be read or the spectra do not fit together.
  static func read(
    _ paths: [String],
    names: [String],
    interpolation: SpectralInterpolation
  ) throws(PipelineError) -> ReferenceSpectra {
    var parts: [ReferenceSpectra] = []
    for path in paths { parts += try read(path) }
    let joined = try explaining { () throws(SpectraError) in try Self.joined(parts, interpolation) }
    guard !names.isEmpty else { return joined }
    return try explaining { () throws(SpectraError) in try joined.selecting(names) }
  }

  /// The spectra of one file.
  private static func read(_ path: String) throws(PipelineError) -> [ReferenceSpectra] {
    if FileKind.isHDF5(path) {
      let stored = try PipelineError.reading(path) { () throws(StorageError) in
        try readStoredSpectra(path)
      }
      guard let stored else {
        throw PipelineError(
          .data,
          "\(path): this HDF5 file has no group references with spectra, [point, (energy, value)] each"
        )
      }
      return try explaining(path) { () throws(SpectraError) in
        var parts: [ReferenceSpectra] = []
        for place in stored.names.indices {
          parts.append(
            try ReferenceSpectra(
              energies: stored.energies[place].map { PhotonEnergy(electronVolts: $0) },
              names: [stored.names[place]],
              absorption: [stored.values[place]],
              unit: .relative
            )
          )
        }
        return parts
      }
    }
    let data = FileManager.default.contents(atPath: path)
    guard let data else {
      throw PipelineError(.input, "\(path): the reference spectra cannot be read, or are not there")
    }
    guard
      let text = String(data: data, encoding: .utf8) ?? String(data: data, encoding: .isoLatin1),
      !data.prefix(1024).contains(0)
    else {
      throw PipelineError(
        .data,
        "\(path): this is no text; reference spectra are columns of numbers, the energy in eV first, or "
          + "an HDF5 file with a group references"
      )
    }
    let table = try ReferenceSpectraText(text, file: path)
    return try explaining(path) { () throws(SpectraError) in
      [
        try ReferenceSpectra(
          energies: table.energies.map { PhotonEnergy(electronVolts: $0) },
          names: table.names,
          absorption: table.values,
          unit: table.unit
        )
      ]
    }
  }

  /// Spectra of several files on all their energies, as far as all reach.
  private static func joined(
    _ parts: [ReferenceSpectra],
    _ interpolation: SpectralInterpolation
  ) throws(SpectraError) -> ReferenceSpectra {
    guard let first = parts.first else {
      throw SpectraError(
        "there are no reference spectra; name a file with --references"
      )
    }
    guard parts.count > 1 else { return first }
    let low = parts.map { $0.energies[0] }.max() ?? first.energies[0]
    let high = parts.map { $0.energies[$0.energies.count - 1] }.min() ?? low
    // Energies that differ by rounding, as where one file has keV, are one.
    var all: [PhotonEnergy] = []
    for energy in parts.flatMap(\.energies).sorted() where energy >= low && energy <= high {
      if let last = all.last, energy.electronVolts - last.electronVolts < 1e-6 { continue }
      all.append(energy)
    }
    guard parts.allSatisfy({ $0.unit == first.unit }) else {
      throw SpectraError("some references are per um and others are not; state them alike")
    }
    var absorption: [[Double]] = []
    for part in parts { absorption += try part.absorption(at: all, by: interpolation) }
    return try ReferenceSpectra(
      energies: all,
      names: parts.flatMap(\.names),
      absorption: absorption,
      unit: first.unit
    )
  }
}

/// Does what may fail in words of spectra, as an error of this module.
func explaining<Result>(
  _ file: String? = nil,
  _ body: () throws(SpectraError) -> Result
) throws(PipelineError) -> Result {
  do throws(SpectraError) {
    return try body()
  } catch {
    throw PipelineError(.data, (file.map { "\($0): " } ?? "") + error.description)
  }
}
