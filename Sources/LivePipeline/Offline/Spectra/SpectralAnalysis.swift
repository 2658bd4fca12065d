// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import Registration
import Synchronization

/// Chemistry from a stack of many energies at one tilt (`tiltfold spectra`).
///
/// The images are laid onto one another, every pixel's spectrum is fitted by reference spectra, and the
/// map is compared with what two energies alone say, and with a tomogram seen along the same beam: figures
/// S8 to S11 of Yu et al., Nat. Commun. 9, 921 (2018), doi 10.1038/s41467-018-03401-x.
public final class SpectralAnalysis: Sendable {
  /// How it is done.
  public let options: SpectraOptions
  /// Registration and chemistry.
  public let configuration: PipelineConfiguration
  /// The files.
  public let paths: [String]
  private let isStopping = Atomic(false)

  /// Settles what is to be done.
  ///
  /// - Parameters:
  ///   - paths: Finished scans (CXI), a folder of them, or a stack of another program.
  ///   - configuration: Registration and chemistry.
  ///   - options: What else a person decides.
  public init(
    paths: [String],
    configuration: PipelineConfiguration = PipelineConfiguration(),
    options: SpectraOptions
  ) {
    self.paths = paths
    self.configuration = configuration
    self.options = options
  }

  /// Asks the registration to end with the round that is under way; returns at once.
  public func requestFinish() { isStopping.store(true, ordering: .sequentiallyConsistent) }

  /// Reads, lays, fits and compares.
  ///
  /// - Parameter progress: Told of every step.
  /// - Returns: What it came to.
  /// - Throws: `PipelineError` where files cannot be read, or do not fit together.
  public func run(
    progress: (OfflineProgress) -> Void = { _ in }
  ) throws(PipelineError) -> SpectraResult {
    let references = try ReferenceSpectra.read(
      try referenceFiles,
      names: options.referenceNames,
      interpolation: options.fit.interpolation
    )
    let input = try StackInput(reading: paths, options)
    for remark in input.remarks { progress(.remark(remark)) }
    let tilt = input.tilt ?? options.tilt
    if options.tomogram != nil {
      _ = try SpectraResult.geometry(tilt: tilt, pixelSize: input.stack.pixelSize)
    }
    let crew = WorkerCrew(threads: configuration.compute.threadCount)
    defer { crew.end() }
    let fit = try explaining { () throws(SpectraError) in
      try LinearCombinationFit(
        references: references,
        energies: input.stack.energies,
        parameters: options.fit,
        phases: chosenPhases
      )
    }
    var result = SpectraResult(
      name: input.name,
      stack: input.stack,
      tilt: tilt,
      fit: fit,
      options: options
    )
    if let named = references.phases, named.areNamed, let chosenPhases,
      named.lithiated != chosenPhases.lithiated || named.delithiated != chosenPhases.delithiated
    {
      result.remarks.append(
        "the order of --reference-names counts, though the names read as if "
          + "\(references.names[named.lithiated]) were LiFePO4 and "
          + "\(references.names[named.delithiated]) FePO4"
      )
    }
    if options.aligns, input.stack.energies.count > 1 {
      let registration = StackRegistration(
        input,
        fit: registrationFit(references, input.stack.energies),
        parameters: configuration.registration,
        sharing: crew
      ) { round, all in
        progress(.working("laying the images onto one another, round", done: round, of: all))
        return !isStopping.load(ordering: .sequentiallyConsistent)
      }
      result.take(registration)
    }
    progress(.working("fitting \(result.stack.shape.count) spectra", done: 0, of: 1))
    result.maps = fit.maps(of: result.stack, sharing: crew)
    try result.solve(configuration)
    if let path = options.tomogram { try result.compare(withTomogram: path, configuration) }
    progress(.working("fitting \(result.stack.shape.count) spectra", done: 1, of: 1))
    result.parameters = configuration.describedInFull
    return result
  }

  /// The two phases where a person has named references in their order; nil leaves it to the names.
  private var chosenPhases: PhaseRoles? {
    options.referenceNames.count < 2
      ? nil : PhaseRoles(lithiated: 0, delithiated: 1, areNamed: false)
  }

  /// The fit whose prediction images are laid on: with a constant, which takes up whatever holds no iron;
  /// without where there are too few energies for it, or the references hold one; nil where there are too
  /// few for those.
  private func registrationFit(
    _ references: ReferenceSpectra,
    _ energies: [PhotonEnergy]
  ) -> LinearCombinationFit? {
    var parameters = options.fit
    parameters.preEdge = nil
    parameters.isNonNegative = false
    for background in [SpectralFitParameters.Background.constant, .none] {
      parameters.background = background
      // What cannot be fitted by all terms is no error here: it is tried with fewer.
      if let fit = try? LinearCombinationFit(
        references: references,
        energies: energies,
        parameters: parameters,
        phases: chosenPhases
      ) {
        return fit
      }
    }
    return nil
  }

  /// The files of references: those named, else the stack's own.
  private var referenceFiles: [String] {
    get throws(PipelineError) {
      guard options.references.isEmpty, let first = paths.first, FileKind.isHDF5(first) else {
        return options.references
      }
      let stored = try PipelineError.reading(first) { () throws(StorageError) in
        try readStoredSpectra(first)
      }
      return stored.map { !$0.names.isEmpty } ?? false ? [first] : []
    }
  }
}
