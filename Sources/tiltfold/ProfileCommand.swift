// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline

/// Measures how sharp an edge in a volume is.
struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Measures how sharp an edge in a volume is, from 10 % to 90 %, along a line.",
    discussion: """
      Reads the volume along the line between its voxels (trilinear), averaged over a square across \
      it. The line begins on one side of one edge and ends on the other: the levels are the medians \
      of its first and last fifth. Places are x,y,z: in voxels from 0, as viewers count them, or \
      with --unit nm about the volume's middle, as the axes in a tomogram's file are. Writes \
      NAME-profile.png and NAME-profile.csv beside the volume.

      Examples:
        tiltfold profile results/tomogram.h5 --from 20,40,40 --to 40,40,40
        tiltfold profile results/tomogram.h5 --energy 1 --unit nm --from=-140,0,0 --to=-20,0,0
        tiltfold profile volume.mrc --from 10,12,60 --to 30,22,60 --width 5
      """
  )

  @Argument(help: "A tomogram (.h5) or an MRC volume.")
  var volume: String
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where the line begins.", valueName: "x,y,z")
  )
  var from: String
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where the line ends.", valueName: "x,y,z")
  )
  var to: String
  @Option(help: "The side of the square to average over across the line, voxels.")
  var width = 3.0
  @Option(help: "Which of a tomogram's energies, eV, or its place from 0.")
  var energy: Double?
  @Option(help: "What places and lengths are in: voxel or nm.")
  var unit = "voxel"
  @Option(help: "The beginning of the names of picture and table.")
  var output: String?
  @Flag(help: "No picture and no table.")
  var noFiles = false

  func validate() throws {
    for (name, text) in [("--from", from), ("--to", to)] where Self.place(text) == nil {
      throw ValidationError("\(name) takes three numbers x,y,z, as in 20,40,40; not \(text)")
    }
    guard ProfileReport.Unit(rawValue: unit) != nil else {
      throw ValidationError("--unit is voxel or nm, not \(unit)")
    }
    guard (1...64).contains(width) else {
      throw ValidationError("--width takes 1 to 64 voxels, not \(width)")
    }
  }

  func run() throws {
    guard let start = Self.place(from), let end = Self.place(to),
      let unit = ProfileReport.Unit(rawValue: unit)
    else { return }
    try ExitStatus.explaining {
      let report = try ProfileReport(
        volume,
        energy: energy,
        from: start,
        to: end,
        width: width,
        unit: unit
      )
      print(report.inWords)
      guard !noFiles else { return }
      let stem = output ?? "\((volume as NSString).deletingPathExtension)-profile"
      try report.writePicture(to: "\(stem).png")
      try report.writeCSV(to: "\(stem).csv")
      print("written: \(stem).png, \(stem).csv")
    }
  }

  private static func place(_ text: String) -> SIMD3<Double>? {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == 3, let x = numbers[0], let y = numbers[1], let z = numbers[2],
      x.isFinite, y.isFinite, z.isFinite
    else { return nil }
    return SIMD3(x, y, z)
  }
}
