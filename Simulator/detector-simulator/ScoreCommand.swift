// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser

/// Compares results with the truth.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Compares results with the truth."
  )
  func run() throws { throw ValidationError("not built yet") }
}
