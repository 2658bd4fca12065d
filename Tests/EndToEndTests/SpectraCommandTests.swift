// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ChemicalMapping
import DetectorSimulator
import Foundation
import HDF5Storage
import Imaging
import LivePipeline
import Preprocessing
import Ptychography
import TestSupport
import Testing

/// Many energies at one tilt, from simulated frames to a chemical map.
@Suite(.enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
struct SpectraCommandTests {
  private static let references = Repository.root
    .appending(path: "Config/references/lifepo4-fe-l3.csv").path(percentEncoded: false)

  @Test func aStreamOfManyEnergiesBecomesAMapOfItsTruth() throws {
    let tiltfold = try #require(BuiltProgram.tiltfold)
    var run = SimulatedRun()
    run.parameters.tiltCount = 1
    run.parameters.firstAngle = TiltAngle(degrees: 0)
    run.parameters.energies = [700, 703, 707.2, 708.2, 709, 710.2, 711.5].map(
      PhotonEnergy.init(electronVolts:)
    )
    // The simulator's attenuator, on either side of the energies.
    run.configuration.preprocessing.attenuator?.transmissions = [(700, 0.01131), (720, 0.02031)].map
    {
      EnergyTransmission(energy: PhotonEnergy(electronVolts: $0), transmission: $1)
    }
    run.parameters.scanColumns = 7
    run.parameters.scanRows = 7
    run.parameters.plateCount = 12
    run.parameters.sampleDiameter = Length(nanometers: 300)
    run.configuration.ptychography.iterations = 300
    // Few photons above the edge's feet: what is noise is not taken for iron.
    run.configuration.ptychography.modulusRelaxation = 1
    run.configuration.ptychography.likelihoodIterations = 80
    let outcome = try run.run()
    #expect(outcome.summary.errors == 0, "\(outcome.summary.events)")
    #expect(outcome.summary.scans.count == 7 && outcome.summary.tomograms.isEmpty)
    #expect(outcome.summary.events.isEmpty, "\(outcome.summary.events)")
    #expect(outcome.events.contains { "\($0)".contains("7 energies at one tilt make no volume") })

    let folder = outcome.folder.file("map")
    let map = try tiltfold.run([
      "spectra", outcome.results, "--references", Self.references, "--interpolation", "cubic",
      "--results", folder, "--pixel", "40,40",
    ])
    #expect(map.code == 0, "\(map.errors)")
    for words in ["stack:", "7 energies, 700.0 to 711.5 eV", "good fits:", "charge:", "2-D, 2 E:"] {
      #expect(map.output.contains(words), "\(map.output)")
    }
    print(map.output)
    let record = try readSpectra("\(folder)/spectra.h5")
    // What the plates truly hold.
    let phantom = Phantom(run.parameters)
    let paths = phantom.paths(
      tilt: TiltAngle(degrees: 0),
      side: 64,
      pixelSize: Length(nanometers: 6.7)
    )
    // Where there is iron: with an OD of 0.1 at the peaks.
    let iron = zip(paths.lithiated.values, paths.delithiated.values).map {
      8.6e6 * ($0 + $1) > 0.1
    }
    func sum(_ image: Image, _ isCounted: [Bool]) -> Double {
      zip(image.values, isCounted).reduce(0) { $0 + ($1.1 ? Double($1.0) : 0) }
    }
    let charged = sum(paths.delithiated, iron)
    let discharged = sum(paths.lithiated, iron)
    let truth = charged / (charged + discharged)
    let found = record.figure("state_of_charge") ?? .nan
    // Weak plates and few energies: by itself the result says ± 0.04.
    let uncertainty = record.figure("state_of_charge_uncertainty") ?? .nan
    #expect((0.005...0.08).contains(uncertainty), "\(uncertainty)")
    #expect(abs(found - truth) < 0.06, "\(found) ± \(uncertainty), true \(truth)")
    #expect(record.figure("well_fitted_percent") ?? 0 > 90)
    let lithiated = record.map("amount_0") ?? Image(shape: Shape2D(square: 1))
    let density = record.map("iron_optical_density") ?? lithiated
    let total = sum(lithiated, density.values.map { $0 > 0.1 })
    #expect(abs(total / (1e6 * discharged) - 1) < 0.25, "\(total), true \(1e6 * discharged)")
    // Below the edge a few per cent of the peaks are left, which so weak an object shows in part.
    let slope = record.figure("pre_edge_slope") ?? .nan
    #expect((0.002...0.08).contains(slope), "\(slope)")
  }

  @Test func aCommandThatCannotWorkSaysWhy() throws {
    let tiltfold = try #require(BuiltProgram.tiltfold)
    let scratch = try TemporaryFolder()
    let missing = try tiltfold("spectra", scratch.file("none"), "--references", Self.references)
    #expect(missing.code == 66, "\(missing.errors)")
    let words = try tiltfold("spectra", "x.h5", "--background", "cubic")
    #expect(words.code == 64 && words.errors.contains("none, constant, linear"), "\(words.errors)")
    let pixel = try tiltfold("spectra", "x.h5", "--pixel", "4;5")
    #expect(pixel.code == 64 && pixel.errors.contains("ROW,COLUMN"))
    // A stack that does not say its tilt is compared with no tomogram as if it had none.
    let stack = SpectraRecord(
      name: "flat",
      energies: [700, 708.2, 710.2].map { PhotonEnergy(electronVolts: $0) },
      stack: ImageStack(count: 3, shape: Shape2D(square: 16), filledWith: 0.4),
      pixelSize: Length(nanometers: 10)
    )
    try writeSpectra(stack, to: scratch.file("stack.h5"))
    let tilt = try tiltfold(
      "spectra",
      scratch.file("stack.h5"),
      "--references",
      Self.references,
      "--tomogram",
      "x.h5"
    )
    #expect(tilt.code == 65 && tilt.errors.contains("--tilt=DEGREES"), "\(tilt.errors)")
    let pair = try tiltfold(
      "spectra",
      scratch.file("stack.h5"),
      "--references",
      Self.references,
      "--pair",
      "708.2,712"
    )
    #expect(pair.code == 65 && pair.errors.contains("within 0.5 eV"), "\(pair.errors)")
    let help = try tiltfold("spectra", "--help")
    #expect(help.code == 0 && help.output.contains("--pre-edge"))
  }
}
