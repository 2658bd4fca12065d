// SPDX-License-Identifier: BSD-3-Clause

public import AcquisitionModel
public import ChemicalMapping
import HDF5Storage
public import Imaging
import Registration

/// What a stack of energies came to.
public struct SpectraResult: Sendable {
  /// What it is called.
  public let name: String
  /// The stack on common axes.
  public private(set) var stack: SpectrumStack
  /// The tilt at which it was taken, where it is known.
  public private(set) var tilt: TiltAngle?
  /// How spectra were fitted.
  public let fit: LinearCombinationFit
  /// What a person decided.
  public let options: SpectraOptions
  /// The shift applied to each image, pixels, [energy]; empty where they were left as they are.
  public private(set) var shifts: [PixelShift] = []
  /// The correlation of each image with what it was laid on, [energy].
  public private(set) var confidence: [Double] = []
  /// The energies of images that were placed by their neighbours.
  public private(set) var placedByNeighbors: [PhotonEnergy] = []
  /// The energies of images that show nothing, and were left where they are.
  public private(set) var leftInPlace: [PhotonEnergy] = []
  /// What was chosen or assumed, for a person.
  public internal(set) var remarks: [String] = []
  /// The maps of the whole spectra.
  public internal(set) var maps: SpectralMaps?
  /// The mean OD of both peaks, less the pre-edge or the background that was taken off, [row, column].
  public private(set) var ironDensity: Image
  /// Whether each pixel holds iron.
  public private(set) var hasIron: [Bool] = []
  /// The pixels that hold iron, and those of them whose R is below the bound, before any filtering.
  public private(set) var wellFitted: (pixels: Int, good: Int) = (0, 0)
  /// The fit of the mean spectrum of all pixels that hold iron.
  public private(set) var ironFit: SpectrumFit?
  /// The standard uncertainty of the composition of `ironFit`: what its spectrum scatters about the fit, or
  /// what the images' noise gives it, with what neighbouring pixels share of that, whichever is larger; NaN
  /// where neither is known.
  public private(set) var chargeUncertainty = Double.nan
  /// The fits of pixels and regions that were asked for.
  public private(set) var spectra: [(name: String, fit: SpectrumFit)] = []
  /// The map of the two peaks' images alone; nil where there are no such images.
  public private(set) var twoEnergies: ChemicalImages?
  /// The energies of that map.
  public private(set) var pair: [PhotonEnergy] = []
  /// Whether the absorption below the edge matters; nil without images below the edge.
  public internal(set) var preEdge: PreEdgeStudy?
  /// The two-energy map with the pre-edge taken off against the one without; nil where either is not there.
  public internal(set) var preEdgeEffect: MapComparison?
  /// The comparison of the two-energy map with the whole spectra's.
  public private(set) var twoEnergyComparison: MapComparison?
  /// What a tomogram says along the same beam, and how far that agrees.
  public internal(set) var tomogram: TomogramComparison?
  /// How registration and chemistry were set, as text.
  public internal(set) var parameters = ""

  init(
    name: String,
    stack: SpectrumStack,
    tilt: TiltAngle?,
    fit: LinearCombinationFit,
    options: SpectraOptions
  ) {
    self.name = name
    self.stack = stack
    self.tilt = tilt
    self.fit = fit
    self.options = options
    ironDensity = Image(shape: stack.shape)
  }

  /// The same result, as if it had been taken at another tilt.
  package init(_ other: SpectraResult, tilt: TiltAngle) {
    self = other
    self.tilt = tilt
  }

  mutating func take(_ registration: StackRegistration) {
    stack = registration.stack
    shifts = registration.shifts
    confidence = registration.confidence
    placedByNeighbors = registration.placedByNeighbors.map { stack.energies[$0] }
    leftInPlace = registration.leftInPlace.map { stack.energies[$0] }
    if let reason = registration.meanAlone {
      remarks.append("the images are laid on their mean, not by the fit of the stack: \(reason)")
    }
  }

