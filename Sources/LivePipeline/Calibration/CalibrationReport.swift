// SPDX-License-Identifier: BSD-3-Clause

import Foundation
public import Reporting

/// What a calibration found: words, lines for the configuration, a picture.
public struct CalibrationReport: Sendable {
  /// What was found, line by line.
  public var lines: [String]
  /// Lines to paste into the configuration.
  public var yaml: [String]
  /// The evidence.
  public var sheet: PictureSheet
  /// What a person should look at before using the values.
  public var warnings: [String]

  /// The findings as they are printed.
  public var inWords: String {
    var text = lines
    text += warnings.map { "WARNING: \($0)" }
    if !yaml.isEmpty { text += ["", "for the configuration:"] + yaml }
    return text.joined(separator: "\n")
  }

  /// Draws the evidence.
  ///
  /// - Parameter path: The picture, PNG.
  /// - Throws: `PipelineError` where it cannot be written.
  public func draw(to path: String) throws(PipelineError) {
    do throws(PictureError) {
      try writePicture(sheet, to: path)
    } catch {
      throw PipelineError(.output, error.description)
    }
  }

  /// Throws where a picture could not be written later.
  ///
  /// - Parameter path: The picture.
  /// - Throws: `PipelineError` where its folder is missing or may not be written.
  public static func checkOutput(_ path: String) throws(PipelineError) {
    let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw PipelineError(.output, "\(path): the folder \(folder) is missing or may not be written")
    }
  }
}
