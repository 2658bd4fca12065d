// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import ChemicalMapping
import Foundation
import LivePipeline

/// Maps chemistry from a stack of many energies.
struct SpectraCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "spectra",
    abstract: "Maps chemistry from images of one tilt at many photon energies.",
    discussion: """
      Takes finished scans of one tilt (CXI results, or the folder of a run), or a stack of another \
      program (HDF5: DataExchange as MANTiS writes it, NXstxm). Lays the images onto one another, fits \
      every pixel's spectrum by reference spectra, and says how good the fits are. Compares with what \
      the two energies of a tomogram say, and with a tomogram itself, seen along the beam.

      Writes spectra.h5, spectra.csv, mismatch.csv and pictures.

      Examples:
        tiltfold spectra run-18 --references Config/references/lifepo4-fe-l3.csv
        tiltfold spectra scans/*.cxi --references refs.csv --non-negative --background constant
        tiltfold spectra run-18 --references refs.csv --tomogram run-17/tomogram.h5
        tiltfold spectra stack.h5 --references lfp.xas --references fp.xas --pre-edge 700..705
        tiltfold spectra stack.h5 --references refs.csv --pixel 40,52 --region 10..20,30..44
      """
  )

  @Argument(help: "Results (.cxi) of one tilt, a folder of them, or one stack (HDF5).")
  var inputs: [String]
  @Option(
    help: ArgumentHelp(
      "Reference spectra: columns of text, energy in eV first, or HDF5; may be repeated.",
      valueName: "file"
    )
  )
  var references: [String] = []
  @Option(
    help: ArgumentHelp(
      "Only these references, LiFePO4 first, then FePO4, whatever they are called.",
      valueName: "name,name"
    )
  )
  var referenceNames: String?
  @Option(help: "The folder of the results; NAME-spectra beside the first input where not said.")
  var results: String?
  @Flag(help: "Keep the amounts of the references from being negative.")
  var nonNegative = false
  @Option(
    help: ArgumentHelp(
      "What is fitted besides the references.",
      valueName: "none|constant|linear"
    )
  )
  var background = "none"
  @Option(
    help: ArgumentHelp(
      "Subtract the mean of these energies, eV, from data and references.",
      valueName: "low..high"
    )
  )
  var preEdge: String?
  @Option(help: ArgumentHelp("Only energies in this range, eV.", valueName: "low..high"))
  var range: String?
  @Option(
    help: ArgumentHelp(
      "How references are read between their energies.",
      valueName: "linear|cubic"
    )
  )
  var interpolation = "linear"
  @Option(help: "The R from which on a pixel is left out of the maps.")
  var rBound = 0.15
  @Option(help: "The mean OD of both peaks from which on a pixel holds iron.")
  var minimumIron = 0.1
  @Option(
    help: ArgumentHelp(
      "The two energies of two-energy maps, eV; those of chemistry.energies_eV where not said.",
      valueName: "first,second"
    )
  )
  var pair: String?
  @Option(
    help: ArgumentHelp("A pixel whose spectrum is shown; may be repeated.", valueName: "row,col")
  )
  var pixel: [String] = []
  @Option(
    help: ArgumentHelp(
      "Pixels whose mean spectrum is shown; may be repeated.",
      valueName: "r0..r1,c0..c1"
    )
  )
  var region: [String] = []
  @Option(
    help: "A tomogram (.h5) of the same sample to compare with; tilt and pixel size must be known."
  )
  var tomogram: String?
  @Option(
    parsing: .unconditional,
    help: "Only scans of this tilt, degrees; the tilt of a stack that does not say its own."
  )
  var tilt: Double?
  @Option(
    help: ArgumentHelp("What the numbers of a stack are.", valueName: "od|intensity")
  )
  var quantity: String?
  @Option(
    help: ArgumentHelp(
      "Where a stack of intensities shows no sample: its mean is I0.",
      valueName: "r0..r1,c0..c1"
    )
  )
  var vacuum: String?
  @Option(help: "The size of a pixel, nm, in place of what the files say.")
  var pixelSizeNm: Double?
  @Flag(help: "Leave the images where they are.")
  var noAlign = false
  @Option(help: "A configuration, of which registration, chemistry and compute count.")
  var config: String?
  @Option(help: "A key in place of the configuration's, as in registration.maximum_shift_px=40.")
  var set: [String] = []
  @Flag(help: "No pictures.")
  var noPictures = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws { _ = try options() }

  func run() throws {
    try ExitStatus.explaining {
      var configuration = PipelineConfiguration()
      if let config { configuration = try PipelineConfiguration.load(path: config) }
      try configuration.applyToScan(set)
      let folder = results ?? SpectraResult.defaultFolder(for: inputs[0])
      let analysis = SpectralAnalysis(
        paths: inputs,
        configuration: configuration,
        options: try options()
      )
      let line = OfflineLine(quiet: quiet)
      let result = try Terminal.finishing(by: analysis.requestFinish) { _ in
        try analysis.run(progress: line.show)
      }
      line.finish()
      let written = try result.write(to: folder, pictures: !noPictures)
      print(result.inWords)
      print("written: \(written.joined(separator: ", "))")
    }
  }

  private func options() throws -> SpectraOptions {
    var options = SpectraOptions()
    options.references = references
    options.referenceNames = (referenceNames ?? "").split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    options.fit.isNonNegative = nonNegative
    options.fit.background = try choice(background, "--background")
    options.fit.interpolation = try choice(interpolation, "--interpolation")
    options.fit.preEdge = try preEdge.map { try energies($0, "--pre-edge") }
    options.energyRange = try range.map { try energies($0, "--range") }
    options.preEdgeStudy = options.fit.preEdge
    options.quantity = try quantity.map { try choice($0, "--quantity") }
    if !(rBound > 0) { throw ValidationError("--r-bound is above 0, not \(rBound).") }
    options.rBound = rBound
    if !(minimumIron >= 0) { throw ValidationError("--minimum-iron is 0 or more.") }
    options.minimumIron = minimumIron
    if let pair {
      let parts = pair.split(separator: ",").compactMap { Double($0) }
      guard parts.count == 2, parts[0] != parts[1] else {
        throw ValidationError("--pair takes two energies, as in 708.2,710.2; not \(pair).")
      }
      options.pair = parts.map { PhotonEnergy(electronVolts: $0) }
    }
    options.pixels = try pixel.map { text in
      let parts = text.split(separator: ",").compactMap { Int($0) }
      guard parts.count == 2, parts.allSatisfy({ $0 >= 0 }) else {
        throw ValidationError("--pixel takes ROW,COLUMN, as in 40,52; not \(text).")
      }
      return (row: parts[0], column: parts[1])
    }
    options.regions = try region.map { try area($0, "--region") }
    options.vacuum = try vacuum.map { try area($0, "--vacuum") }
    if let pixelSizeNm, !(pixelSizeNm > 0) {
      throw ValidationError("--pixel-size-nm takes a size above zero, not \(pixelSizeNm).")
    }
    options.pixelSize = pixelSizeNm.map { Length(nanometers: $0) }
    options.tilt = tilt.map { TiltAngle(degrees: $0) }
    options.aligns = !noAlign
    options.tomogram = tomogram
    return options
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ text: String,
    _ option: String
  ) throws -> Choice where Choice.RawValue == String {
    guard let choice = Choice(rawValue: text) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(option) is one of \(words); not \(text).")
    }
    return choice
  }

  private func energies(_ text: String, _ option: String) throws -> ClosedRange<PhotonEnergy> {
    guard let range = ClosedRange<PhotonEnergy>(electronVolts: text) else {
      throw ValidationError("\(option) takes LOW..HIGH in eV, as in 700..705; not \(text).")
    }
    return range
  }

  private func area(_ text: String, _ option: String) throws -> SpectraOptions.Region {
    guard let region = SpectraOptions.Region(text) else {
      throw ValidationError(
        "\(option) takes rows and columns, as in 10..20,30..44; not \(text)."
      )
    }
    return region
  }
}
