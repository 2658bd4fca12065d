// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
import Foundation
import HDF5Storage
import Imaging
import Reporting
import ResolutionMetrics
import Tomography

/// The resolution of a tomogram, or of two volumes of one object, by Fourier shell correlation.
public struct ResolutionReport: Sendable {
  /// What may be said about a measurement.
  public struct Options: Sendable {
    /// Which of a tomogram's energies, electron volts or its place from 0; all if nil.
    public var energy: Double?
    /// The sweeps of each half; those of the volume if nil.
    public var sweeps: Int?
    /// The object's diameter across the axis; as the volume shows it if nil.
    public var diameter: Length?
    /// The voxel size of volumes that do not say it.
    public var voxelSize: Length?
    /// How far volumes fade out towards their faces, as a part of each extent.
    public var softEdge = 0.0

    /// Makes the defaults.
    public init() {}
  }

  /// One correlation for each energy.
  public private(set) var correlations: [ShellCorrelation]
  /// What each is called.
  public private(set) var labels: [String]
  /// What was measured, in words.
  public private(set) var title: String

  /// Reconstructs even and odd tilts of a tomogram from its stored projections, and compares them.
  ///
  /// - Parameters:
  ///   - path: The tomogram.
  ///   - options: What is to be measured and how.
  ///   - progress: Told of every step.
  /// - Throws: `PipelineError` where nothing can be measured.
  public init(
    tomogram path: String,
    options: Options = Options(),
    progress: (OfflineProgress) -> Void = { _ in }
  ) throws(PipelineError) {
    guard try FileKind(of: path) == .tomogram else {
      throw PipelineError(
        .data,
        "\(path) is \(try FileKind(of: path).inWords), not a tomogram; of two volumes of one object "
          + "name both"
      )
    }
    let record = try PipelineError.reading(path) { () throws(StorageError) in
      try readTomogram(path)
    }
    title = "\(record.name): resolution by halves of the tilts"
    (correlations, labels) = ([], [])
    let parameters = Self.parameters(of: record, options, progress)
    let chosen = options.energy.map { EnergyChoice.place($0, in: record.energies) }
    let energies = chosen.map { $0.map { [$0] } ?? [] } ?? Array(record.energies.indices)
    guard !energies.isEmpty, energies.allSatisfy({ $0 < record.projections.count }) else {
      throw PipelineError(
        .data,
        "\(path) holds no projections of energy \(options.energy.map { Words.number($0) } ?? "0"); its "
          + "energies are \(EnergyChoice.inWords(record.energies))"
      )
    }
    for energy in energies {
      let diameter =
        options.diameter
        ?? (energy < record.volumes.count ? diameterAcrossAxis(of: record.volumes[energy]) : nil)
        .map { Length(meters: $0 * record.voxelSize.meters) }
      guard
        var halves = HalfTomograms(
          record.series(energy: energy),
          energyIndex: energy,
          energy: record.energies[energy],
          diameter: diameter,
          parameters: parameters,
          edge: options.edge
        )
      else { continue }
      let name = Self.name(of: record.energies[energy], record)
      let work = "reconstructing halves, \(name)"
      var steps = 0
      while true {
        let result = halves.advance()
        steps += 1
        if steps <= halves.foldCount {
          progress(.working(work, done: steps, of: halves.foldCount))
        }
        guard let result else { continue }
        correlations.append(result)
        break
      }
      labels.append(name)
    }
    guard !correlations.isEmpty else {
      throw PipelineError(
        .data,
        "\(path) has fewer than \(HalfTomograms.fewestTilts) tilts at each energy; halves of them "
          + "say nothing"
      )
    }
  }

  /// Compares two volumes of one object that lie on one another, made from different data.
  ///
  /// - Parameters:
  ///   - first: A tomogram or an MRC volume.
  ///   - second: Another one of the same extents.
  ///   - options: What is to be measured and how.
  /// - Throws: `PipelineError` where they cannot be compared.
  public init(
    _ first: String,
    _ second: String,
    options: Options = Options()
  ) throws(PipelineError) {
    let a = try StoredVolume(first, energy: options.energy)
    let b = try StoredVolume(second, energy: options.energy)
    guard a.volume.hasShape(of: b.volume) else {
      throw PipelineError(
        .data,
        "the volumes differ in size: \(first) has \(a.extents), \(second) \(b.extents). Volumes of "
          + "one object are compared voxel by voxel"
      )
    }
    for volume in [a, b] where !volume.volume.values.allSatisfy(\.isFinite) {
      throw PipelineError(.data, "\(volume.name) holds voxels that are no numbers")
    }
    if let one = a.voxelSize, let other = b.voxelSize,
      abs(one.meters / other.meters - 1) > 1e-3
    {
      throw PipelineError(
        .data,
        "the voxels differ in size: \(Words.number(one.nanometers, 3)) nm in \(first), "
          + "\(Words.number(other.nanometers, 3)) nm in \(second)"
      )
    }
    guard let voxelSize = options.voxelSize ?? a.voxelSize ?? b.voxelSize else {
      throw PipelineError(.data, "\(first) does not say how large its voxels are: give --voxel-nm")
    }
    title = "shell correlation of two volumes"
    labels = ["\(first) and \(second)"]
    correlations = [
      ShellCorrelation(
        energyIndex: 0,
        energy: nil,
        correlation: RingCorrelation(a.volume, b.volume, edge: options.edge),
        tilts: [],
        voxelSize: voxelSize,
        diameter: nil
      )
    ]
  }

