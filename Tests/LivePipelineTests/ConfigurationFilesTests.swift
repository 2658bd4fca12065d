// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import Testing

@Suite struct ConfigurationFilesTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static let names =
    ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Config").path()))
    ?? []).filter { $0.hasSuffix(".yaml") }.sorted()

  @Test func thereIsAFileForEachPurpose() {
    #expect(Self.names.contains("demo.yaml"))
    #expect(Self.names.contains("als-5.3.2.1.yaml"))
    #expect(Self.names.contains("als-cosmic-7.0.1.yaml"))
  }

  @Test(arguments: names)
  func everyFileIsRightAndComplete(name: String) throws {
    let path = Self.root.appending(path: "Config/\(name)").path()
    let configuration = try PipelineConfiguration.load(path: path)
    // Complete: taking any key out of the file would be noticed. A key stands on a line of its
    // own, indented by its section.
    let written = configuration.text.split(separator: "\n").compactMap { line in
      line.contains(":") && !line.trimmingPrefix(while: { $0 == " " }).hasPrefix("#")
        ? line.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces) : nil
    }
    for section in configuration.describedInFull.split(separator: "\n") {
      let key = section.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)
      #expect(written.contains(key), "\(name) does not say \(key)")
    }
  }

  @Test(arguments: names)
  func oneWrongLetterInAnyFileIsAnError(name: String) throws {
    let path = Self.root.appending(path: "Config/\(name)").path()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let spoiled = text.replacing("\ntomography:", with: "\ntomografy:")
    #expect(spoiled != text)
    #expect(throws: ConfigurationErrors.self) {
      try PipelineConfiguration(yaml: spoiled, file: name)
    }
  }

  @Test func theReferenceSaysWhatTheTableSays() throws {
    let file = Self.root.appending(path: "Docs/Reference/Configuration.md")
    let marker = "<!-- The rest is made from the table of keys. -->\n\n"
    let document = try String(contentsOf: file, encoding: .utf8)
    let parts = document.split(separator: marker, maxSplits: 1)
    let head = String(try #require(parts.first))
    if ProcessInfo.processInfo.environment["UPDATE_REFERENCE"] == "1" {
      try (head + marker + PipelineConfiguration.reference)
        .write(to: file, atomically: true, encoding: .utf8)
    } else {
      #expect(
        document == head + marker + PipelineConfiguration.reference,
        "run the tests once with UPDATE_REFERENCE=1 and look at the difference"
      )
    }
  }
}
