// SPDX-License-Identifier: BSD-3-Clause

import ArgumentParser
import Glibc
import HDF5Storage
import LivePipeline

/// The exit codes that the commands promise (Docs/Reference/CommandLine.md).
enum ExitStatus: Int32 {
  /// The data cannot be used.
  case data = 65
  /// A file cannot be opened.
  case input = 66
  /// Nobody answers.
  case unanswered = 69
  /// A result cannot be written, or an address is taken.
  case output = 73
  /// The configuration is wrong.
  case configuration = 78

  /// Runs a command; an error is told in words, and becomes its exit code.
  ///
  /// - Parameters:
  ///   - format: The form in which the error is told.
  ///   - body: The command.
  /// - Throws: The exit code.
  static func explaining(_ format: LogFormat = .text, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ExitCode {
      throw error
    } catch {
      let line =
        (format == .json ? LogLine("error", "\(error)").text : "tiltfold: \(error)") + "\n"
      _ = unsafe line.withCString { unsafe write(STDERR_FILENO, $0, strlen($0)) }
      throw ExitCode(ExitStatus(of: error).rawValue)
    }
  }

  private init(of error: any Error) {
    switch error {
    case is ConfigurationErrors: self = .configuration
    case is StorageError: self = .input
    case let error as PipelineError:
      self =
        switch error.kind {
        case .configuration: .configuration
        case .data: .data
        case .input: .input
        case .unanswered: .unanswered
        case .output: .output
        }
    default: self = .output
    }
  }
}
