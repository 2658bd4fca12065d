// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
public import ChemicalMapping
import HDF5Storage
import Imaging
public import Registration
import Tomography

/// A tomogram's chemistry as it is seen along the beam, against a map of whole spectra.
public struct TomogramComparison: Sendable {
  /// The chemistry of the volumes' projections, on the stack's pixels.
  public var images: ChemicalImages
  /// What laid the projections on the stack.
  public var placement: SimilarityEstimate
  /// How far the compositions agree where there is iron.
  public var comparison: MapComparison
}

extension SpectraResult {
  /// Projects a tomogram's volumes along the beam of the stack, lays them on it, and solves both
  /// energies' projections.
  package mutating func compare(
    withTomogram path: String,
    _ configuration: PipelineConfiguration
  ) throws(PipelineError) {
    let geometry = try Self.geometry(tilt: tilt, pixelSize: stack.pixelSize)
    guard let maps, let phases = fit.phases, pair.count == 2 else {
      throw PipelineError(
        .data,
        "the stack has no images at the two energies of a tomogram "
          + "(\(configuration.chemistry.energies.map { "\($0.electronVolts)" }.joined(separator: ", "))"
          + " eV); --pair names others"
      )
    }
    let record = try PipelineError.reading(path) { () throws(StorageError) in
      try readTomogram(path)
    }
    var chemistry = configuration.chemistry
    chemistry.energies = pair
    guard let choice = ChemicalEnergies(of: record.energies, by: chemistry),
      record.volumes.count == record.energies.count
    else {
      throw PipelineError(
        .data,
        "\(path): \(ChemicalEnergies.refusal(of: record.energies, by: chemistry))"
      )
    }
    // The volumes may have been measured a little beside the stack's images.
    let measured = [record.energies[choice.first], record.energies[choice.second]]
    for (own, other) in zip(pair, measured) { remark(use: other, for: own, "the tomogram's") }
    let matrix = try explaining(path) { () throws(SpectraError) in
      try self.matrix(at: measured, phases)
    }
    let inversion = try self.inversion(by: matrix, at: measured, chemistry)
    let projections = [choice.first, choice.second].map {
      ParallelProjector.project(record.volumes[$0], at: geometry.tilt)
    }
    let ratio = record.voxelSize.meters / geometry.pixelSize.meters
    let placement = place(
      mean(of: projections[0], projections[1]),
      scale: abs(ratio - 1) < 1e-4 ? 1 : ratio,
      configuration.registration
    )
    let laid = projections.map {
      transformed($0, by: placement.transform, to: stack.shape)
    }
    let images = inversion.solve(first: laid[0], second: laid[1])
    tomogram = TomogramComparison(
      images: images,
      placement: placement,
      comparison: MapComparison(
        of: images.composition.values,
        with: maps.composition.values,
        where: hasIron
      )
    )
  }

  /// What the comparison with a tomogram has to know of the stack.
  ///
  /// - Throws: `PipelineError` where one of them is not known, with the option that says it.
  static func geometry(
    tilt: TiltAngle?,
    pixelSize: Length?
  ) throws(PipelineError) -> (tilt: TiltAngle, pixelSize: Length) {
    guard let tilt else {
      throw PipelineError(
        .data,
        "the tilt of the stack is not known, and a tomogram is compared along the stack's beam; say the "
          + "tilt with --tilt=DEGREES"
      )
    }
    guard let pixelSize else {
      throw PipelineError(
        .data,
        "the size of the stack's pixels is not known, and a tomogram's voxels are laid on them; say it with "
          + "--pixel-size-nm"
      )
    }
    return (tilt, pixelSize)
  }

  /// Lays an image on the iron of the stack: moved first, then turned and scaled where that helps.
  private func place(
    _ image: Image,
    scale: Double,
    _ parameters: RegistrationParameters
  ) -> SimilarityEstimate {
    var iron = ironDensity
    var weights = Image(shape: iron.shape, filledWith: 1)
    for i in iron.values.indices where !iron.values[i].isFinite {
      iron.values[i] = 0
      weights.values[i] = 0
    }
    // The stack is the image whose trust is known, so that it is laid on the projection, and that then
    // goes the other way.
    let start = SimilarityTransform(scale: scale)
    let reference = transformed(image, by: start, to: iron.shape)
    let shift = estimateShift(of: iron, onto: reference, weights: weights, parameters: parameters)
    let refined = gaussNewtonSimilarity(
      of: iron,
      weights: weights,
      onto: reference,
      from: SimilarityTransform(shift: shift.shift),
      freedom: .similarity,
      steps: 2 * parameters.refinementSteps,
      limit: parameters.stepLimit
    )
    // A turn or a factor beyond what two mountings of a sample differ by is no finding.
    let isPlausible =
      refined.confidence >= shift.confidence && abs(refined.transform.rotationDegrees) < 5
      && abs(refined.transform.scale - 1) < 0.05
    var estimate =
      isPlausible
      ? refined
      : SimilarityEstimate(
        transform: SimilarityTransform(shift: shift.shift),
        confidence: shift.confidence,
        factor: shift.scale
      )
    estimate.transform = start.followed(by: estimate.transform.inverse)
    return estimate
  }

  private func mean(of a: Image, _ b: Image) -> Image {
    var mean = a
    for i in mean.values.indices { mean.values[i] = 0.5 * (a.values[i] + b.values[i]) }
    return mean
  }
}
