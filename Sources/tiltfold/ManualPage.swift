// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The manual page of the program, made of what its commands say of themselves.
///
/// It is written with the macros of man(7), which every `man` knows.
package struct ManualPage {
  private let program: ManualCommandInfo
  private let version: String

  /// Reads what the commands say.
  ///
  /// - Parameters:
  ///   - help: What `--experimental-dump-help` prints.
  ///   - version: The version of the program.
  /// - Throws: `DecodingError` where it is of another form.
  package init(help: String, version: String) throws {
    program = try JSONDecoder().decode(ManualCommandInfo.Tool.self, from: Data(help.utf8)).command
    self.version = version
  }

  /// The page.
  package var text: String {
    let name = program.commandName
    var lines = [
      #".\" Made by "\#(name) manual"; changes are lost."#,
      ".TH \(name.uppercased()) 1 \"\" \"TiltFold \(Roff.text(version))\" \"User Commands\"",
      ".SH NAME",
      #"\#(name) \- \#(Roff.text(program.abstract ?? ""))"#,
      ".SH SYNOPSIS", ".B \(name)", ".I command", "[options]",
      ".SH COMMANDS",
    ]
    for command in program.shownCommands { lines += Self.section(command, under: []) }
    lines += [".SH EXIT STATUS"]
    for (code, meaning) in Self.exitCodes { lines += [".TP", ".B \(code)", Roff.text(meaning)] }
    lines += [".SH ENVIRONMENT"]
    for (name, meaning) in Self.environment {
      lines += [".TP", ".B \(name)", Roff.text(meaning)]
    }
    lines += [
      ".SH FILES", ".TP", ".I ~/.cache/tiltfold/fftw3f\\-wisdom",
      "What FFTW has learnt about this machine; it may be removed.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A command with its arguments, and those below it.
  private static func section(_ command: ManualCommandInfo, under parents: [String]) -> [String] {
    let words = parents + [command.commandName]
    var lines = [".SS \(Roff.text(words.joined(separator: " ")))"]
    lines += Roff.paragraphs(command.abstract ?? "")
    let arguments = command.shownArguments
    let usage = arguments.filter { $0.kind == "positional" }.map(\.usage)
    let options = arguments.contains { $0.kind != "positional" } ? [" [options]"] : []
    let title = Roff.option("tiltfold \(words.joined(separator: " "))")
    lines += [".PP", "\\fB\(title)\\fR" + (options + usage.map { " " + $0 }).joined()]
    if let discussion = command.discussion { lines += [".PP"] + Roff.paragraphs(discussion) }
    for argument in arguments {
      lines += [".TP", argument.heading]
      lines += Roff.paragraphs(argument.words)
    }
    for below in command.shownCommands { lines += section(below, under: words) }
    return lines
  }

  private static let exitCodes = [
    ("0", "done; of status, monitor and doctor: all is well"),
    ("1", "done, but not all of it, or something is wrong; the last lines say what"),
    ("64", "the command line is wrong"), ("65", "the data cannot be used"),
    ("66", "a file cannot be opened"), ("69", "of status and monitor: nobody answered"),
    ("73", "a result cannot be written, an address is taken, or nobody subscribed"),
    ("78", "the configuration is wrong"), ("130", "left at a second Ctrl-C"),
  ]

  private static let environment = [
    ("XDG_CACHE_HOME", "where FFTW's plans are kept, in place of ~/.cache"),
    ("TILTFOLD_PLOTLY", "the file plotly.min.js that reports and the dashboard draw with"),
    ("HDF5_USE_FILE_LOCKING", "FALSE where the disk of the recording knows no locks"),
  ]
}

/// Words in the language of roff.
enum Roff {
  /// Text that stands for itself, on one line.
  static func text(_ words: String) -> String {
    var result = ""
    for scalar in words.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "\n": result += " "
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      default: result += "\\[u" + hexadecimal(scalar.value) + "]"
      }
    }
    return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&" + result : result
  }

  /// Text whose hyphens can be copied into a command line.
  static func option(_ words: String) -> String { text(words).replacing("-", with: "\\-") }

  /// Paragraphs as they are printed by --help: indented lines stay as they are.
  static func paragraphs(_ words: String) -> [String] {
    var lines: [String] = []
    var isExample = false
    for line in words.split(separator: "\n", omittingEmptySubsequences: false) {
      let isIndented = line.hasPrefix("  ")
      if isIndented != isExample, !line.isEmpty {
        lines.append(isIndented ? ".RS 4\n.nf" : ".fi\n.RE")
        isExample = isIndented
      }
      if line.isEmpty {
        lines.append(".sp")
      } else {
        let bare = String(line).trimmingCharacters(in: .whitespaces)
        lines.append(isExample ? option(bare) : text(bare))
      }
    }
    if isExample { lines.append(".fi\n.RE") }
    return lines
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
