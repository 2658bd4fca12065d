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
    let anchor = registration.shifts.indices.first { registration.shifts[$0] == .zero } ?? 0
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
}
