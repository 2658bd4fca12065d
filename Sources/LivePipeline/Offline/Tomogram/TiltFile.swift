// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Foundation

/// A text file with the angles of a tilt series, such as `.rawtlt`: one to a line, degrees.
enum TiltFile {
  /// The file beside a series; of an aligned stack the refined angles before the measured ones.
  static func beside(_ path: String) -> String? {
    let stem = TomogramResult.stem(path)
    let endings = path.lowercased().hasSuffix(".ali") ? ["tlt", "rawtlt"] : ["rawtlt", "tlt"]
    return endings.map { "\(stem).\($0)" }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// Reads the angles, [line]; empty lines and what follows "#" count for nothing.
  static func read(_ path: String) throws(PipelineError) -> [TiltAngle] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw PipelineError(.input, "\(path), the file of the tilts, cannot be read as text")
    }
    var tilts: [TiltAngle] = []
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "," }
      guard let word = words.first else { continue }
      guard words.count == 1, let angle = Double(word), abs(angle) <= 360 else {
        throw PipelineError(
          .data,
          "\(path):\(number + 1): \"\(line)\" is no angle in degrees; one to a line is expected"
        )
      }
      tilts.append(TiltAngle(degrees: angle))
    }
    return tilts
  }
}
