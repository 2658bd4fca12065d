// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The library that draws a report's plots, as it lies on this machine.
///
/// It is no part of the program: the set-up (`make deps`) fetches it, and every report holds a copy.
public struct PlotlyLibrary: Sendable {
  /// Where it was found.
  public let path: String
  /// Its text.
  public let text: String
  /// Its version: "3.1.0".
  public let version: String

  /// What a person has to type to get it.
  public static let command = ".ci/plotly"
  /// The variable of the environment that names the file.
  public static let variable = "TILTFOLD_PLOTLY"
  /// The first version that reads typed arrays in base64.
  private static let oldest = [2, 35]

  /// Where the library is looked for, in this order.
  ///
  /// - Parameter environment: The variables that count: `TILTFOLD_PLOTLY`, `XDG_DATA_HOME`, `HOME`,
  ///   `XDG_DATA_DIRS`; those of the process if nil.
  /// - Returns: The files.
  public static func places(
    _ environment: [String: String]? = nil
  ) -> [String] {
    let environment = environment ?? ProcessInfo.processInfo.environment
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    // A file that is named is meant.
    if let named = value(variable) { return [named] }
    let own = value("XDG_DATA_HOME") ?? value("HOME").map { "\($0)/.local/share" }
    let shared = (value("XDG_DATA_DIRS") ?? "/usr/local/share:/usr/share").split(separator: ":")
    return ([own].compactMap(\.self) + shared.map(String.init)).map {
      "\($0)/tiltfold/plotly.min.js"
    }
  }

  /// Finds the library.
  ///
  /// - Parameter environment: The variables that count; those of the process if nil.
  /// - Throws: `PipelineError` that says how to get it where it is not there, or too old.
  public init(
    _ environment: [String: String]? = nil
  ) throws(PipelineError) {
    let places = Self.places(environment)
    let found = places.first { FileManager.default.fileExists(atPath: $0) }
    guard let found else {
      throw PipelineError(
        .input,
        "the report's plots need Plotly, and there is no \(places.joined(separator: " or ")). "
          + "In the folder of TiltFold's sources, \(Self.command) fetches it; or name a plotly.min.js "
          + "by \(Self.variable)"
      )
    }
    guard let text = try? String(contentsOfFile: found, encoding: .utf8) else {
      throw PipelineError(.input, "\(found) cannot be read as text")
    }
    let match = text.prefix(2000).firstMatch(of: /plotly\.js v([0-9]+)\.([0-9]+)\.([0-9]+)/)
    guard let match, let major = Int(match.output.1), let minor = Int(match.output.2) else {
      throw PipelineError(
        .input,
        "\(found) is no plotly.min.js: its head does not say \"plotly.js v...\""
      )
    }
    guard !([major, minor].lexicographicallyPrecedes(Self.oldest)) else {
      throw PipelineError(
        .input,
        "\(found) is version \(major).\(minor) of Plotly, and 2.35 or later is needed: \(Self.command) "
          + "fetches one"
      )
    }
    path = found
    self.text = text
    version = "\(major).\(minor).\(match.output.3)"
  }
}
