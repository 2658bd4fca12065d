// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import TestSupport
import Testing

/// What is chosen where a stack and its references leave a choice, and what is said of it.
@Suite struct SpectraChoicesTests {
  let scratch: TemporaryFolder
  var grains: TiltedGrains
  let stack: String

  init() throws {
    scratch = try TemporaryFolder()
    grains = try TiltedGrains()
    stack = scratch.file("stack.h5")
    try grains.writeReferences(to: scratch.file("refs.csv"))
    try grains.writeStack(at: TiltAngle(degrees: 0), to: stack)
  }

  func run(_ change: (inout SpectraOptions) -> Void = { _ in }) throws -> SpectraResult {
    var options = SpectraOptions()
    options.references = [scratch.file("refs.csv")]
    options.aligns = false
    change(&options)
    return try SpectralAnalysis(paths: [stack], options: options).run()
  }

  @Test func energiesThatStandForOthersAreNamedAndThoseTooFarAwayRefused() throws {
    func volts(_ values: [Double]) -> [PhotonEnergy] {
      values.map { PhotonEnergy(electronVolts: $0) }
    }
    let exact = try run()
    #expect(exact.pair == volts([708.2, 710.2]) && exact.remarks.isEmpty)
    let near = try run { $0.pair = volts([708.24, 710.5]) }
    #expect(near.pair == volts([708.2, 710.2]))
    #expect(near.remarks == ["the stack's image at 710.2 eV stands for 710.5 eV"])
    _ = try near.write(to: scratch.file("results"), pictures: false)
    #expect(try readSpectra(scratch.file("results/spectra.h5")).remarks == near.remarks)
    do {
      _ = try run { $0.pair = volts([708.2, 712.5]) }
      Issue.record("an image at 711.5 eV was taken for one at 712.5 eV")
    } catch { #expect("\(error)".contains("not two images within 0.5 eV of 708.2 and 712.5 eV")) }
    // Without --pair the rest goes on, and the map that is missing is said to be.
    let cut = try run { $0.energyRange = volts([700])[0]...volts([709])[0] }
    #expect(cut.twoEnergies == nil && cut.maps != nil)
    #expect(cut.remarks.count == 1 && cut.inWords.contains("no map of two energies"))
  }

  @Test func theOrderThatAPersonGivesCountsWhateverNamesSay() throws {
    let plain = try run()
    #expect(plain.fit.phases == PhaseRoles(lithiated: 0, delithiated: 1, areNamed: true))
    #expect(plain.inWords.contains("LFP is LiFePO4 and FP FePO4, by their names"))
    let turned = try run { $0.referenceNames = ["FP", "LFP"] }
    #expect(turned.fit.phases == PhaseRoles(lithiated: 0, delithiated: 1, areNamed: false))
    #expect(turned.inWords.contains("FP is LiFePO4 and LFP FePO4, as --reference-names has them"))
    #expect(turned.remarks.contains { $0.hasPrefix("the order of --reference-names counts") })
    let (a, b) = (try #require(plain.ironFit), try #require(turned.ironFit))
    #expect(abs(a.composition + b.composition - 1) < 1e-9)
  }

  /// Splines through each file's own points, not through straight lines between them.
  @Test func referencesOfSeveralFilesAreJoinedByTheirOwnSplines() throws {
    var parts: [ReferenceSpectra] = []
    for (place, step) in [5, 4].enumerated() {
      let energies = stride(from: 6990, through: 7170, by: step).map {
        PhotonEnergy(electronVolts: Double($0) / 10)
      }
      let part = try ReferenceSpectra(
        energies: energies,
        names: [grains.references.names[place]],
        absorption: [try grains.references.absorption(at: energies)[place]]
      )
      parts.append(part)
      var text = "energy_eV,\(part.names[0])_per_um\n"
      for (energy, value) in zip(part.energies, part.absorption[0]) {
        text += "\(energy.electronVolts),\(value)\n"
      }
      try text.write(toFile: scratch.file("\(place).csv"), atomically: true, encoding: .utf8)
    }
    let result = try run {
      $0.references = [scratch.file("0.csv"), scratch.file("1.csv")]
      $0.fit.interpolation = .cubic
    }
    for (place, part) in parts.enumerated() {
      let own = try part.absorption(at: grains.energies, by: .cubic)[0]
      #expect(maximumDifference(result.fit.terms[place], own) < 1e-9)
      let straight = try part.absorption(at: grains.energies)[0]
      #expect(maximumDifference(own, straight) > 0.01)
    }
  }

  /// A film that absorbs alike everywhere makes the pre-edge matter, and that shows whether the fit takes it off
  /// or not; without it nothing does.
  @Test(arguments: [false, true])
  func whetherThePreEdgeMattersDoesNotDependOnTheFit(isSubtracted: Bool) throws {
    var soiled = grains
    soiled.foreign = 0.1
    let below = PhotonEnergy(electronVolts: 699)...PhotonEnergy(electronVolts: 704)
    func study() throws -> SpectraResult {
      try run {
        $0.minimumIron = 0.25
        $0.preEdgeStudy = below
        $0.fit.preEdge = isSubtracted ? below : nil
      }
    }
    let clean = try study()
    #expect(try #require(clean.preEdgeEffect).rootMeanSquare < 1e-4)
    // 0.43 and 0.42 per um below the edge, of about 8.3 in the mean of both peaks.
    #expect(abs(try #require(clean.preEdge).slope - 0.05) < 0.01)
    try soiled.writeStack(at: TiltAngle(degrees: 0), to: stack)
    let film = try study()
    #expect(try #require(film.preEdgeEffect).rootMeanSquare > 0.03)
    let preEdge = try #require(film.preEdge)
    let (first, second) = (film.stack.opticalDensity[4], film.stack.opticalDensity[6])
    for i in preEdge.peaks.values.indices where preEdge.peaks.values[i].isFinite {
      #expect(abs(preEdge.peaks.values[i] - 0.5 * (first.values[i] + second.values[i])) < 1e-6)
    }
  }

  /// Three energies leave one degree of freedom, by which a third of all spectra seem to know their
  /// composition twice as well as they do; and neighbours share their noise.
  @Test func theStateOfChargeIsAsUncertainAsItScatters() throws {
    let energies = [707.5, 708.2, 710.2].map { PhotonEnergy(electronVolts: $0) }
    let rows = try grains.references.absorption(at: energies)
    let shape = Shape2D(square: 64)
    let (l, d) = (0.05, 0.03)
    var (errors, stated): ([Double], [Double]) = ([], [])
    for seed in 1...24 {
      var images = ImageStack(count: energies.count, shape: shape)
      for energy in energies.indices {
        let noise = smoothNoise(shape, seed: UInt64(100 * seed + energy))
        let clean = Float(rows[0][energy] * l + rows[1][energy] * d)
        images[energy] = Image(shape: shape, values: noise.map { clean + 0.03 * $0 })
      }
      try writeSpectra(
        SpectraRecord(name: "flat", energies: energies, stack: images, pixelSize: nil),
        to: stack
      )
      let record = try run().record
      errors.append(try #require(record.figure("state_of_charge")) - d / (l + d))
      stated.append(try #require(record.figure("state_of_charge_uncertainty")))
    }
    let scatter = (errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)).squareRoot()
    // 24 draws know a scatter to 15 %; were the pixels' noise their own, a fifth would be stated.
    #expect((stated.min() ?? 0) > 0.5 * scatter, "\(stated) for \(scatter)")
    #expect(stated.reduce(0, +) / Double(stated.count) < 2 * scatter, "\(stated) for \(scatter)")
  }

  /// Noise of unit deviation, smoothed over 1.4 pixels; periodic.
  func smoothNoise(_ shape: Shape2D, seed: UInt64) -> [Float] {
    var values = Phantoms.noise(count: shape.count, seed: seed)
    let reach = 6
    let kernel = (-reach...reach).map { exponential(-Double($0 * $0) / (2 * 1.4 * 1.4)) }
    for (stride, count) in [(1, shape.columns), (shape.columns, shape.rows)] {
      values = values.indices.map { i in
        let place = i / stride % count
        var sum = 0.0
        for (k, weight) in kernel.enumerated() {
          let other = (place + k - reach + count) % count
          sum += weight * Double(values[i + (other - place) * stride])
        }
        return Float(sum)
      }
    }
    let power = values.reduce(0.0) { $0 + Double($1 * $1) } / Double(values.count)
    return values.map { $0 / Float(power.squareRoot()) }
  }
}
