// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Foundation
import LivePipeline

/// Finds the particles of a tomogram.
struct ParticlesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "particles",
    abstract:
      "Tells the particles of a tomogram of two energies from one another and measures them.",
    discussion: """
      Marks what is solid by the mean of both energies, floods it from the maxima (watershed), and \
      joins and splits what it gets until the parts are plates; what cannot be made plates is listed \
      as a bunch. Prints how many are active, from 15 % FePO4 on. Writes particles.csv, particles.h5, \
      particles.png and particle-histograms.png, and with --section particle-ID.png; of a tomogram \
      that is not called tomogram.h5 with its name in front, NAME-particles.csv.

      Examples:
        tiltfold particles results/tomogram.h5
        tiltfold particles results/tomogram.h5 --results figures --section 1 2 5
        tiltfold particles results/tomogram.h5 --threshold 0.03 --active-percent 25
      """
  )

  @Argument(help: "A tomogram (.h5) with the volumes of two energies.")
  var tomogram: String
  @Option(help: "The folder of what is written; that of the tomogram where not said.")
  var results: String?
  @Option(
    help: ArgumentHelp(
      "Mean OD per voxel above which a voxel is solid; Otsu's criterion where not said.",
      valueName: "od"
    )
  )
  var threshold: Double?
  @Option(help: "The solid voxels of the smallest particle.")
  var minimumVoxels: Int?
  @Option(help: "The share of FePO4, %, from which a particle counts as active.")
  var activePercent: Double?
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Particles to cut along thickness and facet.", valueName: "id")
  )
  var section: [Int] = []
  @Option(help: "Configuration; what the tomogram says where not said.")
  var config: String?
  @Option(help: "A key in place of the configuration's, as in particles.marker_height=0.1.")
  var set: [String] = []
  @Flag(help: "No pictures.")
  var noPictures = false
  @Flag(help: "No progress.")
  var quiet = false

  func run() throws {
    try ExitStatus.explaining {
      var options = ParticleReport.Options()
      options.threshold = threshold
      options.minimumVoxels = minimumVoxels
      options.activePercent = activePercent
      let report = try ParticleReport(
        tomogram,
        configuration: config.map { path throws(ConfigurationErrors) in
          try PipelineConfiguration.load(path: path)
        },
        overrides: set,
        options: options
      )
      let result = try Terminal.finishing(by: report.requestFinish) { terminal in
        for remark in report.remarks { terminal.write(remark) }
        return report.run { step in
          guard !quiet, terminal.isInteractive, case .working(let what, let done, let all) = step
          else { return }
          terminal.show("\(what) | step \(done)/\(all)")
        }
      }
      guard let result else { throw ExitCode(1) }
      let folder = (tomogram as NSString).deletingLastPathComponent
      let written = try result.write(
        to: results ?? (folder.isEmpty ? "." : folder),
        sections: section,
        pictures: !noPictures
      )
      print(result.inWords)
      print("written: \(written.joined(separator: ", "))")
    }
  }
}
