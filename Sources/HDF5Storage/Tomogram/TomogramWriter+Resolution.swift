// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel

extension StorageFile {
  /// Writes the shell correlation of a tomogram's energies as curves that viewers plot.
  func write(_ resolutions: [TomogramResolution]) throws(StorageError) {
    for resolution in resolutions {
      let group = TomogramPaths.resolution(resolution.energyIndex)
      try makeGroup(group, nexusClass: "NXdata")
      try setAttribute("signal", of: group, to: "correlation")
      try setAttribute("axes", of: group, to: ["spatial_frequency"])
      try setAttribute("auxiliary_signals", of: group, to: ["half_bit_threshold"])
      let count = [resolution.frequencies.count]
      try write(
        resolution.frequencies,
        shape: count,
        at: "\(group)/spatial_frequency",
        unit: "1/nm"
      )
      try write(resolution.correlations, shape: count, at: "\(group)/correlation", unit: "1")
      try setAttribute("long_name", of: "\(group)/correlation", to: "Fourier shell correlation")
      try write(
        resolution.halfBitThreshold,
        shape: count,
        at: "\(group)/half_bit_threshold",
        unit: "1"
      )
      try write(
        resolution.shellCounts.map { Int32(clamping: $0) },
        shape: count,
        at: "\(group)/shell_voxels",
        unit: "1"
      )
      try write(
        resolution.tilts.map { Int32(clamping: $0) },
        shape: [resolution.tilts.count],
        at: "\(group)/tilts",
        unit: "1"
      )
      try write(resolution.halfPeriodAtHalfBit, at: "\(group)/half_period")
      try write(resolution.halfPeriodAtOneHalf, at: "\(group)/half_period_at_0.5")
      if let diameter = resolution.diameter { try write(diameter, at: "\(group)/object_diameter") }
      if let limit = resolution.crowtherLimit {
        try write(limit, at: "\(group)/crowther_full_period")
      }
    }
  }

  /// Reads the shell correlation of one energy; nil where there is none.
  func readResolution(energy: Int) throws(StorageError) -> TomogramResolution? {
    let group = TomogramPaths.resolution(energy)
    guard exists(group) else { return nil }
    return TomogramResolution(
      energyIndex: energy,
      frequencies: try read(Double.self, at: "\(group)/spatial_frequency").values,
      correlations: try read(Double.self, at: "\(group)/correlation").values,
      halfBitThreshold: try read(Double.self, at: "\(group)/half_bit_threshold").values,
      shellCounts: try read(Int32.self, at: "\(group)/shell_voxels").values.map(Int.init),
      tilts: try read(Int32.self, at: "\(group)/tilts").values.map(Int.init),
      halfPeriodAtHalfBit: try readLength(at: "\(group)/half_period"),
      halfPeriodAtOneHalf: try readLength(at: "\(group)/half_period_at_0.5"),
      diameter: exists("\(group)/object_diameter")
        ? try readLength(at: "\(group)/object_diameter") : nil,
      crowtherLimit: exists("\(group)/crowther_full_period")
        ? try readLength(at: "\(group)/crowther_full_period") : nil
    )
  }

  private func write(_ length: Length, at path: String) throws(StorageError) {
    try write(value: length.nanometers, at: path, unit: "nm")
  }

  private func readLength(at path: String) throws(StorageError) -> Length {
    Length(nanometers: try readValue(at: path))
  }
}
