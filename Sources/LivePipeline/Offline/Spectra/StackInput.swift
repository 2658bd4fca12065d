// SPDX-License-Identifier: BSD-3-Clause

package import AcquisitionModel
package import ChemicalMapping
import Foundation
import HDF5Storage
package import Imaging
import Ptychography
import Registration

/// A stack of energies as it was read: images, and how far each pixel may be trusted.
package struct StackInput: Sendable {
  /// OD, [energy, row, column]; NaN where not measured.
  package var stack: SpectrumStack
  /// The trust in each pixel, 0 to 1, [energy, row, column].
  package var weights: ImageStack
  /// The tilt at which it was taken, where it is known.
  package var tilt: TiltAngle?
  /// What it is called.
  package var name: String
  /// What was found in the files, for a person.
  package var remarks: [String]

  /// Reads finished scans (CXI results) of one tilt, or one stack of another program.
  ///
  /// - Parameters:
  ///   - paths: Results, a folder of results, or one HDF5 file with a stack.
  ///   - options: What a person says of them.
  /// - Throws: `PipelineError` where they cannot be read, or do not fit together.
  init(reading paths: [String], _ options: SpectraOptions) throws(PipelineError) {
    var files: [String] = []
    for path in paths { files += try Self.files(at: path) }
    guard let first = files.first else {
      throw PipelineError(.input, "\(paths.joined(separator: ", ")): there are no results (.cxi)")
    }
    let kind = try FileKind(of: first)
    if files.count == 1, kind != .scan, kind != .result {
      self = try Self.foreign(first, options)
    } else {
      self = try Self.scans(files, options)
    }
    if let range = options.energyRange {
      let kept = stack.energies.indices.filter { range.contains(stack.energies[$0]) }
      guard !kept.isEmpty else {
        throw PipelineError(
          .data,
          "none of the \(stack.energies.count) energies lies in --range; the first is "
            + "\(stack.energies[0].electronVolts) eV"
        )
      }
      try keep(kept)
    }
    try leaveOutEmptyImages()
    if let pixelSize = options.pixelSize { stack.pixelSize = pixelSize }
  }

  /// Leaves out images of which nothing was measured: one alone would cost every pixel its spectrum.
  private mutating func leaveOutEmptyImages() throws(PipelineError) {
    let (places, shape) = (stack.energies.indices, stack.shape)
    let measured = places.map { energy in
      let start = energy * shape.count
      return (start..<start + shape.count).count { stack.opticalDensity.values[$0].isFinite }
    }
    // A tenth of what is usual is no image of the same field.
    let usual = measured.sorted()[measured.count / 2]
    let kept = places.filter { 10 * measured[$0] > usual }
    guard !kept.isEmpty else {
      throw PipelineError(
        .data,
        "\(name): nothing was measured in any of its \(measured.count) images"
      )
    }
    for energy in places where !kept.contains(energy) {
      remarks.append(
        "the image at \(stack.energies[energy].electronVolts) eV is left out: \(measured[energy]) of its "
          + "\(shape.count) pixels were measured"
      )
    }
    if kept.count < measured.count { try keep(kept) }
  }

  /// Keeps some of the energies.
  private mutating func keep(_ kept: [Int]) throws(PipelineError) {
    var weights = ImageStack(count: kept.count, shape: stack.shape)
    for (place, source) in kept.enumerated() { weights[place] = self.weights[source] }
    self.weights = weights
    let whole = stack
    stack = try explaining { () throws(SpectraError) in try whole.selecting(kept) }
  }

  /// Takes a stack as it is.
  package init(
    stack: SpectrumStack,
    weights: ImageStack,
    tilt: TiltAngle? = nil,
    name: String,
    remarks: [String]
  ) {
    self.stack = stack
    self.weights = weights
    self.tilt = tilt
    self.name = name
    self.remarks = remarks
  }

  /// A file itself, or the results in a folder, in the order of their names.
  private static func files(at path: String) throws(PipelineError) -> [String] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PipelineError(.input, "\(path): there is no such file or folder")
    }
    guard isFolder.boolValue else { return [path] }
    // The folder of a run keeps its scans one level down.
    for folder in [path, "\(path)/scans"] where FileManager.default.fileExists(atPath: folder) {
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: folder)
      } catch {
        throw PipelineError(.input, "\(folder): the folder cannot be read")
      }
      let results = names.filter { $0.lowercased().hasSuffix(".cxi") && !$0.hasPrefix(".") }
        .sorted()
      if !results.isEmpty { return results.map { "\(folder)/\($0)" } }
    }
    return []
  }

  // MARK: - Finished scans

  private static func scans(
    _ files: [String],
    _ options: SpectraOptions
  ) throws(PipelineError) -> StackInput {
    var projections: [(file: String, projection: Projection)] = []
    for file in files {
      let object = try PipelineError.reading(file) { () throws(StorageError) in
        try readCXIResult(file)
      }
      if let wanted = options.tilt, let tilt = object.identity.tilt,
        abs(tilt.degrees - wanted.degrees) > 0.1
      {
        continue
      }
      projections.append((file, opticalDensityProjection(of: object).0))
    }
    guard !projections.isEmpty else {
      throw PipelineError(
        .data,
        "none of the \(files.count) results is of the tilt \(options.tilt?.degrees ?? .nan) degrees"
      )
    }
    let tilts = Set(projections.compactMap { $0.projection.identity.tilt }).sorted()
    if let low = tilts.first, let high = tilts.last, high.degrees - low.degrees > 0.1 {
      throw PipelineError(
        .data,
        "these are scans of \(tilts.count) tilts, \(low.degrees) to \(high.degrees) degrees; name those "
          + "of one, or choose it with --tilt \(tilts.min { abs($0.degrees) < abs($1.degrees) }?.degrees ?? 0)"
      )
    }
    var remarks: [String] = []
    let chosen = latest(of: &projections, &remarks)
    let reference = chosen[0].projection
    // Scan position zero is the centre of every projection, so that they fit as they are.
    let shape = Shape2D(
      rows: chosen.map { $0.projection.opticalDensity.shape.rows }.max() ?? 0,
      columns: chosen.map { $0.projection.opticalDensity.shape.columns }.max() ?? 0
    )
    var images = ImageStack(count: chosen.count, shape: shape)
    var weights = images
    for (place, item) in chosen.enumerated() {
      let projection = item.projection
      let ratio = projection.pixelSize.meters / reference.pixelSize.meters
      let transform = SimilarityTransform(scale: abs(ratio - 1) < 1e-4 ? 1 : ratio)
      if transform.scale != 1 {
        remarks.append(
          "\(item.file): pixels of \(Words.number(projection.pixelSize.nanometers, 3)) nm brought to "
            + "\(Words.number(reference.pixelSize.nanometers, 3)) nm"
        )
      }
      images[place] = transformed(projection.opticalDensity, by: transform, to: shape)
      weights[place] = transformed(
        projection.coverage,
        by: transform,
        to: shape,
        interpolation: .minimum
      )
    }
    // Files keep joules: 703 eV comes back a little beside itself.
    let energies = chosen.map { item in
      PhotonEnergy(
        electronVolts: (item.projection.identity.energy.electronVolts * 1e6).rounded() / 1e6
      )
    }
    let order = energies.indices.sorted { energies[$0] < energies[$1] }
    var sorted = weights
    for (place, source) in order.enumerated() { sorted[place] = weights[source] }
    let stack = try explaining { () throws(SpectraError) in
      try SpectrumStack(
        opticalDensity: images,
        energies: energies,
        pixelSize: reference.pixelSize
      )
    }
    return cut(
      StackInput(
        stack: stack,
        weights: sorted,
        tilt: tilts.first,
        name: reference.identity.tomogram ?? reference.identity.scan,
        remarks: remarks
      )
    )
  }

  /// One scan of each energy: of several the last, by name.
  private static func latest(
    of projections: inout [(file: String, projection: Projection)],
    _ remarks: inout [String]
  ) -> [(file: String, projection: Projection)] {
    var chosen: [(file: String, projection: Projection)] = []
    for item in projections {
      let volts = item.projection.identity.energy.electronVolts
      if let place = chosen.firstIndex(where: {
        abs($0.projection.identity.energy.electronVolts - volts) < 0.02
      }) {
        remarks.append("\(chosen[place].file): left out for \(item.file), of the same energy")
        chosen[place] = item
      } else {
        chosen.append(item)
      }
    }
    return chosen
  }

  /// Cuts what is nowhere lit, and makes NaN of what is not lit at an energy.
  private static func cut(_ input: StackInput) -> StackInput {
    let shape = input.stack.shape
    var lit = [Bool](repeating: false, count: shape.count)
    for (i, weight) in input.weights.values.enumerated() where weight > 0 {
      lit[i % shape.count] = true
    }
    let rows = (0..<shape.rows).filter { row in
      (0..<shape.columns).contains { lit[row * shape.columns + $0] }
    }
    let columns = (0..<shape.columns).filter { column in
      (0..<shape.rows).contains { lit[$0 * shape.columns + column] }
    }
    guard let top = rows.first, let bottom = rows.last, let left = columns.first,
      let right = columns.last
    else { return input }
    // As far from either side, so that the centre stays what it is.
    let down = min(top, shape.rows - 1 - bottom)
    let across = min(left, shape.columns - 1 - right)
    let part = Shape2D(rows: shape.rows - 2 * down, columns: shape.columns - 2 * across)
    var cut = input
    var images = ImageStack(count: input.stack.energies.count, shape: part)
    cut.weights = images
    for place in input.stack.energies.indices {
      var image = resampled(input.stack.opticalDensity[place], to: part)
      let weight = resampled(input.weights[place], to: part)
      for i in image.values.indices where weight.values[i] <= 0 { image.values[i] = .nan }
      images[place] = image
      cut.weights[place] = weight
    }
    cut.stack.opticalDensity = images
    return cut
  }
}
