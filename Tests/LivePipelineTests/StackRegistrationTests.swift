// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Imaging
import LivePipeline
import Registration
import TestSupport
import Testing

/// Particles of two phases at many energies, each image somewhere else.
struct MovedStack {
  let energies = [
    700.0, 703, 705.2, 706.5, 707.3, 707.8, 708.2, 708.6, 709.1, 709.6, 710.2, 710.7, 711.5, 713,
    715,
  ]
  .map { PhotonEnergy(electronVolts: $0) }
  let shape = Shape2D(rows: 64, columns: 72)
  /// Where each image's sample sits, pixels.
  let places: [PixelShift]
  let references: ReferenceSpectra
  /// µm of each phase, [row, column].
  private(set) var lithiated: Image
  private(set) var delithiated: Image

  init(seed: UInt64 = 6) throws {
    var random = SeededGenerator(seed: seed)
    places = energies.indices.map { index in
      // A drift and a jitter.
      PixelShift(
        rows: 0.25 * Double(index) + 3 * random.uniform() - 1.5,
        columns: -0.15 * Double(index) + 3 * random.uniform() - 1.5
      )
    }
    func peak(_ volts: Double, _ center: Double, _ width: Double) -> Double {
      let z = (volts - center) / width
      return 1 / (1 + z * z)
    }
    let grid = (0...90).map { 699 + Double($0) / 5 }
    references = try ReferenceSpectra(
      energies: grid.map { PhotonEnergy(electronVolts: $0) },
      names: ["LFP", "FP"],
      absorption: [
        grid.map { 0.25 + 11.2 * peak($0, 708.1, 0.7) + 2.5 * peak($0, 710.3, 1) },
        grid.map { 0.25 + 4.5 * peak($0, 708.6, 0.8) + 11 * peak($0, 710.2, 0.8) },
      ]
    )
    (lithiated, delithiated) = (Image(shape: shape), Image(shape: shape))
    (lithiated, delithiated) = amounts(at: .zero)
  }

  /// Smooth particles, moved: LiFePO₄ left, FePO₄ right, some of both.
  func amounts(at shift: PixelShift) -> (Image, Image) {
    let particles: [(row: Double, column: Double, width: Double, l: Double, d: Double)] = [
      (22, 20, 3.5, 0.09, 0.002), (40, 26, 4.5, 0.06, 0.004), (30, 36, 3, 0.03, 0.035),
      (24, 50, 4, 0.002, 0.08), (42, 48, 3, 0.004, 0.06), (46, 36, 2.5, 0.03, 0.015),
    ]
    var (first, second) = (Image(shape: shape), Image(shape: shape))
    for particle in particles {
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let v = Double(row) - particle.row - shift.rows
          let u = Double(column) - particle.column - shift.columns
          let height = exponential(-(u * u + v * v) / (2 * particle.width * particle.width))
          first[row, column] += Float(particle.l * height)
          second[row, column] += Float(particle.d * height)
        }
      }
    }
    return (first, second)
  }

  /// The stack as it is measured, noise and an unlit border included.
  func input(noise: Float = 0.02) throws -> StackInput {
    let rows = try references.absorption(at: energies)
    var images = ImageStack(count: energies.count, shape: shape)
    var weights = ImageStack(count: energies.count, shape: shape, filledWith: 1)
    let errors = Phantoms.noise(count: images.values.count, seed: 12)
    for energy in energies.indices {
      let (l, d) = amounts(at: places[energy])
      for i in 0..<shape.count {
        let place = energy * shape.count + i
        let isUnlit = i % shape.columns < 4 || i / shape.columns >= 62
        weights.values[place] = isUnlit ? 0 : 1
        images.values[place] =
          isUnlit
          ? .nan
          : Float(rows[0][energy]) * l.values[i] + Float(rows[1][energy]) * d.values[i]
            + noise * errors[place]
      }
    }
    return StackInput(
      stack: try SpectrumStack(
        opticalDensity: images,
        energies: energies,
        pixelSize: Length(nanometers: 10)
      ),
      weights: weights,
      tilt: TiltAngle(degrees: 0),
      name: "moved",
      remarks: []
    )
  }
}