  /// An energy in words; what is no optical density of photons has none.
  private static func name(of energy: PhotonEnergy, _ record: TomogramRecord) -> String {
    energy.electronVolts > 0 ? "\(energy.electronVolts) eV" : record.quantity
  }

  /// The parameters that a tomogram's volumes were made with, as far as its file tells.
  private static func parameters(
    of record: TomogramRecord,
    _ options: Options,
    _ progress: (OfflineProgress) -> Void
  ) -> TomographyParameters {
    var configuration = PipelineConfiguration()
    if record.parameters.isEmpty {
      progress(.remark("the tomogram does not say how it was made; defaults stand in for it"))
    }
    for remark in configuration.takeReconstruction(from: record.parameters) {
      progress(.remark(remark))
    }
    var parameters = configuration.tomography
    if let shape = record.projections.first?.shape {
      parameters.volumeSide = shape.columns
      parameters.volumeHeight = shape.rows
    }
    parameters.voxelSize = record.voxelSize
    if let sweeps = options.sweeps { parameters.finalSweeps = sweeps }
    return parameters
  }

  // MARK: - What is said

  /// A table of what was found; half and full periods are told apart.
  public var inWords: String {
    var lines = [title]
    lines.append(
      Self.row([
        "energy", "tilts", "half period, 1/2 bit", "half period, 0.5", "Crowther, full period",
      ])
    )
    for (correlation, label) in zip(correlations, labels) {
      let tilts = correlation.tilts.map { "\($0)" }.joined(separator: " + ")
      lines.append(
        Self.row([
          label, tilts.isEmpty ? "-" : tilts,
          Self.period(correlation.halfPeriod, correlation.resolution),
          Self.period(correlation.halfPeriodAtOneHalf, correlation.resolutionAtOneHalf),
          correlation.crowtherLimit.map { "\(Words.number($0.nanometers)) nm" } ?? "-",
        ])
      )
    }
    let size = correlations.first?.voxelSize.nanometers ?? .nan
    lines.append("voxels of \(Words.number(size, 2)) nm; the finest half period there is")
    if let diameter = correlations.compactMap(\.diameter).first {
      lines.append(
        "Crowther limit: pi D / N with D = \(Words.number(diameter.nanometers, 0)) nm across the axis "
          + "and all tilts"
      )
    }
    return lines.joined(separator: "\n")
  }

  private static func period(_ length: Length, _ resolution: Resolution) -> String {
    guard length.meters.isFinite else { return "nothing" }
    return "\(Words.number(length.nanometers)) nm"
      + (resolution.isLimitedByPixels ? " (voxels' limit)" : "")
  }

  private static func row(_ cells: [String]) -> String {
    let widths = [14, 10, 24, 24, 0]
    return zip(cells, widths).map { cell, width in
      cell.count < width ? cell.padding(toLength: width, withPad: " ", startingAt: 0) : "\(cell)  "
    }
    .joined().trimmingCharacters(in: .whitespaces)
  }

  /// Writes the curves as comma-separated values, one line for each shell.
  ///
  /// - Parameter path: The file, replaced if it is there.
  /// - Throws: `PipelineError` where it cannot be written.
  public func writeCSV(to path: String) throws(PipelineError) {
    var lines = [
      "what,frequency_per_nm,half_period_nm,full_period_nm,correlation,half_bit_threshold,voxels"
    ]
    for (correlation, label) in zip(correlations, labels) {
      let record = correlation.record
      for shell in record.frequencies.indices {
        let frequency = record.frequencies[shell]
        lines.append(
          "\"\(label)\",\(frequency),\(0.5 / frequency),\(1 / frequency),"
            + "\(record.correlations[shell]),\(record.halfBitThreshold[shell]),"
            + "\(record.shellCounts[shell])"
        )
      }
    }
    try PipelineError.writing(lines, to: path)
  }

  /// Draws the curves with both thresholds.
  ///
  /// - Parameter path: The picture, PNG, replaced if it is there.
  /// - Throws: `PipelineError` where it cannot be written.
  public func writePicture(to path: String) throws(PipelineError) {
    let plot = ResolutionPlot.plot(correlations.map(\.record), labels: labels, title: title)
    do throws(PictureError) {
      try Reporting.writePicture(plot, to: path)
    } catch {
      throw PipelineError(.output, error.description)
    }
  }
}

extension ResolutionReport.Options {
  fileprivate var edge: SoftEdge { softEdge > 0 ? .raisedCosine(softEdge) : .none }
}

extension TomogramRecord {
  /// The projections of one energy that take part in its volume, as they stand in the file.
  fileprivate func series(energy: Int) -> TiltSeries {
    let (stack, shape) = (projections[energy], projections[energy].shape)
    let weights = energy < coverage.count ? coverage[energy] : nil
    let places = tilts.indices.filter { place in
      guard place < stack.count, accepted.isEmpty || accepted[place] else { return false }
      return weights.map { sum($0[place].values.span) > 0 } ?? true
    }
    return TiltSeries(tilts: places.map { tilts[$0] }) { number in
      AlignedProjection(
        values: stack[places[number]],
        weights: weights?[places[number]] ?? Image(shape: shape, filledWith: 1),
        tilt: tilts[places[number]]
      )
    }
  }
}

extension PipelineError {
  /// Writes lines of text, or says why not.
  static func writing(_ lines: [String], to path: String) throws(PipelineError) {
    do {
      let text = lines.joined(separator: "\n") + "\n"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw PipelineError(.output, "\(path) cannot be written: \(error.localizedDescription)")
    }
  }
}
