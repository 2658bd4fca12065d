// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import LivePipeline

/// Prints the manual page; `make man` puts it where `man` finds it.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Prints the manual page in the form that man reads.",
    shouldDisplay: false
  )

  func run() throws {
    try ExitStatus.explaining {
      let page = try ManualPage(help: TiltfoldCommand._dumpHelp(), version: tiltfoldVersion)
      print(page.text, terminator: "")
    }
  }
}
