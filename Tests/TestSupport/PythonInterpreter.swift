// SPDX-License-Identifier: BSD-3-Clause

public import Foundation

/// The Python that tests talk to, where there is one.
public enum PythonInterpreter {
  /// TILTFOLD_PYTHON, else python3.
  public static let name = ProcessInfo.processInfo.environment["TILTFOLD_PYTHON"] ?? "python3"

  /// What a script complained of before it failed.
  public struct Failure: Error, CustomStringConvertible {
    /// Its standard error.
    public var description: String
  }

  /// Whether it can import modules, "zmq, numpy".
  public static func has(_ modules: String) -> Bool { (try? run("import \(modules)")) != nil }

  /// A process that is not running yet.
  public static func makeProcess(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [name, "-W", "ignore"] + arguments
    var environment = ProcessInfo.processInfo.environment
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["PYTHONIOENCODING"] = "utf-8"
    process.environment = environment
    return process
  }

  /// Runs a script of Tests/Clients/page, which show the dashboard in a browser.
  ///
  /// - Parameters:
  ///   - name: Its file.
  ///   - arguments: Its arguments.
  /// - Returns: Its exit status, and all that it said.
  /// - Throws: What keeps it from starting.
  public static func showPage(
    _ name: String,
    _ arguments: [String]
  ) throws -> (code: Int32, said: String) {
    let process = makeProcess(["\(pageScripts)/\(name)"] + arguments)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  /// The folder of the scripts that show the dashboard in a browser.
  static let pageScripts: String = {
    let tests = "\(#filePath)".split(separator: "/").dropLast(2).joined(separator: "/")
    return "/\(tests)/Clients/page"
  }()

  /// Runs a script.
  ///
  /// - Parameters:
  ///   - script: Its text.
  ///   - arguments: Its arguments.
  /// - Returns: What it prints.
  /// - Throws: `Failure` with what it complained of, or what keeps it from starting.
  public static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = makeProcess(["-c", script] + arguments)
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
