// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Imaging

/// Where everything stands in a file of spectra (Docs/Reference/FileLayout.md).
enum SpectraPaths {
  static let format = "tiltfold-spectra/1"
  static let stack = "/entry/stack"
  static let maps = "/entry/maps"
  static let alignment = "/entry/alignment"
  static let references = "/entry/references"
  static let spectra = "/entry/spectra"
  static let comparison = "/entry/comparison"
  static let figures = "/entry/figures"
  static let process = "/entry/process"
}

/// Writes a stack of energies and what was made of it as a NeXus file.
///
/// The file takes its name when it is whole.
///
/// - Parameters:
///   - record: The stack and its maps.
///   - path: The file, replaced if it is there.
/// - Throws: `StorageError` where the file cannot be written.
public func writeSpectra(_ record: SpectraRecord, to path: String) throws(StorageError) {
  let file = try StorageFile(creating: path)
  try file.setAttribute("format", of: "/", to: SpectraPaths.format)
  try file.setAttribute("default", of: "/", to: "entry")
  try file.makeGroup("/entry", nexusClass: "NXentry")
  try file.write(text: record.name, at: "/entry/title")
  try file.makeGroup(SpectraPaths.process, nexusClass: "NXprocess")
  try file.write(text: "tiltfold", at: "\(SpectraPaths.process)/program")
  try file.write(text: record.version, at: "\(SpectraPaths.process)/version")
  try file.write(text: record.parameters, at: "\(SpectraPaths.process)/parameters")
  if !record.remarks.isEmpty {
    let text = record.remarks.joined(separator: "\n")
    try file.write(text: text, at: "\(SpectraPaths.process)/remarks")
  }
  try file.writeStack(of: record)
  if !record.shifts.isEmpty {
    let group = SpectraPaths.alignment
    try file.makeGroup(group, nexusClass: "NXcollection")
    try file.write(list: record.shifts.map(\.rows), at: "\(group)/shift_rows", unit: "pixel")
    try file.write(list: record.shifts.map(\.columns), at: "\(group)/shift_columns", unit: "pixel")
    try file.write(list: record.confidence, at: "\(group)/confidence", unit: "1")
  }
  try file.writeMaps(of: record)
  try file.writeFits(of: record)
  if !record.mismatches.isEmpty {
    let group = SpectraPaths.comparison
    try file.makeData(group, signal: record.mismatches[0].name, axes: ["threshold"])
    try file.write(list: record.thresholds, at: "\(group)/threshold", unit: "percent")
    for curve in record.mismatches {
      try file.write(list: curve.percent, at: "\(group)/\(curve.name)", unit: "percent")
      try file.setAttribute("long_name", of: "\(group)/\(curve.name)", to: curve.meaning)
    }
    let others = record.mismatches.dropFirst().map(\.name)
    if !others.isEmpty { try file.setAttribute("auxiliary_signals", of: group, to: others) }
  }
  try file.makeGroup(SpectraPaths.figures, nexusClass: "NXcollection")
  for figure in record.figures {
    try file.write(
      value: figure.value,
      at: "\(SpectraPaths.figures)/\(figure.name)",
      unit: figure.unit
    )
  }
  try file.setAttribute("default", of: "/entry", to: record.maps.isEmpty ? "stack" : "maps")
  try file.close()
}

/// Reads a file that `writeSpectra` has written.
///
/// - Parameter path: The file.
/// - Returns: The stack, its maps and figures.
/// - Throws: `StorageError` where this is no such file, or that names what is missing in it.
public func readSpectra(_ path: String) throws(StorageError) -> SpectraRecord {
  let file = try StorageFile(reading: path)
  guard file.attributeText("format", of: "/") == SpectraPaths.format else {
    throw StorageError("this is no file of spectra (\(SpectraPaths.format))", file: path)
  }
  let stored = try readStoredStack(path)
  var record = SpectraRecord(
    name: try file.readText(at: "/entry/title"),
    energies: stored.energies,
    stack: stored.images,
    pixelSize: stored.pixelSize
  )
  record.parameters = try file.readText(at: "\(SpectraPaths.process)/parameters")
  record.version = try file.readText(at: "\(SpectraPaths.process)/version")
  if file.exists("\(SpectraPaths.process)/remarks") {
    record.remarks = try file.readText(at: "\(SpectraPaths.process)/remarks")
      .split(separator: "\n").map(String.init)
  }
  if file.exists(SpectraPaths.alignment) {
    let rows = try file.read(Double.self, at: "\(SpectraPaths.alignment)/shift_rows").values
    let columns = try file.read(Double.self, at: "\(SpectraPaths.alignment)/shift_columns").values
    record.shifts = zip(rows, columns).map { PixelShift(rows: $0, columns: $1) }
    record.confidence =
      try file.read(Double.self, at: "\(SpectraPaths.alignment)/confidence").values
  }
  for name in (try? file.children(of: SpectraPaths.maps)) ?? [] where name != "x" && name != "y" {
    let place = "\(SpectraPaths.maps)/\(name)"
    record.maps.append(
      SpectraRecord.Map(
        name: name,
        meaning: file.attributeText("long_name", of: place) ?? "",
        unit: file.attributeText("units", of: place) ?? "1",
        image: try file.readImage(at: place)
      )
    )
  }
  try file.readFits(into: &record)
  if file.exists(SpectraPaths.comparison) {
    let group = SpectraPaths.comparison
    record.thresholds = try file.read(Double.self, at: "\(group)/threshold").values
    for name in try file.children(of: group) where name != "threshold" {
      record.mismatches.append(
        SpectraRecord.MismatchCurve(
          name: name,
          meaning: file.attributeText("long_name", of: "\(group)/\(name)") ?? "",
          percent: try file.read(Double.self, at: "\(group)/\(name)").values
        )
      )
    }
  }
  for name in try file.children(of: SpectraPaths.figures) {
    let place = "\(SpectraPaths.figures)/\(name)"
    record.figures.append(
      SpectraRecord.Figure(
        name,
        try file.readValue(at: place),
        unit: file.attributeText("units", of: place) ?? "1"
      )
    )
  }
  return record
}

