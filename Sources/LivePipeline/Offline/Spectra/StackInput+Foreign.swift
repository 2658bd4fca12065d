// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging

extension StackInput {
  /// Reads a stack of another program and turns intensities into optical densities.
  static func foreign(_ path: String, _ options: SpectraOptions) throws(PipelineError) -> StackInput
  {
    let stored = try PipelineError.reading(path) { () throws(StorageError) in
      try readStoredStack(path)
    }
    var remarks = [
      "\(path): \(stored.layout), \(stored.energies.count) images of "
        + "\(stored.images.shape.rows) x \(stored.images.shape.columns) pixels"
    ]
    var images = stored.images
    let isIntensity =
      options.quantity.map { $0 == .intensity }
      ?? (stored.quantity.map { $0 == .intensity } ?? false || options.vacuum != nil)
    if stored.quantity == nil, options.quantity == nil, options.vacuum == nil {
      remarks.append(
        "the numbers are taken as optical densities (--quantity intensity says otherwise)"
      )
    }
    if isIntensity {
      let incident = try incident(stored, options, path)
      let zeros = takeLogarithms(of: &images, incident)
      remarks.append(
        options.vacuum == nil
          ? "OD = -ln(I/I0) with the file's I0" : "OD = -ln(I/I0), I0 the mean of --vacuum"
      )
      if zeros > 0 {
        remarks.append("\(zeros) values without light are left out")
      }
    }
    var weights = ImageStack(count: images.count, shape: images.shape, filledWith: 1)
    for i in images.values.indices where !images.values[i].isFinite {
      images.values[i] = .nan
      weights.values[i] = 0
    }
    let order = stored.energies.indices.sorted { stored.energies[$0] < stored.energies[$1] }
    var sorted = weights
    for (place, source) in order.enumerated() { sorted[place] = weights[source] }
    let stack = try explaining(path) { () throws(SpectraError) in
      try SpectrumStack(
        opticalDensity: images,
        energies: stored.energies,
        pixelSize: stored.pixelSize
      )
    }
    return StackInput(
      stack: stack,
      weights: sorted,
      name: URL(filePath: path).deletingPathExtension().lastPathComponent,
      remarks: remarks
    )
  }

  private static func incident(
    _ stored: StoredStack,
    _ options: SpectraOptions,
    _ path: String
  ) throws(PipelineError) -> [Double] {
    guard let region = options.vacuum else {
      guard let incident = stored.incident else {
        throw PipelineError(
          .data,
          "\(path): these are intensities without I0; show where there is no sample with --vacuum "
            + "R0..R1,C0..C1, or say --quantity od"
        )
      }
      return incident
    }
    let shape = stored.images.shape
    guard region.rows.upperBound < shape.rows, region.columns.upperBound < shape.columns else {
      throw PipelineError(
        .data,
        "--vacuum reaches beyond the images of \(shape.rows) x \(shape.columns) pixels"
      )
    }
    return stored.energies.indices.map { energy in
      var (sum, count) = (0.0, 0)
      for row in region.rows {
        for column in region.columns {
          let value = stored.images.values[(energy * shape.rows + row) * shape.columns + column]
          guard value.isFinite else { continue }
          sum += Double(value)
          count += 1
        }
      }
      return count > 0 ? sum / Double(count) : .nan
    }
  }

  /// −ln(I / I₀); NaN where no light came through, which it counts.
  static func takeLogarithms(of images: inout ImageStack, _ incident: [Double]) -> Int {
    var zeros = 0
    let pixels = images.shape.count
    for (energy, light) in incident.enumerated() {
      for i in energy * pixels..<(energy + 1) * pixels {
        let value = Double(images.values[i]) / light
        if value > 0, value.isFinite {
          images.values[i] = Float(-log(value))
        } else {
          images.values[i] = .nan
          zeros += 1
        }
      }
    }
    return zeros
  }
}
