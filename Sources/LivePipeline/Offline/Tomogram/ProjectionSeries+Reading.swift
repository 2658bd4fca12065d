// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Registration

extension ProjectionSeries {
  /// Reads a tilt series: a tomogram of ours, projections of another program's HDF5 file, or an MRC
  /// series with its angles.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - options: What a person says of it.
  /// - Returns: The line integrals and what was found.
  /// - Throws: `PipelineError` where the file cannot be read or lacks what is needed.
  static func read(
    _ path: String,
    _ options: TomogramOptions
  ) throws(PipelineError) -> ProjectionSeries {
    switch try FileKind(of: path) {
    case .tomogram: return try tomogram(path, options)
    case .mrc: return try mrc(path, options)
    case .recording:
      throw PipelineError(
        .data,
        "\(path) is a recording: \"tiltfold replay\" makes a tomogram of it, which this command takes"
      )
    default: return try foreign(path, options)
    }
  }

  /// What a file is called, without folder and ending.
  static func stem(_ path: String) -> String {
    URL(filePath: path).deletingPathExtension().lastPathComponent
  }

  // MARK: - Kinds of files

  private static func tomogram(
    _ path: String,
    _ options: TomogramOptions
  ) throws(PipelineError) -> ProjectionSeries {
    let record = try PipelineError.reading(path) { () throws(StorageError) in
      try readTomogram(path)
    }
    guard let first = record.projections.first, first.count == record.tilts.count,
      record.projections.count == record.energies.count,
      record.projections.allSatisfy({ $0.count == first.count && $0.shape == first.shape })
    else {
      throw PipelineError(.data, "\(path): this tomogram holds no projections to start from")
    }
    if let quantity = options.quantity, quantity != .opticalDensity {
      throw PipelineError(
        .data,
        "\(path): a tomogram holds line integrals; leave --quantity \(quantity.rawValue) out"
      )
    }
    var series = ProjectionSeries(
      name: record.name,
      tilts: record.tilts,
      places: Array(record.tilts.indices),
      energies: record.energies,
      projections: record.projections,
      pixelSize: options.pixelSize ?? record.voxelSize,
      transforms: record.tilts.indices.map(record.transform),
      acquisition: record.acquisition.count == first.count
        ? record.acquisition : Array(record.tilts.indices),
      isHeldBack: record.accepted.count == first.count
        ? record.accepted.map { !$0 } : [Bool](repeating: false, count: first.count)
    )
    series.quantity = record.quantity
    series.parameters = record.parameters
    series.isAligned = true
    if record.coverage.count == record.projections.count { series.coverage = record.coverage }
    let known = series.tilts.indices.filter { tilt in
      series.energies.indices.contains { series.hasProjection(energy: $0, tilt: tilt) }
    }
    if known.count < series.tilts.count {
      let missing = Set(series.tilts.indices).subtracting(known).sorted()
      series.remarks.append(
        "tilts \(Words.list(missing.map { "\($0)" })) have no projections in \(path)"
      )
      series = series.selecting(known)
    }
    return series
  }

  private static func mrc(
    _ path: String,
    _ options: TomogramOptions
  ) throws(PipelineError) -> ProjectionSeries {
    let stored = try PipelineError.reading(path) { () throws(StorageError) in
      try readMRCTiltSeries(path)
    }
    let (tilts, source) = try angles(of: path, stored: stored.angles, options)
    guard tilts.count == stored.images.count else {
      throw PipelineError(
        .data,
        "\(source) has \(Words.count(tilts.count, "angle")), but \(path) has "
          + Words.count(stored.images.count, "section")
      )
    }
    // Counts are whole numbers; what was computed is not.
    let quantity = options.quantity ?? (stored.summary.mode == 2 ? .opticalDensity : .signal)
    var images = stored.images
    var remarks = ["angles from \(source)"]
    if stored.summary.mode == 1, quantity != .opticalDensity,
      images.values.contains(where: { $0 < 0 })
    {
      // Unsigned counts whose writer had signed numbers only.
      for i in images.values.indices { images.values[i] += 32_768 }
      remarks.append("32768 added to signed counts")
    }
    var series = try ProjectionSeries(
      path,
      images: images,
      tilts: tilts,
      quantity: quantity,
      pixelSize: stored.pixelSize,
      energy: nil,
      remarks: remarks,
      options: options
    )
    series.hasAxisAlongRows = false
    return series
  }

