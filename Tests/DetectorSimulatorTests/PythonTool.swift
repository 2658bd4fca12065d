// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// python3 with NumPy, which the beamline's programs are written in; absent on many machines.
enum PythonTool {
  /// Whether python3 can import NumPy.
  static let hasNumPy: Bool = (try? run("import numpy")) != nil

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a script and returns what it prints.
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    let named = ProcessInfo.processInfo.environment["TILTFOLD_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [named, "-W", "ignore", "-c", script] + arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: String(decoding: complaint, as: UTF8.self))
    }
    return String(decoding: printed, as: UTF8.self)
  }
}
