// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import LivePipeline
import Preprocessing
import Testing

@Suite struct CleaningConfigurationTests {
  private static let source = "source:\n  connect: [\"tcp://127.0.0.1:37013\"]\n"

  /// The lines that the explanation says do what the beamline does.
  @Test func theDocumentedLinesAreTheBeamlinesArithmetic() throws {
    let file = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Docs/Explanations/FastCCD.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let block = try #require(text.components(separatedBy: "```yaml\n").dropFirst().first)
    let lines = try #require(block.components(separatedBy: "```").first)
    let configuration = try PipelineConfiguration(yaml: Self.source + lines, file: "FastCCD.md")
    #expect(configuration.preprocessing.cleaning == .beamline)
    #expect(configuration.preprocessing.photonThreshold == 0)
    #expect(configuration.preprocessing.overscanReach == 10)
  }

  private static func configuration(_ path: String) throws -> PipelineConfiguration {
    try PipelineConfiguration(
      yaml: source
        + "preprocessing:\n  bad_pixels: [[1, 2]]\n  cleaning:\n    bad_pixel_file: \"\(path)\"\n",
      file: "run"
    )
  }

  @Test func badPixelsOfAFileJoinThoseOfTheList() throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "bad-pixels-\(ProcessInfo.processInfo.processIdentifier).txt").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try "# hot\n10, 20\n\n[30, 959]  # stuck\n".write(
      toFile: path,
      atomically: true,
      encoding: .utf8
    )
    let parameters = try Self.configuration(path).preprocessing.withPixelsOfFile()
    #expect(
      parameters.badPixels == [
        PicturePixel(row: 1, column: 2), PicturePixel(row: 10, column: 20),
        PicturePixel(row: 30, column: 959),
      ]
    )
    try "10, 20\n30, 960\n".write(toFile: path, atomically: true, encoding: .utf8)
    let errors = #expect(throws: ConfigurationErrors.self) { try Self.configuration(path) }
    #expect("\(try #require(errors))".contains("line 2: 30, 960"))
    #expect(throws: ConfigurationErrors.self) { try Self.configuration(path + ".missing") }
  }
}
