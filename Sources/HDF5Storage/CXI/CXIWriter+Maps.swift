// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

// What a result has beside object and probe.
extension CXIWriter {
  /// Writes OD, its error and the phase beside the object.
  static func write(
    _ maps: ObjectMaps,
    at image: String,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    try file.write(maps.opticalDensity, at: "\(image)/optical_density", unit: "1")
    try file.write(maps.opticalDensityError, at: "\(image)/optical_density_error", unit: "1")
    try file.write(maps.phase, at: "\(image)/phase", unit: "rad")
    try file.write(value: maps.noiseExcess, at: "\(image)/noise_excess", unit: "1")
  }

  /// Writes the correlation of two halves.
  static func write(
    _ halves: HalfScanCorrelation,
    at group: String,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    try file.makeGroup(group, nexusClass: "NXdata")
    try file.setAttribute("signal", of: group, to: "correlation")
    try file.setAttribute("axes", of: group, to: ["frequency"])
    let count = [halves.frequencies.count]
    try file.write(halves.frequencies, shape: count, at: "\(group)/frequency", unit: "1/pixel")
    try file.write(halves.correlations, shape: count, at: "\(group)/correlation", unit: "1")
    try file.write(halves.halfBitThreshold, shape: count, at: "\(group)/half_bit", unit: "1")
    try file.write(
      value: halves.halfPeriodAtHalfBit.meters,
      at: "\(group)/half_period_at_half_bit",
      unit: "m"
    )
    try file.write(
      value: halves.halfPeriodAtOneHalf.meters,
      at: "\(group)/half_period_at_0.5",
      unit: "m"
    )
    try file.write(value: Int32(halves.iterations), at: "\(group)/iterations", unit: "1")
  }

  /// Writes what was done to object and probe to fix their freedoms.
  static func write(
    _ gauge: ObjectGauge,
    at group: String,
    to file: borrowing StorageFile
  ) throws(StorageError) {
    try file.makeGroup(group, nexusClass: "NXcollection")
    let pair = [2]
    try file.write(
      [gauge.shiftRows, gauge.shiftColumns],
      shape: pair,
      at: "\(group)/shift",
      unit: "pixel"
    )
    try file.write(
      [gauge.rampRows, gauge.rampColumns],
      shape: pair,
      at: "\(group)/ramp",
      unit: "rad/pixel"
    )
    try file.write(value: gauge.phase, at: "\(group)/phase", unit: "rad")
    try file.write(value: gauge.scale, at: "\(group)/vacuum_modulus", unit: "1")
    try file.write(value: gauge.vacuumFraction, at: "\(group)/vacuum_fraction", unit: "1")
    try file.write(
      value: Int32(gauge.isVacuumInView ? 1 : 0),
      at: "\(group)/vacuum_in_view",
      unit: "1"
    )
    if let modulation = gauge.rasterModulation {
      try file.write(value: modulation, at: "\(group)/raster_modulation", unit: "1")
    }
  }
}
