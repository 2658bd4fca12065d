// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser

/// The program: runs a simulated acquisition, or scores results against its truth.
@main
struct DetectorSimulatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detector-simulator",
    abstract: "Stands in for the detector, and knows the truth.",
    discussion: """
      Example:
        detector-simulator run --bind tcp://127.0.0.1:37013 --truth truth.h5 --tilts 24 --rate 16
        detector-simulator score --truth truth.h5 --results results
      """,
    subcommands: [RunCommand.self, ScoreCommand.self, PaperCommand.self]
  )
}
