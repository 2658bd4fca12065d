// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing
import tiltfold

/// Completions, the manual page, and the examples for systemd and containers.
@Suite(.serialized) struct ServiceFilesTests {
  private static let commands = [
    "live", "replay", "status", "monitor", "doctor", "control", "report", "check-config",
  ]

  private static func has(_ program: String) -> Bool {
    (try? run("command -v \(program)").code) == 0
  }

  private static func run(
    _ script: String,
    _ arguments: String...
  ) throws -> (code: Int32, text: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = ["-c", script, "test"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test(
    .enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"),
    arguments: ["bash", "zsh", "fish"]
  )
  func completionsParseAndKnowEveryCommand(shell: String) throws {
    let folder = try TemporaryFolder()
    let script = try BuiltProgram.built()("--generate-completion-script", shell)
    #expect(script.code == 0)
    for command in Self.commands { #expect(script.output.contains(command), "\(command)") }
    #expect(script.output.contains("keep-waiting"))
    let path = folder.file("completions")
    try script.output.write(toFile: path, atomically: true, encoding: .utf8)
    guard Self.has(shell) else { return }
    let parsed = try Self.run("\(shell) -n \"$1\"", path)
    #expect(parsed.code == 0, "\(parsed.text)")
  }

  @Test(.enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
  func bashCompletesACommand() throws {
    let folder = try TemporaryFolder()
    let script = try BuiltProgram.built()("--generate-completion-script", "bash")
    let path = folder.file("completions")
    try script.output.write(toFile: path, atomically: true, encoding: .utf8)
    let offered = try Self.run(
      """
      . "$1"
      COMP_WORDS=(tiltfold mon); COMP_CWORD=1; COMP_LINE="tiltfold mon"; COMP_POINT=12; COMP_TYPE=9
      _tiltfold tiltfold mon tiltfold
      printf '%s\\n' "${COMPREPLY[@]}"
      """,
      path
    )
    #expect(offered.text.split(separator: "\n").contains("monitor"), "\(offered.text)")
  }

  @Test(.enabled(if: BuiltProgram.tiltfold != nil, "tiltfold is not built"))
  func theManualPageHasEveryCommandAndIsReadWithoutAComplaint() throws {
    let folder = try TemporaryFolder()
    let page = try BuiltProgram.built()("manual")
    #expect(page.code == 0)
    #expect(page.output.hasPrefix(".\\\" Made by"))
    for command in Self.commands {
      #expect(page.output.contains("\n.SS \(command)\n"), "\(command)")
    }
    #expect(page.output.contains("\n.SS control place\n"))
    #expect(!page.output.contains(".SS manual"))
    #expect(page.output.contains("\\fB\\-\\-exit\\-after\\-tomogram\\fR"))
    // Every option has words.
    #expect(!page.output.contains(#/\n\.TP\n[^\n]+\n\.(TP|SS|SH)/#))
    let path = folder.file("tiltfold.1")
    try page.output.write(toFile: path, atomically: true, encoding: .utf8)
    if Self.has("groff") {
      let read = try Self.run("groff -man -ww -z -Tutf8 \"$1\"", path)
      #expect(read.code == 0 && read.text.isEmpty, "\(read.text)")
    }
    if Self.has("man") {
      let shown = try Self.run("MANWIDTH=100 man -l \"$1\" | col -b", path)
      #expect(shown.text.contains("tiltfold - Folds tilt after tilt"), "\(shown.text.prefix(500))")
      #expect(shown.text.contains("tiltfold live --config Config/als-5.3.2.1.yaml"))
    }
  }

  @Test func whatRoffWouldTakeForItsOwnIsWrittenOtherwise() throws {
    let help = #"""
      {"command": {"commandName": "x", "abstract": "a\\b µ", "subcommands": [
        {"commandName": "y", "abstract": ".dot", "discussion": "'quote\n\n  x y --z\n  .e",
         "arguments": [{"kind": "flag", "shouldDisplay": true, "isOptional": true,
           "isRepeating": false, "names": [{"kind": "long", "name": "z-z"}], "abstract": "Z."}]}]}}
      """#
    let text = try ManualPage(help: help, version: "1").text
    for line in [
      #"x \- a\eb \[u00B5]"#, #"\&.dot"#, #"\&'quote"#, #"x y \-\-z"#, #"\&.e"#, #"\fB\-\-z\-z\fR"#,
    ] {
      #expect(text.contains("\n\(line)\n"), "\(line)")
    }
  }

  // MARK: - Examples

  @Test func theUnitIsOneThatSystemdAccepts() throws {
    let unit = try #require(Repository.text(of: "Docs/HowTo/service/tiltfold.service"))
    for line in ["TimeoutStopSec=30min", "KillMode=mixed", "RestartPreventExitStatus=64 78"] {
      #expect(unit.contains("\n\(line)\n"), "\(line)")
    }
    // The codes that are not tried again are looked for in the program alone, not in what runs before.
    for line in unit.split(separator: "\n") where line.hasPrefix("ExecStartPre=") {
      #expect(line.hasPrefix("ExecStartPre=-"), "\(line)")
    }
    try Self.checkCommands(unit)
    guard Self.has("systemd-analyze") else { return }
    // Where the program will be, there is none yet.
    let folder = try TemporaryFolder()
    let path = folder.file("tiltfold.service")
    try unit.replacing("/usr/local/bin/tiltfold", with: "/bin/true")
      .write(toFile: path, atomically: true, encoding: .utf8)
    let verdict = try Self.run("systemd-analyze verify --man=no \"$1\"", path)
    #expect(verdict.code == 0 && verdict.text.isEmpty, "\(verdict.text)")
  }

  @Test func theContainerFileRunsCommandsThatExist() throws {
    let text = try #require(Repository.text(of: "Docs/HowTo/service/Containerfile"))
    #expect(text.contains("STOPSIGNAL SIGTERM"))
    // A folder .build of the host would come along, its paths and all.
    #expect(!text.contains("COPY . "))
    // Every folder from which the manifest takes a target.
    for folder in ["Sources", "Simulator", "Tests"] {
      #expect(text.contains("COPY \(folder) ./\(folder)\n"), "\(folder)")
    }
    try Self.checkCommands(text.replacing(#/[\[\]",]/#, with: ""))
  }

  /// Holds command lines in a text to the program's own options.
  private static func checkCommands(_ text: String) throws {
    let sources = Repository.files(under: ["Sources/tiltfold"], suffix: ".swift")
      .compactMap(Repository.text).joined(separator: "\n")
    let known = Set(
      sources.matches(of: #/@(?:Option|Flag)\b(?s:.*?)\bvar (\w+)/#).map {
        String($0.output.1).replacing(#/[A-Z]/#) { "-" + $0.output.lowercased() }
      }
    )
    let lines = text.split(separator: "\n").filter {
      $0.contains(#/(tiltfold|CMD|live) .*--/#) && !$0.hasPrefix("#") && !$0.contains("swift build")
        && !$0.contains("useradd")
    }
    #expect(!lines.isEmpty)
    for line in lines {
      for match in line.matches(of: #/--([a-z][a-z-]+)/#) {
        let name = String(match.output.1)
        let isOfDocker = ["interval", "timeout", "start-period", "from"].contains(name)
        #expect(known.contains(name) || isOfDocker, "\(line)")
      }
    }
  }
}
