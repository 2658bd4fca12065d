// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
public import HDF5Storage
import Imaging
import Registration

extension SpectraResult {
  /// The folder of results unless another one is named: NAME-spectra beside the first input.
  public static func defaultFolder(for path: String) -> String {
    var stem = path
    while stem.count > 1, stem.hasSuffix("/") { stem.removeLast() }
    let ending = URL(filePath: stem).pathExtension
    if ["cxi", "h5", "hdf5", "hdf", "nxs", "stxm"].contains(ending.lowercased()) {
      stem.removeLast(ending.count + 1)
    }
    return "\(stem)-spectra"
  }

  /// Writes everything: the file, the tables and, where wanted, the pictures.
  ///
  /// - Parameters:
  ///   - folder: Where to; it is made where it is missing.
  ///   - pictures: Whether pictures are drawn.
  /// - Returns: The files that were written.
  /// - Throws: `PipelineError` where one cannot be written.
  public func write(to folder: String, pictures: Bool = true) throws(PipelineError) -> [String] {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PipelineError(
        .output,
        "the folder \(folder) cannot be made; name another one with --results"
      )
    }
    var written: [String] = []
    do throws(StorageError) {
      try writeSpectra(record, to: "\(folder)/spectra.h5")
      written.append("\(folder)/spectra.h5")
    } catch {
      throw PipelineError(.output, error.description)
    }
    var tables = [("spectra.csv", spectraTable)]
    if !mismatchCurves.isEmpty { tables.append(("mismatch.csv", mismatchTable)) }
    for (name, text) in tables {
      do {
        try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      } catch {
        throw PipelineError(.output, "\(folder)/\(name) cannot be written")
      }
      written.append("\(folder)/\(name)")
    }
    if pictures { written += try drawPictures(in: folder) }
    return written
  }

  /// The mismatch over the segmentation threshold.
  var mismatchCurves: [SpectraRecord.MismatchCurve] {
    var curves: [SpectraRecord.MismatchCurve] = []
    if let twoEnergyComparison {
      curves.append(
        SpectraRecord.MismatchCurve(
          name: "mismatch_2d_2e",
          meaning: "2-D, two energies against 2-D, whole spectra",
          percent: twoEnergyComparison.mismatches()
        )
      )
    }
    if let tomogram {
      curves.append(
        SpectraRecord.MismatchCurve(
          name: "mismatch_3d_2e",
          meaning: "3-D, two energies, projected, against 2-D, whole spectra",
          percent: tomogram.comparison.mismatches()
        )
      )
    }
    return curves
  }

  /// Everything that the file keeps.
  public var record: SpectraRecord {
    var record = SpectraRecord(
      name: name,
      energies: stack.energies,
      stack: stack.opticalDensity,
      pixelSize: stack.pixelSize
    )
    (record.shifts, record.confidence) = (shifts, confidence)
    record.terms = fit.names
    record.references = Array(fit.terms.prefix(fit.references.names.count))
    record.referenceUnit = fit.references.unit.rawValue
    record.maps = recordedMaps
    record.spectra = namedFits.map { name, fit in
      SpectraRecord.Spectrum(
        name: name,
        data: fit.data,
        fit: fit.fit,
        coefficients: fit.coefficients,
        standardErrors: fit.standardErrors,
        rFactor: fit.rFactor,
        composition: fit.composition
      )
    }
    record.thresholds = PhaseSegmentation.publishedThresholds
    record.mismatches = mismatchCurves
    record.figures = figures
    record.parameters = parameters
    record.remarks = remarks
    record.version = tiltfoldVersion
    return record
  }

  /// The fits of single spectra: of all iron, then those asked for.
  var namedFits: [(name: String, fit: SpectrumFit)] {
    (ironFit.map { [("iron", $0)] } ?? []) + spectra.map { ($0.name, $0.fit) }
  }

  private var recordedMaps: [SpectraRecord.Map] {
    guard let maps else { return [] }
    let amount = fit.references.unit == .perMicrometer ? "um" : "1"
    let filtered = maps.filteredComposition(below: options.rBound, where: hasIron)
    let labels = PhaseSegmentation(threshold: Self.segmentationThreshold).labels(of: filtered)
    var result = [
      SpectraRecord.Map(
        name: "composition",
        meaning: "LiFePO4 share of iron where there is iron and R is below the bound",
        unit: "1",
        image: filtered
      ),
      .init(name: "r_factor", meaning: "R factor", unit: "1", image: maps.rFactor),
      .init(
        name: "composition_unfiltered",
        meaning: "LiFePO4 share of iron in every pixel",
        unit: "1",
        image: maps.composition
      ),
      .init(
        name: "composition_error",
        meaning: "standard error of the composition",
        unit: "1",
        image: maps.compositionError
      ),
      .init(
        name: "iron_optical_density",
        meaning: "mean optical density of both peaks",
        unit: "1",
        image: ironDensity
      ),
      .init(
        name: "phase_label",
        meaning: "phase: 0 empty or fitted badly, 1 LiFePO4-rich, 2 mixed, 3 FePO4-rich",
        unit: "1",
        image: labels
      ),
    ]
    for (place, name) in maps.names.enumerated() {
      let isReference = place < fit.references.names.count
      result.append(
        .init(
          name: "amount_\(place)",
          meaning: name,
          unit: isReference ? amount : "1",
          image: maps.coefficients[place]
        )
      )
      result.append(
        .init(
          name: "amount_\(place)_error",
          meaning: "standard error of \(name)",
          unit: isReference ? amount : "1",
          image: maps.standardErrors[place]
        )
      )
    }
    if let twoEnergies {
      result.append(
        .init(
          name: "composition_2d_2e",
          meaning: "LiFePO4 share of iron by two energies",
          unit: "1",
          image: twoEnergies.composition
        )
      )
    }
    if let tomogram {
      result.append(
        .init(
          name: "composition_3d_2e",
          meaning: "LiFePO4 share of iron by the projected tomogram",
          unit: "1",
          image: tomogram.images.composition
        )
      )
    }
    if let preEdge {
      result.append(
        .init(
          name: "pre_edge_ratio",
          meaning: "pre-edge OD over the mean OD of both peaks",
          unit: "1",
          image: preEdge.ratio
        )
      )
    }
    return result
  }

  /// The numbers of the whole.
  var figures: [SpectraRecord.Figure] {
    var figures: [SpectraRecord.Figure] = [
      .init("iron_pixels", Double(wellFitted.pixels)),
      .init("r_bound", options.rBound),
      .init("minimum_iron_od", options.minimumIron),
      .init("well_fitted_percent", wellFittedPercent, unit: "percent"),
    ]
    if let ironFit {
      figures += [
        .init("state_of_charge", 1 - ironFit.composition),
        .init("state_of_charge_uncertainty", chargeUncertainty),
        .init("iron_r_factor", ironFit.rFactor),
      ]
    }
    for (name, comparison) in [
      ("2d_2e", twoEnergyComparison), ("3d_2e", tomogram?.comparison),
    ] {
      guard let comparison else { continue }
      let threshold = PhaseSegmentation(threshold: Self.segmentationThreshold)
      figures += [
        .init("mismatch_\(name)_percent", comparison.mismatch(at: threshold), unit: "percent"),
        .init("composition_rms_\(name)", comparison.rootMeanSquare),
        .init("composition_bias_\(name)", comparison.meanDifference),
        .init("pixels_\(name)", Double(comparison.pixelCount)),
        .init("pixels_without_iron_\(name)", Double(comparison.emptyCount)),
      ]
    }
    if let charge = twoEnergies?.stateOfCharge {
      figures += [
        .init("state_of_charge_2d_2e", charge.fraction),
        .init("state_of_charge_2d_2e_uncertainty", charge.uncertainty ?? .nan),
      ]
    }
    if let tomogram {
      figures += [
        .init("tomogram_rotation", tomogram.placement.transform.rotationDegrees, unit: "degree"),
        .init("tomogram_scale", tomogram.placement.transform.scale),
        .init("tomogram_correlation", tomogram.placement.confidence),
      ]
    }
    if let preEdge {
      figures += [
        .init("pre_edge_correlation", preEdge.correlation),
        .init("pre_edge_slope", preEdge.slope),
        .init("pre_edge_scatter", preEdge.scatter),
      ]
    }
    if let preEdgeEffect {
      figures += [
        .init("pre_edge_composition_rms", preEdgeEffect.rootMeanSquare),
        .init("pre_edge_composition_bias", preEdgeEffect.meanDifference),
      ]
    }
    return figures
  }

  /// The share of iron pixels whose R is below the bound, counted before any filtering, percent.
  public var wellFittedPercent: Double {
    wellFitted.pixels > 0 ? 100 * Double(wellFitted.good) / Double(wellFitted.pixels) : .nan
  }

  /// X of the segmentation that is shown, percent.
  static let segmentationThreshold = 30.0
}
