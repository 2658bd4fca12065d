// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import ParticleAnalysis
import Reporting
import Synchronization

/// The particles of a tomogram file, found after the fact.
public final class ParticleReport: Sendable {
  /// What may be said about an analysis.
  public struct Options: Sendable {
    /// The threshold, mean optical density of both energies; as the configuration has it if nil.
    public var threshold: Double?
    /// The solid voxels of the smallest particle; as the configuration has it if nil.
    public var minimumVoxels: Int?
    /// The share of FePO₄ from which a particle is active; as the configuration has it if nil.
    public var activePercent: Double?

    /// Makes the defaults.
    public init() {}
  }

  private let record: TomogramRecord
  private let densities: DensityPair
  private let configuration: PipelineConfiguration
  private let source: String
  /// What was found in the file, for a person.
  public let remarks: [String]
  private let isEnded = Atomic(false)

  /// Reads a tomogram of two energies.
  ///
  /// - Parameters:
  ///   - path: The tomogram.
  ///   - configuration: How particles are told from one another, and what the phases absorb; as the
  ///     file says if nil.
  ///   - overrides: Keys on top of that, "KEY=VALUE" each.
  ///   - options: What is to be otherwise.
  /// - Throws: `PipelineError` where there are no two energies, `ConfigurationErrors` or
  ///   `ParameterError` where a key or an option is wrong.
  public init(
    _ path: String,
    configuration: PipelineConfiguration? = nil,
    overrides: [String] = [],
    options: Options = Options()
  ) throws {
    let kind = try FileKind(of: path)
    guard kind == .tomogram else {
      throw PipelineError(.data, "\(path) is \(kind.inWords), not a tomogram of two energies")
    }
    let record = try PipelineError.reading(path) { () throws(StorageError) in
      try readTomogram(path)
    }
    guard record.energies.count > 1, record.volumes.count == record.energies.count else {
      throw PipelineError(
        .data,
        "\(path) holds \(record.volumes.count) volume\(record.volumes.count == 1 ? "" : "s"); "
          + "particles and what they are made of are told by two energies"
      )
    }
    var remarks: [String] = []
    var used = configuration ?? PipelineConfiguration()
    if configuration == nil {
      if record.parameters.isEmpty {
        remarks.append("the tomogram does not say how it was made; defaults stand in for it")
      }
      remarks += used.takeReconstruction(from: record.parameters)
    }
    try used.apply(overrides)
    if let threshold = options.threshold { used.particles.parameters.threshold = threshold }
    if let voxels = options.minimumVoxels { used.particles.parameters.minimumVoxels = voxels }
    if let percent = options.activePercent { used.particles.parameters.activePercent = percent }
    try used.particles.parameters.validate()
    // Which volume is which follows the absorption, as in a run: a third energy may lie below both.
    guard
      let chemical = ChemicalDensities(
        of: record.volumes,
        energies: record.energies,
        by: try TwoEnergyInversion(parameters: used.chemistry)
      )
    else {
      throw PipelineError(
        .data,
        "\(path): \(ChemicalEnergies.refusal(of: record.energies, by: used.chemistry))"
      )
    }
    self.record = record
    self.configuration = used
    self.remarks = remarks
    source = path
    densities = DensityPair(chemical, voxelSize: record.voxelSize)
  }

  /// Ends the analysis at its next step; may be called from any thread.
  public func requestFinish() { isEnded.store(true, ordering: .relaxed) }

  /// Finds and measures the particles.
  ///
  /// - Parameter progress: Told of every step.
  /// - Returns: What was found; nil where somebody ended it.
  public func run(progress: (OfflineProgress) -> Void = { _ in }) -> ParticleResult? {
    let steps = ParticleSegmentation.Step.allCases
    let catalog = ParticleCatalog.find(
      in: densities,
      parameters: configuration.particles.parameters
    ) { step in
      progress(.working(step.inWords, done: step.rawValue + 1, of: steps.count))
      return !isEnded.load(ordering: .relaxed)
    }
    guard let catalog else { return nil }
    return ParticleResult(
      record: record,
      densities: densities,
      catalog: catalog,
      segmentationThreshold: configuration.chemistry.segmentationThreshold,
      prefix: TomogramFiles.prefix(of: source)
    )
  }
}

extension ParticleSegmentation.Step {
  /// What is done in it.
  var inWords: String {
    switch self {
    case .solid: "telling solid voxels"
    case .markers: "looking for markers"
    case .watershed: "flooding from them"
    case .plates: "joining and splitting by shape"
    case .measurement: "measuring particles"
    }
  }
}
