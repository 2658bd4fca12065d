// SPDX-License-Identifier: BSD-3-Clause

public import ChemicalMapping
import Foundation
public import Preprocessing
public import Ptychography
public import Registration
public import Tomography

/// Everything that an instrument and its user decide, one part for each section of the file.
///
/// The stages' parameters are the stages' own, with their own defaults; the rest is described in
/// `Sections/`. `ConfigurationTable` says which key sets what (Docs/Reference/Configuration.md).
public struct PipelineConfiguration: Sendable {
  /// Section `source`: where frames come from.
  public var source = SourceConfiguration()
  /// Section `detector`: where the pixels stand in the words of a raw frame.
  public var detector = FastCCDGeometry()
  /// Section `preprocessing`: how raw frames become amplitudes.
  public var preprocessing = PreprocessingParameters()
  /// Section `ptychography`: how each scan is reconstructed.
  public var ptychography = PtychographyParameters()
  /// Section `probe`: the focusing optics.
  public var probe = ProbeConfiguration()
  /// Section `registration`: how projections are laid onto one another.
  public var registration = RegistrationParameters()
  /// Section `tomography`: how projections become a volume.
  public var tomography = TomographyParameters()
  /// Section `chemistry`: how two energies become chemical phases.
  public var chemistry = ChemistryParameters()
  /// Section `particles`: how particles are told from one another.
  public var particles = ParticleConfiguration()
  /// Section `recording`: the file that keeps every message.
  public var recording = RecordingConfiguration()
  /// Section `previews`: what is published.
  public var previews = PreviewConfiguration()
  /// Section `control`: requests while a run goes on.
  public var control = ControlConfiguration()
  /// Section `dashboard`: the page that shows the run in a browser.
  public var dashboard = DashboardConfiguration()
  /// Section `results`: what is written.
  public var results = ResultConfiguration()
  /// Section `compute`: how the machine is used.
  public var compute = ComputeConfiguration()
  /// The text that it was read from, word for word; it stands in the recording and every result.
  public private(set) var text = ""

  /// Makes the defaults, which lack only a source.
  public init() {}

  /// Reads a configuration from its text.
  ///
  /// - Parameters:
  ///   - yaml: The text.
  ///   - file: The path that errors name.
  /// - Throws: `ConfigurationErrors` with everything that is wrong.
  public init(yaml: String, file: String) throws(ConfigurationErrors) {
    var decoder = ConfigurationDecoder()
    decoder.decode(yaml)
    guard decoder.problems.isEmpty else {
      throw ConfigurationErrors(file: file, problems: decoder.problems)
    }
    self = decoder.configuration
    text = yaml
  }

  /// Reads a configuration from a file.
  ///
  /// - Parameter path: The file.
  /// - Returns: The configuration.
  /// - Throws: `ConfigurationErrors` where the file cannot be read or anything in it is wrong.
  public static func load(path: String) throws(ConfigurationErrors) -> PipelineConfiguration {
    let yaml: String
    do {
      yaml = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      let isThere = FileManager.default.fileExists(atPath: path)
      let problem = ConfigurationProblem(
        message: isThere ? "the file cannot be read as UTF-8 text" : "there is no such file"
      )
      throw ConfigurationErrors(file: path, problems: [problem])
    }
    return try PipelineConfiguration(yaml: yaml, file: path)
  }

  /// Sets one key, with the same checks as in a file.
  ///
  /// - Parameters:
  ///   - key: The full key, "ptychography.beta".
  ///   - value: The value as it would stand in the file.
  /// - Throws: `ConfigurationErrors` with what is wrong; the configuration then stays as it was.
  public mutating func set(_ key: String, to value: String) throws(ConfigurationErrors) {
    try set([(key, value)])
  }

  /// Sets keys that hang together, with the same checks as in a file.
  ///
  /// - Parameter values: Full keys, each with its value as it would stand in the file.
  /// - Throws: `ConfigurationErrors` with what is wrong; the configuration then stays as it was.
  public mutating func set(
    _ values: [(key: String, value: String)]
  ) throws(ConfigurationErrors) {
    var decoder = ConfigurationDecoder()
    decoder.set(values, in: self)
    guard decoder.problems.isEmpty else {
      throw ConfigurationErrors(file: "set", problems: decoder.problems)
    }
    self = decoder.configuration
  }
}
