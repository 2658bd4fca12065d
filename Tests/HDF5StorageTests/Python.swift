// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// python3 with h5py, the reader that most users of our files have; absent on many machines.
enum Python {
  /// Whether python3 can import h5py.
  static let hasH5py: Bool = (try? run("import h5py")) != nil

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Writes a file in the layout of another program (Tests/Clients/make_layouts.py).
  static func make(_ layout: String, at path: String) throws {
    let script = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Clients/make_layouts.py")
    _ = try run(try String(contentsOf: script, encoding: .utf8), layout, path)
  }

  /// Runs a script and returns what it prints.
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    let named = ProcessInfo.processInfo.environment["TILTFOLD_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [named, "-c", script] + arguments
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