extension StorageFile {
  fileprivate func writeStack(of record: SpectraRecord) throws(StorageError) {
    let group = SpectraPaths.stack
    let shape = record.stack.shape
    try makeData(group, signal: "data", axes: ["energy", "y", "x"])
    try write(
      record.stack.values,
      shape: [record.stack.count, shape.rows, shape.columns],
      at: "\(group)/data",
      unit: "1",
      layout: DatasetLayout(chunk: [1, shape.rows, shape.columns], deflate: 4)
    )
    try setAttribute("long_name", of: "\(group)/data", to: "optical density")
    try write(list: record.energies.map(\.electronVolts), at: "\(group)/energy", unit: "eV")
    try writeAxes(of: record, in: group)
  }

  fileprivate func writeMaps(of record: SpectraRecord) throws(StorageError) {
    guard let first = record.maps.first else { return }
    let group = SpectraPaths.maps
    try makeData(group, signal: first.name, axes: ["y", "x"])
    try setAttribute(
      "auxiliary_signals",
      of: group,
      to: record.maps.dropFirst().map(\.name)
    )
    try writeAxes(of: record, in: group)
    for map in record.maps {
      let place = "\(group)/\(map.name)"
      let shape = [map.image.shape.rows, map.image.shape.columns]
      try write(
        map.image.values,
        shape: shape,
        at: place,
        unit: map.unit,
        layout: DatasetLayout(chunk: shape, deflate: 4)
      )
      try setAttribute("long_name", of: place, to: map.meaning)
    }
  }

  /// Pixels along both axes, in nm about the middle, or in pixels where their size is not known.
  private func writeAxes(of record: SpectraRecord, in group: String) throws(StorageError) {
    let shape = record.stack.shape
    for (name, count) in [("y", shape.rows), ("x", shape.columns)] {
      let places = (0..<count).map { place in
        guard let pixel = record.pixelSize?.nanometers else { return Double(place) }
        return (Double(place) - Double(count - 1) / 2) * pixel
      }
      try write(
        list: places,
        at: "\(group)/\(name)",
        unit: record.pixelSize == nil ? "pixel" : "nm"
      )
    }
  }

  fileprivate func writeFits(of record: SpectraRecord) throws(StorageError) {
    if !record.references.isEmpty {
      let group = SpectraPaths.references
      try makeGroup(group, nexusClass: "NXcollection")
      try write(list: record.energies.map(\.electronVolts), at: "\(group)/energy", unit: "eV")
      for (place, values) in record.references.enumerated() {
        try write(
          list: values,
          at: "\(group)/reference_\(place)",
          unit: record.referenceUnit
        )
        try setAttribute("name", of: "\(group)/reference_\(place)", to: record.terms[place])
      }
    }
    guard !record.spectra.isEmpty else { return }
    try makeGroup(SpectraPaths.spectra, nexusClass: "NXcollection")
    for spectrum in record.spectra {
      let group = "\(SpectraPaths.spectra)/\(spectrum.name)"
      try makeData(group, signal: "data", axes: ["energy"])
      try setAttribute("auxiliary_signals", of: group, to: ["fit", "residue"])
      try write(list: record.energies.map(\.electronVolts), at: "\(group)/energy", unit: "eV")
      try write(list: spectrum.data, at: "\(group)/data", unit: "1")
      try write(list: spectrum.fit, at: "\(group)/fit", unit: "1")
      let residue = zip(spectrum.data, spectrum.fit).map { $0 - $1 }
      try write(list: residue, at: "\(group)/residue", unit: "1")
      try write(list: spectrum.coefficients, at: "\(group)/coefficients", unit: record.amountUnit)
      try write(
        list: spectrum.standardErrors,
        at: "\(group)/standard_errors",
        unit: record.amountUnit
      )
      try setAttribute("terms", of: "\(group)/coefficients", to: record.terms)
      try write(value: spectrum.rFactor, at: "\(group)/r_factor", unit: "1")
      try write(value: spectrum.composition, at: "\(group)/composition", unit: "1")
    }
  }

  fileprivate func readFits(into record: inout SpectraRecord) throws(StorageError) {
    let group = SpectraPaths.references
    if exists(group) {
      let count = try children(of: group).count { $0.hasPrefix("reference_") }
      for place in 0..<count {
        let dataset = "\(group)/reference_\(place)"
        record.references.append(try read(Double.self, at: dataset).values)
        record.terms.append(attributeText("name", of: dataset) ?? "")
        record.referenceUnit = attributeText("units", of: dataset) ?? "1"
      }
    }
    guard exists(SpectraPaths.spectra) else { return }
    for name in try children(of: SpectraPaths.spectra) {
      let group = "\(SpectraPaths.spectra)/\(name)"
      record.spectra.append(
        SpectraRecord.Spectrum(
          name: name,
          data: try read(Double.self, at: "\(group)/data").values,
          fit: try read(Double.self, at: "\(group)/fit").values,
          coefficients: try read(Double.self, at: "\(group)/coefficients").values,
          standardErrors: try read(Double.self, at: "\(group)/standard_errors").values,
          rFactor: try readValue(at: "\(group)/r_factor"),
          composition: try readValue(at: "\(group)/composition")
        )
      )
    }
  }
}

extension SpectraRecord {
  /// The unit of amounts: one over that of the references.
  var amountUnit: String { referenceUnit == "1/um" ? "um" : "1" }
}
