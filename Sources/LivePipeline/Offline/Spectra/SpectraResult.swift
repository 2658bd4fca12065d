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
  /// The fits of pixels and regions that were asked for.
  public private(set) var spectra: [(name: String, place: PixelRegion, fit: SpectrumFit)] = []
  /// The map of the two peaks' images alone; nil where there are no such images.
  public private(set) var twoEnergies: ChemicalImages?
  /// The energies of that map.
  public private(set) var pair: [PhotonEnergy] = []
  /// Whether the absorption below the edge matters; nil without images below the edge.
  public private(set) var preEdge: PreEdgeStudy?
  /// The comparison of the two-energy map with the whole spectra's.
  public private(set) var twoEnergyComparison: MapComparison?
  /// What a tomogram says along the same beam, and how far that agrees.
  public internal(set) var tomogram: TomogramComparison?
  /// How registration and chemistry were set, as text.
  public internal(set) var parameters = ""

  /// Where a spectrum is from: one pixel, or several.
  public struct PixelRegion: Sendable, Hashable {
    /// The rows.
    public var rows: ClosedRange<Int>
    /// The columns.
    public var columns: ClosedRange<Int>
  }

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
  }

  /// Everything that follows from the maps, but for a tomogram.
  mutating func solve(_ configuration: PipelineConfiguration) throws(PipelineError) {
    guard let maps else { return }
    let peaks = peakPlaces(configuration)
    let places = [peaks.first, peaks.second]
    ironDensity = withoutBackground(stack.mean(of: places), at: places, maps)
    // False for NaN.
    hasIron = ironDensity.values.map { Double($0) > options.minimumIron }
    wellFitted = maps.wellFitted(below: options.rBound, where: hasIron)
    ironFit = fit.fit(stack.meanSpectrum(where: hasIron))
    try fitChosenSpectra()
    if peaks.areMeasured, let phases = fit.phases {
      try solveTwoEnergies([peaks.first, peaks.second], phases, configuration)
    }
    let edge = min(stack.energies[peaks.first], stack.energies[peaks.second]).electronVolts
    let below = stack.energies.indices.filter { place in
      options.preEdgeStudy?.contains(stack.energies[place])
        ?? (stack.energies[place].electronVolts < edge - 2)
    }
    if !below.isEmpty {
      preEdge = PreEdgeStudy(
        first: stack.opticalDensity[peaks.first],
        second: stack.opticalDensity[peaks.second],
        preEdge: stack.mean(of: below),
        minimumIron: options.minimumIron
      )
    }
  }

  /// The composition by whole spectra, where there is iron and the fit is good.
  public var filteredComposition: Image? {
    maps?.filteredComposition(below: options.rBound, where: hasIron)
  }

  /// The two-energy matrix that the references make at the pair's energies; less the pre-edge where that
  /// is taken off.
  func matrix(subtractingPreEdge subtracts: Bool) -> AbsorptionMatrix? {
    guard let plain = matrix(at: pair), let phases = fit.phases else { return nil }
    guard subtracts else { return plain }
    let rows = pair.enumerated().map { place, energy -> [Double] in
      guard let image = stack.index(nearest: energy, within: 1e-6) else { return plain.rows[place] }
      return [phases.lithiated, phases.delithiated].map { fit.terms[$0][image] }
    }
    return AbsorptionMatrix(rows: rows)
  }

  /// The matrix that the references make at two energies; nil where they do not reach so far or do not name
  /// the phases.
  func matrix(at energies: [PhotonEnergy]) -> AbsorptionMatrix? {
    guard let phases = fit.phases, energies.count == 2,
      let columns = try? fit.references.absorption(at: energies, by: options.fit.interpolation)
    else { return nil }
    return AbsorptionMatrix(
      rows: [0, 1].map { [columns[phases.lithiated][$0], columns[phases.delithiated][$0]] }
    )
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
  private func peakPlaces(
    _ configuration: PipelineConfiguration
  ) -> (first: Int, second: Int, areMeasured: Bool) {
    let wanted = options.pair ?? configuration.chemistry.energies
    if let first = stack.index(nearest: wanted[0]), let second = stack.index(nearest: wanted[1]),
      first != second
    {
      return (first, second, true)
    }
    func strongest(_ reference: Int) -> Int {
      let values = fit.terms[reference]
      return values.indices.max { values[$0] < values[$1] } ?? 0
    }
    let phases = fit.phases ?? PhaseRoles(lithiated: 0, delithiated: 0)
    return (strongest(phases.lithiated), strongest(phases.delithiated), false)
  }

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
      spectra.append((name, PixelRegion(rows: rows, columns: columns), fit))
    }
  }

  private mutating func solveTwoEnergies(
    _ places: [Int],
    _ phases: PhaseRoles,
    _ configuration: PipelineConfiguration
  ) throws(PipelineError) {
    pair = places.map { stack.energies[$0] }
    let subtracts = options.fit.preEdge != nil
    guard let matrix = matrix(subtractingPreEdge: subtracts), let maps else { return }
    var parameters = configuration.chemistry
    parameters.matrix = matrix
    parameters.energies = pair
    parameters.minimumIron = options.minimumIron
    parameters.isNonNegative = options.fit.isNonNegative
    parameters.subtractsPreEdge = false
    parameters.preEdgeAbsorption = PhaseAbsorption(lithiated: 0, delithiated: 0)
    do throws(ParameterError) {
      let inversion = try TwoEnergyInversion(parameters: parameters)
      twoEnergies = inversion.solve(
        first: withoutBackground(stack.opticalDensity[places[0]], at: [places[0]], maps),
        second: withoutBackground(stack.opticalDensity[places[1]], at: [places[1]], maps)
      )
    } catch {
      throw PipelineError(
        .data,
        "the references do not tell the phases apart at \(pair[0].electronVolts) and "
          + "\(pair[1].electronVolts) eV: \(error)"
      )
    }
    twoEnergyComparison = MapComparison(
      of: twoEnergies?.composition.values ?? [],
      with: maps.composition.values,
      where: hasIron
    )
  }
}