  private static func foreign(
    _ path: String,
    _ options: TomogramOptions
  ) throws(PipelineError) -> ProjectionSeries {
    let stored = try PipelineError.reading(path) { () throws(StorageError) in
      try readStoredProjections(path)
    }
    var tilts = stored.angles.map { TiltAngle(degrees: $0) }
    if let file = options.tiltFile { tilts = try TiltFile.read(file) }
    guard tilts.count == stored.images.count else {
      throw PipelineError(
        .data,
        "\(path) has \(Words.count(tilts.count, "angle")) for "
          + Words.count(stored.images.count, "projection")
      )
    }
    for (name, picture) in [("flat", stored.flat), ("dark", stored.dark)] {
      guard let picture, picture.shape != stored.images.shape else { continue }
      throw PipelineError(.data, "\(path): its \(name) pictures have not the projections' extents")
    }
    return try ProjectionSeries(
      path,
      images: stored.images,
      tilts: tilts,
      quantity: options.quantity ?? (stored.flat != nil ? .intensity : .opticalDensity),
      pixelSize: stored.pixelSize,
      energy: stored.energy,
      remarks: [stored.layout],
      options: options,
      flat: stored.flat,
      dark: stored.dark
    )
  }

  /// The angles of an MRC series: of the file that is named, of that beside it, of its header.
  private static func angles(
    of path: String,
    stored: [Double]?,
    _ options: TomogramOptions
  ) throws(PipelineError) -> ([TiltAngle], String) {
    if let file = options.tiltFile ?? TiltFile.beside(path) {
      return (try TiltFile.read(file), file)
    }
    if let stored { return (stored.map { TiltAngle(degrees: $0) }, "its extended header") }
    let name = stem(path)
    throw PipelineError(
      .data,
      "\(path): the angles of its tilts are not known. There is no \(name).rawtlt or \(name).tlt "
        + "beside it and none in its header; name a file with one angle to a line with --tilts FILE"
    )
  }
}

extension ProjectionSeries {
  /// Takes images as what they are, with one photon energy.
  private init(
    _ path: String,
    images: ImageStack,
    tilts: [TiltAngle],
    quantity: ProjectionQuantity,
    pixelSize: Length?,
    energy: PhotonEnergy?,
    remarks: [String],
    options: TomogramOptions,
    flat: Image? = nil,
    dark: Image? = nil
  ) throws(PipelineError) {
    guard let pixelSize = options.pixelSize ?? pixelSize else {
      throw PipelineError(
        .data,
        "\(path) does not say how large its pixels are; say it with --pixel-size-nm"
      )
    }
    if let bad = tilts.firstIndex(where: { !$0.degrees.isFinite }) {
      throw PipelineError(.data, "\(path): the angle of projection \(bad) is no number")
    }
    guard images.shape.count > 0, images.count > 0 else {
      throw PipelineError(.data, "\(path) holds no projections")
    }
    let integrals: LineIntegrals
    do throws(PipelineError) {
      integrals = try LineIntegrals(images, quantity, flat: flat, dark: dark)
    } catch {
      throw PipelineError(error.kind, "\(path): \(error.description)")
    }
    self.init(
      name: Self.stem(path),
      tilts: tilts,
      places: Array(tilts.indices),
      energies: [energy ?? PhotonEnergy(electronVolts: 0)],
      projections: [integrals.values],
      pixelSize: pixelSize,
      transforms: [SimilarityTransform](repeating: .identity, count: tilts.count),
      acquisition: Array(tilts.indices),
      isHeldBack: [Bool](repeating: false, count: tilts.count)
    )
    coverage = integrals.coverage.map { [$0] } ?? []
    self.quantity = quantity == .signal ? "signal" : "optical density"
    self.remarks = remarks + [quantity.inWords] + integrals.remarks
  }
}