@Suite struct StackRegistrationTests {
  func errors(_ registration: StackRegistration, _ truth: MovedStack) -> [Double] {
    let anchor =
      registration.shifts.indices.first {
        registration.shifts[$0] == .zero && !registration.leftInPlace.contains($0)
      } ?? 0
    return truth.places.indices.map { energy in
      let left =
        registration.shifts[energy] + truth.places[energy] - truth.places[anchor]
      return (left.rows * left.rows + left.columns * left.columns).squareRoot()
    }
  }

  func rootMeanSquare(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  @Test func imagesOfAnyContrastAreLaidOnOneAnother() throws {
    let truth = try MovedStack()
    let input = try truth.input()
    let fit = try LinearCombinationFit(references: truth.references, energies: truth.energies)
    let parameters = RegistrationParameters()
    let laid = StackRegistration(input, fit: fit, parameters: parameters, sharing: ConcurrentWork())
    let errors = errors(laid, truth)
    // Below the edge there is an OD of 0.02 under a noise of 0.02: nothing to lay an image by.
    let strong = errors.indices.filter { (3...13).contains($0) }.map { errors[$0] }
    #expect(rootMeanSquare(strong) < 0.08, "\(errors)")
    #expect(laid.placedByNeighbors.allSatisfy { $0 < 3 }, "\(laid.placedByNeighbors)")
    // Their contrast changes sides between the energies: the mean alone does worse.
    let byMean = StackRegistration(input, fit: nil, parameters: parameters)
    let plain = self.errors(byMean, truth)
    #expect(rootMeanSquare((3...13).map { plain[$0] }) > 1.3 * rootMeanSquare(strong), "\(plain)")

    let before = fit.maps(of: input.stack)
    let after = fit.maps(of: laid.stack)
    func good(_ maps: SpectralMaps, _ stack: SpectrumStack) -> Double {
      let iron = stack.mean(of: [6, 10]).values.map { $0 > 0.1 }
      let counted = maps.wellFitted(below: 0.15, where: iron)
      return Double(counted.good) / Double(counted.pixels)
    }
    #expect(good(before, input.stack) < 0.92, "\(good(before, input.stack))")
    #expect(good(after, laid.stack) > 0.97, "\(good(after, laid.stack))")
  }

  @Test func whatIsUnlitStaysUnmeasured() throws {
    let truth = try MovedStack()
    let input = try truth.input()
    let laid = StackRegistration(input, fit: nil, parameters: RegistrationParameters())
    for energy in truth.energies.indices {
      let image = laid.stack.opticalDensity[energy]
      let shift = laid.shifts[energy]
      // Columns 0 to 3 were not lit, wherever they went.
      let edge = Int((3 + shift.columns).rounded(.down))
      for column in 0...max(0, min(edge, 71)) where edge >= 0 { #expect(image[30, column].isNaN) }
      #expect(image[30, 30].isFinite)
    }
  }

  @Test func anImageThatShowsNothingGoesWithItsNeighbours() throws {
    let truth = try MovedStack()
    var input = try truth.input()
    // Nothing but noise at 706.5 eV.
    let noise = Phantoms.noise(count: truth.shape.count, seed: 77)
    var image = input.stack.opticalDensity[3]
    for i in image.values.indices where image.values[i].isFinite {
      image.values[i] = 0.02 * noise[i]
    }
    input.stack.opticalDensity[3] = image
    let laid = StackRegistration(input, fit: nil, parameters: RegistrationParameters())
    #expect(laid.placedByNeighbors.contains(3))
    let part = (706.5 - 705.2) / (707.3 - 705.2)
    if !laid.placedByNeighbors.contains(2) {
      let expected =
        laid.shifts[2].rows + part * (laid.shifts[4].rows - laid.shifts[2].rows)
      #expect(abs(laid.shifts[3].rows - expected) < 1e-9)
    }
  }

  /// Some images of a stack.
  func part(_ input: StackInput, _ places: [Int]) throws -> StackInput {
    var part = input
    part.stack = try input.stack.selecting(places)
    part.weights = ImageStack(count: places.count, shape: input.stack.shape)
    for (place, source) in places.enumerated() { part.weights[place] = input.weights[source] }
    return part
  }

  /// An image that was not measured, or one that is level, stays where it is, and all others lie as they
  /// would without it.
  @Test(arguments: [Float.nan, 0.3])
  func anImageThatShowsNothingAtAllCostsItselfOnly(value: Float) throws {
    let truth = try MovedStack()
    var input = try truth.input()
    let empty = 8
    input.stack.opticalDensity[empty] = Image(shape: truth.shape, filledWith: value)
    if value.isNaN { input.weights[empty] = Image(shape: truth.shape) }
    let fit = try LinearCombinationFit(references: truth.references, energies: truth.energies)
    let laid = StackRegistration(input, fit: fit, parameters: RegistrationParameters())
    #expect(laid.leftInPlace == [empty] && laid.shifts[empty] == .zero)
    #expect(laid.confidence[empty].isNaN && !laid.placedByNeighbors.contains(empty))
    #expect(laid.meanAlone == nil)
    let others = truth.energies.indices.filter { $0 != empty }
    let rest = try part(input, others)
    let alone = StackRegistration(
      rest,
      fit: try LinearCombinationFit(references: truth.references, energies: rest.stack.energies),
      parameters: RegistrationParameters()
    )
    #expect(others.map { laid.shifts[$0] } == alone.shifts)
    let errors = errors(laid, truth)
    let strong = others.filter { (3...13).contains($0) }.map { errors[$0] }
    #expect(rootMeanSquare(strong) < 0.1, "\(errors)")
  }

  /// With as many unknowns as images the fit follows any displacement, and what it leaves is rounding.
  @Test func withoutFreedomImagesAreLaidOnTheirMeanAndThatIsSaid() throws {
    let truth = try MovedStack()
    let input = try part(try truth.input(), [5, 6, 10])
    var parameters = SpectralFitParameters()
    parameters.background = .constant
    let fit = try LinearCombinationFit(
      references: truth.references,
      energies: input.stack.energies,
      parameters: parameters
    )
    #expect(fit.degreesOfFreedom == 0)
    let laid = StackRegistration(input, fit: fit, parameters: RegistrationParameters())
    let byMean = StackRegistration(input, fit: nil, parameters: RegistrationParameters())
    #expect(laid.shifts == byMean.shifts && laid.confidence == byMean.confidence)
    #expect(laid.meanAlone?.contains("3 images leave nothing over beside the 3 unknowns") == true)
    #expect(byMean.meanAlone == nil)
    // One energy more, and the fit has its say.
    let four = try part(try truth.input(), [5, 6, 8, 10])
    let free = StackRegistration(
      four,
      fit: try LinearCombinationFit(
        references: truth.references,
        energies: four.stack.energies,
        parameters: parameters
      ),
      parameters: RegistrationParameters()
    )
    #expect(free.meanAlone == nil)
  }

  /// Two images of different halves leave no pixel that all have measured.
  @Test func imagesWithoutACommonPixelAreLaidOnTheirMeanAndThatIsSaid() throws {
    let truth = try MovedStack()
    var input = try truth.input()
    for (energy, columns) in [(4, 30..<72), (12, 0..<42)] {
      for row in 0..<truth.shape.rows {
        for column in columns {
          let place = (energy * truth.shape.rows + row) * truth.shape.columns + column
          input.stack.opticalDensity.values[place] = .nan
          input.weights.values[place] = 0
        }
      }
    }
    let fit = try LinearCombinationFit(references: truth.references, energies: truth.energies)
    let laid = StackRegistration(input, fit: fit, parameters: RegistrationParameters())
    let byMean = StackRegistration(input, fit: nil, parameters: RegistrationParameters())
    #expect(laid.meanAlone?.contains("fewer than 17 pixels") == true)
    #expect(laid.shifts == byMean.shifts && laid.leftInPlace.isEmpty)
    #expect(laid.shifts.count { $0 == .zero } == 1)
  }
}
