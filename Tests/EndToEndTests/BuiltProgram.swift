// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

/// The program as it was built beside the tests, run as a process of its own.
struct BuiltProgram {
  /// What a run left behind.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  /// `tiltfold`, nil where it does not lie beside the tests.
  static let tiltfold = BuiltProgram(name: "tiltfold")

  /// `detector-simulator`; a failed test where it does not lie beside the tests.
  static func simulator() throws -> BuiltProgram {
    try #require(BuiltProgram(name: "detector-simulator"), "detector-simulator is not built")
  }

  /// `tiltfold`; a failed test where it does not lie beside the tests.
  static func built() throws -> BuiltProgram { try #require(tiltfold, "tiltfold is not built") }

  private let location: URL
  /// Where it is.
  var path: String { location.path(percentEncoded: false) }

  private init?(name: String) {
    guard let tests = Bundle.main.executableURL?.resolvingSymlinksInPath() else { return nil }
    location = tests.deletingLastPathComponent().appending(path: name)
    guard FileManager.default.isExecutableFile(atPath: location.path(percentEncoded: false)) else {
      return nil
    }
  }

  /// Runs it to its end.
  func callAsFunction(_ arguments: String...) throws -> Outcome {
    try run(arguments)
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - arguments: The command line.
  ///   - limit: Words for the shell that come first, such as "ulimit -f 100"; the program then
  ///     takes the shell's place.
  ///   - isolated: Whether that shell may mount what nobody else sees; only root may.
  ///   - meanwhile: Called once it runs, to disturb it.
  /// - Returns: Exit code and what it said.
  /// - Throws: What keeps it from starting.
  func run(
    _ arguments: [String],
    limit: String? = nil,
    isolated: Bool = false,
    meanwhile: (RunningProgram) -> Void = { _ in }
  ) throws -> Outcome {
    let process = Process()
    if let limit {
      let program = location.path(percentEncoded: false)
      let shell = ["bash", "-c", "\(limit); exec \"$0\" \"$@\"", program] + arguments
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = isolated ? ["unshare", "-m", "--propagation", "private"] + shell : shell
    } else {
      process.executableURL = location
      process.arguments = arguments
    }
    let running = try RunningProgram(starting: process)
    meanwhile(running)
    return running.finished()
  }
}