  /// Everything that follows from the maps, but for a tomogram.
  mutating func solve(_ configuration: PipelineConfiguration) throws(PipelineError) {
    guard let maps else { return }
    let peaks = try peakPlaces(configuration)
    let places = [peaks.first, peaks.second]
    ironDensity = withoutBackground(stack.mean(of: places), at: places, maps)
    // False for NaN.
    hasIron = ironDensity.values.map { Double($0) > options.minimumIron }
    wellFitted = maps.wellFitted(below: options.rBound, where: hasIron)
    ironFit = fit.fit(stack.meanSpectrum(where: hasIron))
    if let ironFit {
      let byNoise = fit.compositionError(
        of: ironFit,
        deviations: stack.meanDeviations(where: hasIron)
      )
      if fit.phases != nil, !byNoise.isFinite {
        remarks.append(
          "not every image has measured where there is iron, so that its noise is not known there: the state "
            + "of charge's uncertainty is what the mean spectrum scatters about its fit alone"
        )
      }
      chargeUncertainty = [ironFit.compositionError, byNoise].filter(\.isFinite).max() ?? .nan
    }
    try fitChosenSpectra()
    if peaks.areMeasured, let phases = fit.phases {
      try solveTwoEnergies(places, phases, configuration)
    }
    try studyPreEdge(places, configuration)
  }

  /// The composition by whole spectra, where there is iron and the fit is good.
  public var filteredComposition: Image? {
    maps?.filteredComposition(below: options.rBound, where: hasIron)
  }

  /// The matrix that the references make at two energies.
  ///
  /// - Throws: `SpectraError` where the references do not reach so far.
  func matrix(
    at energies: [PhotonEnergy],
    _ phases: PhaseRoles
  ) throws(SpectraError) -> AbsorptionMatrix {
    let columns = try fit.references.absorption(at: energies, by: options.fit.interpolation)
    return AbsorptionMatrix(
      rows: energies.indices.map {
        [columns[phases.lithiated][$0], columns[phases.delithiated][$0]]
      }
    )
  }

  /// How two energies become a map by a matrix, with what a person decided.
  ///
  /// - Parameters:
  ///   - matrix: The absorption of the phases at the energies.
  ///   - energies: The energies.
  ///   - chemistry: What else counts.
  ///   - change: What is to be otherwise.
  /// - Returns: The way.
  /// - Throws: `PipelineError` where the matrix does not tell the phases apart.
  func inversion(
    by matrix: AbsorptionMatrix,
    at energies: [PhotonEnergy],
    _ chemistry: ChemistryParameters,
    but change: (inout ChemistryParameters) -> Void = { _ in }
  ) throws(PipelineError) -> TwoEnergyInversion {
    var parameters = chemistry
    parameters.matrix = matrix
    parameters.energies = energies
    parameters.minimumIron = options.minimumIron
    parameters.isNonNegative = options.fit.isNonNegative
    parameters.subtractsPreEdge = false
    parameters.preEdgeAbsorption = PhaseAbsorption(lithiated: 0, delithiated: 0)
    change(&parameters)
    do throws(ParameterError) {
      return try TwoEnergyInversion(parameters: parameters)
    } catch {
      throw PipelineError(
        .data,
        "the references do not tell the phases apart at "
          + "\(energies.map { "\($0.electronVolts)" }.joined(separator: " and ")) eV: \(error)"
      )
    }
  }

  /// An image at some energies, or their mean, less what is no reference's.
  private func withoutBackground(_ image: Image, at places: [Int], _ maps: SpectralMaps) -> Image {
    var image = image
    let below = stack.energies.indices.filter {
      options.fit.preEdge?.contains(stack.energies[$0]) ?? false
    }
    if !below.isEmpty {
      let base = stack.mean(of: below)
      for i in image.values.indices { image.values[i] -= base.values[i] }
    }
    for term in fit.references.names.count..<fit.terms.count {
      let height = places.reduce(0.0) { $0 + fit.terms[term][$1] } / Double(places.count)
      for i in image.values.indices {
        image.values[i] -= Float(height) * maps.coefficients[term].values[i]
      }
    }
    return image
  }

  // MARK: -

