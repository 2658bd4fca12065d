// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import LivePipeline

/// Reconstructs a volume from projections.
struct TomogramCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tomogram",
    abstract: "Reconstructs a volume from the projections in a file.",
    discussion: """
      Takes a tomogram of this program, to build it anew with other parameters; projections in \
      DataExchange's or a NeXus layout (HDF5); and MRC tilt series with their angles beside them \
      (NAME.rawtlt, NAME.tlt) or in FEI's header. Lays the tilts onto one another, reconstructs to \
      convergence, and writes the tomogram (HDF5) with pictures beside it.

      Examples:
        tiltfold tomogram HAADF.mrc
        tiltfold tomogram run-17/tomogram.h5 --sweeps 40 --set tomography.relaxation=0.3
        tiltfold tomogram projections.h5 --pixel-size-nm 6.7 --mrc --tiff
        tiltfold tomogram series.st --tilts angles.txt --quantity intensity --bin 2
        tiltfold tomogram tomogram.h5 --no-align --remove-tilts 3,17,-62.5deg

      Keys for --set, as in tomography.relaxation=0.3 (Docs/Reference/Configuration.md has all):
      \(keys)
      """
  )

  private static let keys =
    (PipelineConfiguration.keys(of: "tomography") + PipelineConfiguration.keys(of: "registration"))
    .map { "  \($0)" }.joined(separator: "\n")

  @Argument(help: "The series; several files are parts of one, each with its angles.")
  var files: [String]
  @Option(
    help: ArgumentHelp("The angles of an MRC series, degrees, one to a line.", valueName: "file")
  )
  var tilts: String?
  @Option(help: "The size of a pixel, in place of what the file says.")
  var pixelSizeNm: Double?
  @Option(
    help: ArgumentHelp(
      "What the numbers are: od (line integrals), intensity (what came through), signal (what was "
        + "scattered, as in dark field).",
      valueName: "od|intensity|signal"
    )
  )
  var quantity: String?
  @Option(
    help: ArgumentHelp(
      "Which way the rotation axis runs in the images: rows (down, from row to row) or columns "
        + "(across).",
      valueName: "rows|columns"
    )
  )
  var axisAlong: String?
  @Option(help: "Average squares of so many pixels along a side.")
  var bin = 1
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Tilts to leave out: places in the file from 0, ranges, or angles as in -62.5deg.",
      valueName: "list"
    )
  )
  var removeTilts: String?
  @Option(help: "Only this photon energy, eV; may be repeated.")
  var energy: [Double] = []
  @Option(help: "The volume's extent along x and z, voxels.")
  var volumeSide: Int?
  @Option(help: "The volume's extent along the axis, voxels.")
  var volumeHeight: Int?
  @Option(
    help: ArgumentHelp(
      "How projections correct the volume, in place of tomography.method.",
      valueName: "art|sart|sirt"
    )
  )
  var method: String?
  @Option(help: "Sweeps over all tilts, in place of tomography.final_sweeps.")
  var sweeps: Int?
  @Option(help: "Joint rounds of registration, in place of tomography.final_alignment_rounds.")
  var alignRounds: Int?
  @Flag(help: "Leave the projections where they are.")
  var noAlign = false
  @Option(help: "The result; NAME-tomogram.h5 beside the series where not said.")
  var output: String?
  @Option(help: "A configuration, of which tomography, registration and chemistry count.")
  var config: String?
  @Option(help: "A key in place of the configuration's, as in tomography.relaxation=0.3.")
  var set: [String] = []
  @Flag(help: "Write each volume as MRC, too.")
  var mrc = false
  @Flag(help: "Write each volume as a TIFF stack, too.")
  var tiff = false
  @Flag(help: "No pictures.")
  var noPictures = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    if let pixelSizeNm, !(pixelSizeNm > 0) {
      throw ValidationError("--pixel-size-nm takes a size above zero, not \(pixelSizeNm).")
    }
    if bin < 1 { throw ValidationError("--bin takes 1 or more, not \(bin).") }
    if noAlign, alignRounds != nil {
      throw ValidationError("--no-align does no rounds: leave --align-rounds out.")
    }
    if let quantity, ProjectionQuantity(rawValue: quantity) == nil {
      throw ValidationError("--quantity is od, intensity or signal; not \(quantity).")
    }
    if let axisAlong, AxisDirection(rawValue: axisAlong) == nil {
      throw ValidationError("--axis-along is rows or columns; not \(axisAlong).")
    }
    if let removeTilts, TiltChoice.list(removeTilts) == nil {
      throw ValidationError(
        "--remove-tilts takes places, ranges and angles, as in 3,17,20-24,-62.5deg; not "
          + "\(removeTilts)."
      )
    }
  }

  func run() throws {
    try ExitStatus.explaining {
      let output = output ?? TomogramResult.defaultOutput(for: files[0])
      try TomogramResult.checkOutput(output, sources: files)
      let reconstruction = try TomogramReconstruction(
        paths: files,
        configuration: config.map { path throws(ConfigurationErrors) in
          try PipelineConfiguration.load(path: path)
        },
        overrides: set,
        options: options
      )
      let result = try Self.run(reconstruction, quiet: quiet)
      var written = try result.write(to: output, mrc: mrc, tiff: tiff)
      if !noPictures { written += try result.drawPictures(beside: output) }
      print(result.inWords)
      print("written: \(written.joined(separator: ", "))")
      guard result.isWhole else { throw ExitCode(1) }
    }
  }

  private var options: TomogramOptions {
    var options = TomogramOptions()
    options.tiltFile = tilts
    options.pixelSize = pixelSizeNm.map { Length(nanometers: $0) }
    options.quantity = quantity.flatMap(ProjectionQuantity.init)
    options.axis = axisAlong.flatMap(AxisDirection.init)
    options.binning = bin
    options.removedTilts = removeTilts.flatMap(TiltChoice.list) ?? []
    options.energies = energy
    options.aligns = !noAlign
    options.volumeSide = volumeSide
    options.volumeHeight = volumeHeight
    options.sweeps = sweeps
    options.method = method
    options.alignmentRounds = alignRounds
    return options
  }

  private static func run(
    _ reconstruction: TomogramReconstruction,
    quiet: Bool
  ) throws -> TomogramResult {
    try Terminal.finishing(by: reconstruction.requestFinish) { terminal in
      var line = TomogramLine(isInteractive: terminal.isInteractive)
      return try reconstruction.run { step in
        if !quiet, let text = line.text(step) { terminal.show(text) }
      }
    }
  }
}
