// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import TestSupport
import Testing

/// Against numpy.linalg.lstsq and scipy.optimize.nnls (Tests/References/spectra.py).
@Suite struct LinearCombinationFitTests {
  let numbers: ReferenceNumbers
  let energies: [PhotonEnergy]
  let references: ReferenceSpectra

  init() throws {
    numbers = try ReferenceNumbers("spectra.txt")
    energies = numbers["energy"][0].map { PhotonEnergy(electronVolts: $0) }
    references = try ReferenceSpectra(
      energies: numbers["grid"][0].map { PhotonEnergy(electronVolts: $0) },
      names: ["LFP", "FP"],
      absorption: numbers["ref"]
    )
  }

  func fit(
    _ change: (inout SpectralFitParameters) -> Void = { _ in }
  ) throws -> LinearCombinationFit {
    var parameters = SpectralFitParameters()
    change(&parameters)
    return try LinearCombinationFit(
      references: references,
      energies: energies,
      parameters: parameters
    )
  }

  /// Every spectrum as a pixel of a stack of one row.
  func stack(_ spectra: [[Double]]) throws -> SpectrumStack {
    var images = ImageStack(
      count: energies.count,
      shape: Shape2D(rows: 1, columns: spectra.count)
    )
    for (pixel, spectrum) in spectra.enumerated() {
      for (energy, value) in spectrum.enumerated() {
        images.values[energy * spectra.count + pixel] = Float(value)
      }
    }
    return try SpectrumStack(opticalDensity: images, energies: energies)
  }

  @Test func plainFitsAreThoseOfLeastSquares() throws {
    let fit = try fit()
    for (data, expected) in zip(numbers["data"], numbers["plain"]) {
      let found = try #require(fit.fit(data))
      #expect(maximumDifference(found.coefficients, Array(expected[..<2])) < 1e-9)
      #expect(abs(found.rFactor - expected[2]) < 1e-9)
      #expect(maximumDifference(found.standardErrors, Array(expected[3...])) < 1e-9)
      let share = expected[0] / (expected[0] + expected[1])
      #expect(abs(found.composition - share) < 1e-8)
      #expect(maximumDifference(found.residue, zip(data, found.fit).map { $0 - $1 }) < 1e-15)
    }
    #expect(numbers["data"].count == 5)
  }

  @Test func nonNegativeFitsAreThoseOfNNLS() throws {
    let fit = try fit { $0.isNonNegative = true }
    for (data, expected) in zip(numbers["data"], numbers["bounded"]) {
      let found = try #require(fit.fit(data))
      #expect(maximumDifference(found.coefficients, Array(expected[..<2])) < 1e-9)
      #expect(abs(found.rFactor - expected[2]) < 1e-9)
    }
    // The third has a negative part, so that the bound decides.
    #expect(numbers["plain"][2][1] < 0 && numbers["bounded"][2][1] == 0)
  }

  @Test func fourReferencesUnderBoundsAreThoseOfNNLSToo() throws {
    let four = try ReferenceSpectra(
      energies: energies,
      names: ["a", "b", "c", "d"],
      absorption: numbers["refs4"]
    )
    var parameters = SpectralFitParameters()
    parameters.isNonNegative = true
    let fit = try LinearCombinationFit(references: four, energies: energies, parameters: parameters)
    for (data, expected) in zip(numbers["data4"], numbers["bounded4"]) {
      let found = try #require(fit.fit(data))
      #expect(maximumDifference(found.coefficients, expected) < 1e-9)
    }
    #expect(numbers["bounded4"].flatMap { $0 }.contains(0))
  }