  /// The images of the two peaks: those of the pair, else where the two references are strongest.
  ///
  /// - Throws: `PipelineError` where the pair was asked for by `--pair` and is not there.
  private mutating func peakPlaces(
    _ configuration: PipelineConfiguration
  ) throws(PipelineError) -> (first: Int, second: Int, areMeasured: Bool) {
    let wanted = options.pair ?? configuration.chemistry.energies
    let places = wanted.map { stack.index(nearest: $0, within: Self.pairTolerance) }
    if let first = places[0], let second = places[1], first != second {
      for (wanted, place) in zip(wanted, [first, second]) {
        remark(use: stack.energies[place], for: wanted, "the stack's image at")
      }
      return (first, second, true)
    }
    let list = wanted.map { "\($0.electronVolts)" }.joined(separator: " and ")
    let refusal =
      "there are not two images within \(Self.pairTolerance) eV of \(list) eV"
    guard options.pair == nil else {
      let there = Words.list(stack.energies.map { "\($0.electronVolts)" })
      throw PipelineError(.data, "--pair: \(refusal); there are images at \(there) eV")
    }
    func strongest(_ reference: Int) -> Int {
      let values = fit.terms[reference]
      return values.indices.max { values[$0] < values[$1] } ?? 0
    }
    let phases = fit.phases ?? PhaseRoles(lithiated: 0, delithiated: 0)
    let strong = (strongest(phases.lithiated), strongest(phases.delithiated), false)
    remarks.append(
      "\(refusal), so that there is no map of two energies (--pair names others); iron is where "
        + "\(stack.energies[strong.0].electronVolts) and \(stack.energies[strong.1].electronVolts) eV, at "
        + "which the references are strongest, absorb"
    )
    return strong
  }

  /// Says that a measured energy stands for another one, where they differ by more than a monochromator
  /// repeats.
  mutating func remark(use measured: PhotonEnergy, for wanted: PhotonEnergy, _ what: String) {
    guard abs(measured.electronVolts - wanted.electronVolts) > 0.05 else { return }
    remarks.append("\(what) \(measured.electronVolts) eV stands for \(wanted.electronVolts) eV")
  }

  /// How far an image may lie from the energy of the pair that it stands for, eV.
  private static let pairTolerance = 0.5

  private mutating func fitChosenSpectra() throws(PipelineError) {
    let shape = stack.shape
    var places = options.pixels.map {
      (name: "pixel_\($0.row)_\($0.column)", rows: $0.row...$0.row, columns: $0.column...$0.column)
    }
    for (number, region) in options.regions.enumerated() {
      places.append(("region_\(number + 1)", region.rows, region.columns))
    }
    for (name, rows, columns) in places {
      guard rows.upperBound < shape.rows, columns.upperBound < shape.columns else {
        throw PipelineError(
          .data,
          "\(name) lies outside the images of \(shape.rows) x \(shape.columns) pixels"
        )
      }
      var isCounted = [Bool](repeating: false, count: shape.count)
      for row in rows {
        for column in columns { isCounted[row * shape.columns + column] = true }
      }
      guard let fit = fit.fit(stack.meanSpectrum(where: isCounted)) else { continue }
      spectra.append((name, fit))
    }
  }

  private mutating func solveTwoEnergies(
    _ places: [Int],
    _ phases: PhaseRoles,
    _ configuration: PipelineConfiguration
  ) throws(PipelineError) {
    pair = places.map { stack.energies[$0] }
    guard let maps else { return }
    // Less the pre-edge, where that is taken off.
    let matrix = AbsorptionMatrix(
      rows: places.map { place in
        [phases.lithiated, phases.delithiated].map { fit.terms[$0][place] }
      }
    )
    twoEnergies = try inversion(by: matrix, at: pair, configuration.chemistry).solve(
      first: withoutBackground(stack.opticalDensity[places[0]], at: [places[0]], maps),
      second: withoutBackground(stack.opticalDensity[places[1]], at: [places[1]], maps)
    )
    twoEnergyComparison = MapComparison(
      of: twoEnergies?.composition.values ?? [],
      with: maps.composition.values,
      where: hasIron
    )
  }
}
