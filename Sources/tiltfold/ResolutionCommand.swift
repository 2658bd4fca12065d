// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import ArgumentParser
import Foundation
import LivePipeline

/// Measures the resolution of a tomogram.
struct ResolutionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolution",
    abstract: "Measures the resolution of a tomogram by Fourier shell correlation.",
    discussion: """
      Of a tomogram (.h5), even and odd tilts are reconstructed by themselves from the projections \
      in the file, at the shifts they have there, without support and total variation, and compared \
      without a mask. Of two volumes (MRC or tomograms), which must show one object, lie on one \
      another and come from different data, these are compared.

      Prints half periods, as papers of the field quote resolution: where the correlation falls \
      below the 1/2-bit threshold, and below 0.5; and the limit that the number of tilts sets \
      (Crowther, DeRosier, Klug), a full period. Writes NAME-resolution.png and NAME-resolution.csv \
      beside the first file.

      Examples:
        tiltfold resolution results/tomogram.h5
        tiltfold resolution results/tomogram.h5 --energy 0 --diameter-nm 500
        tiltfold resolution even.mrc odd.mrc --output halves
      """
  )

  @Argument(help: "A tomogram; or two volumes, MRC or tomograms.")
  var files: [String]
  @Option(help: "Which of a tomogram's energies, eV, or its place from 0; all where not said.")
  var energy: Double?
  @Option(help: "Sweeps of each half; those of the tomogram's volumes where not said.")
  var sweeps: Int?
  @Option(help: "The object's diameter across the axis, nm; as the volume shows it where not said.")
  var diameterNm: Double?
  @Option(help: "The voxel size of volumes that do not say it, nm.")
  var voxelNm: Double?
  @Option(
    help: ArgumentHelp(
      "Let the volumes fade out over this part of each side, for objects that reach their faces.",
      valueName: "0-0.5"
    )
  )
  var softEdge = 0.0
  @Option(help: "The beginning of the names of picture and table.")
  var output: String?
  @Flag(help: "No picture and no table.")
  var noFiles = false
  @Flag(help: "No progress.")
  var quiet = false

  func validate() throws {
    guard (1...2).contains(files.count) else {
      throw ValidationError("name one tomogram or two volumes, not \(files.count) files")
    }
    guard (0...0.5).contains(softEdge) else {
      throw ValidationError("--soft-edge is a part of each side, 0 to 0.5, not \(softEdge)")
    }
    for (name, value) in [("--diameter-nm", diameterNm), ("--voxel-nm", voxelNm)] {
      if let value, !(value > 0 && value.isFinite) {
        throw ValidationError("\(name) is a length above 0, not \(value)")
      }
    }
    if let sweeps, !(1...1000).contains(sweeps) {
      throw ValidationError("--sweeps takes 1 to 1000, not \(sweeps)")
    }
  }

  func run() throws {
    try ExitStatus.explaining {
      var options = ResolutionReport.Options()
      options.energy = energy
      options.sweeps = sweeps
      options.diameter = diameterNm.map(Length.init(nanometers:))
      options.voxelSize = voxelNm.map(Length.init(nanometers:))
      options.softEdge = softEdge
      let report: ResolutionReport
      if files.count == 2 {
        report = try ResolutionReport(files[0], files[1], options: options)
      } else {
        let line = OfflineLine(quiet: quiet)
        report = try ResolutionReport(tomogram: files[0], options: options, progress: line.show)
        line.finish()
      }
      print(report.inWords)
      guard !noFiles else { return }
      let stem = output ?? "\((files[0] as NSString).deletingPathExtension)-resolution"
      try report.writePicture(to: "\(stem).png")
      try report.writeCSV(to: "\(stem).csv")
      print("written: \(stem).png, \(stem).csv")
    }
  }
}