  @Test func backgroundsAndThePreEdgeAreThoseOfLeastSquares() throws {
    let line = try fit { $0.background = .linear }
    let edge = try fit {
      $0.preEdge = PhotonEnergy(electronVolts: 699)...PhotonEnergy(electronVolts: 705.5)
    }
    for (place, data) in numbers["data"].enumerated() {
      let background = try #require(line.fit(data))
      #expect(
        maximumDifference(background.coefficients, Array(numbers["line"][place][..<4])) < 1e-9
      )
      #expect(abs(background.rFactor - numbers["line"][place][4]) < 1e-9)
      let subtracted = try #require(edge.fit(data))
      #expect(
        maximumDifference(subtracted.coefficients, Array(numbers["edge"][place][..<2])) < 1e-9
      )
      #expect(abs(subtracted.rFactor - numbers["edge"][place][2]) < 1e-9)
    }
    #expect(line.names == ["LFP", "FP", "constant", "slope"])
  }

  @Test(arguments: [false, true])
  func mapsSayOfEveryPixelWhatSingleFitsSay(isNonNegative: Bool) throws {
    for background in SpectralFitParameters.Background.allCases {
      let fit = try fit {
        $0.isNonNegative = isNonNegative
        $0.background = background
      }
      let stack = try stack(numbers["data"])
      let maps = fit.maps(of: stack)
      for pixel in 0..<5 {
        let single = try #require(fit.fit(stack.spectrum(row: 0, column: pixel)))
        let found = maps.coefficients.map { Double($0.values[pixel]) }
        // Maps are single precision.
        #expect(maximumDifference(found, single.coefficients) < 2e-8)
        let errors = maps.standardErrors.map { Double($0.values[pixel]) }
        #expect(maximumDifference(errors, single.standardErrors) < 2e-8)
        #expect(abs(Double(maps.rFactor.values[pixel]) - single.rFactor) < 1e-7)
        // NaN in both where there is no iron in all.
        guard single.composition.isFinite else {
          #expect(maps.composition.values[pixel].isNaN && maps.compositionError.values[pixel].isNaN)
          continue
        }
        #expect(abs(Double(maps.composition.values[pixel]) - single.composition) < 1e-6)
        #expect(abs(Double(maps.compositionError.values[pixel]) - single.compositionError) < 1e-6)
      }
    }
  }

  @Test func whatIsNotMeasuredIsLeftOutAndTooLittleIsNoFit() throws {
    let fit = try fit()
    var spectra = Array(numbers["data"][..<2])
    spectra[0][3] = .nan
    spectra[1] = spectra[1].enumerated().map { $0 < 12 ? .nan : $1 }
    let maps = fit.maps(of: try stack(spectra))
    // The first pixel as if that energy had never been measured.
    let rest = energies.indices.filter { $0 != 3 }
    let shorter = try LinearCombinationFit(
      references: references,
      energies: rest.map { energies[$0] }
    )
    let expected = try #require(shorter.fit(rest.map { spectra[0][$0] }))
    #expect(abs(Double(maps.coefficients[0].values[0]) - expected.coefficients[0]) < 1e-8)
    #expect(abs(Double(maps.rFactor.values[0]) - expected.rFactor) < 1e-7)
    #expect(abs(Double(maps.standardErrors[1].values[0]) - expected.standardErrors[1]) < 1e-8)
    #expect(maps.composition.values[1].isNaN && maps.rFactor.values[1].isNaN)
    #expect(fit.fit(spectra[1]) == nil)
  }

  @Test func standardErrorsAreTheScatterOfManyNoisySpectra() throws {
    let fit = try fit()
    let clean = fit.terms[0].indices.map { 0.06 * fit.terms[0][$0] + 0.03 * fit.terms[1][$0] }
    let count = 4000
    let noise = Phantoms.noise(count: count * energies.count, seed: 5)
    let spectra = (0..<count).map { pixel in
      clean.indices.map { clean[$0] + 0.03 * Double(noise[pixel * energies.count + $0]) }
    }
    let maps = fit.maps(of: try stack(spectra))
    for (image, error) in [
      (maps.coefficients[0], maps.standardErrors[0]),
      (maps.composition, maps.compositionError),
    ] {
      let mean = image.values.reduce(0.0) { $0 + Double($1) } / Double(count)
      let variance = image.values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      let stated = error.values.reduce(0.0) { $0 + Double($1) * Double($1) }
      // 4000 draws know a variance to 2.2 %.
      #expect(abs(variance / stated - 1) < 0.1)
    }
  }

  @Test func goodPixelsAreCountedBeforeTheyAreFiltered() throws {
    let maps = try fit().maps(of: try stack(numbers["data"]))
    let all = [Bool](repeating: true, count: 5)
    let counted = maps.wellFitted(below: 0.15, where: all)
    #expect(counted.pixels == 5 && counted.good == 4)  // one R is 0.53
    let filtered = maps.filteredComposition(below: 0.15, where: all)
    #expect(filtered.values.map(\.isNaN) == [false, false, false, true, false])
    let two = maps.wellFitted(below: 0.15, where: [true, false, false, true, false])
    #expect(two.pixels == 2 && two.good == 1)
  }

  @Test func whatCannotBeFittedIsSaidInWords() throws {
    func refusal(
      _ energies: [Double],
      _ change: (inout SpectralFitParameters) -> Void = { _ in }
    ) -> String {
      var parameters = SpectralFitParameters()
      change(&parameters)
      do {
        _ = try LinearCombinationFit(
          references: references,
          energies: energies.map { PhotonEnergy(electronVolts: $0) },
          parameters: parameters
        )
        return ""
      } catch { return "\(error)" }
    }
    #expect(refusal([690, 708.2, 710.2]).contains("reach from 699.0 to 716.0 eV"))
    #expect(refusal([708.2]).contains("1 energies cannot tell 2 unknowns apart"))
    #expect(refusal([708.2, 710.2]) { $0.background = .constant }.contains("3 unknowns"))
    let below = PhotonEnergy(electronVolts: 700)...PhotonEnergy(electronVolts: 705)
    #expect(refusal([708.2, 709, 710.2]) { $0.preEdge = below }.contains("pre-edge range"))
    #expect(
      refusal([700, 708.2, 709, 710.2, 711]) {
        $0.preEdge = below
        $0.background = .constant
      }.contains("the same twice")
    )
    #expect(throws: SpectraError.self) {
      try LinearCombinationFit(
        references: ReferenceSpectra(
          energies: energies,
          names: ["a", "b"],
          absorption: [numbers["refs4"][0], numbers["refs4"][0].map { 2 * $0 }]
        ),
        energies: energies
      )
    }
  }
}
