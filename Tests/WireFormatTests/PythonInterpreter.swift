// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The Python that tests talk to, where there is one.
enum PythonInterpreter {
  /// TILTFOLD_PYTHON, else python3.
  static let name = ProcessInfo.processInfo.environment["TILTFOLD_PYTHON"] ?? "python3"

  /// Whether it has pyzmq and NumPy.
  static let hasLibraries: Bool = {
    let process = makeProcess(["-c", "import zmq, numpy"])
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// A process that is not running yet.
  static func makeProcess(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["PYTHONIOENCODING"] = "utf-8"
    process.environment = environment
    return process
  }
}
