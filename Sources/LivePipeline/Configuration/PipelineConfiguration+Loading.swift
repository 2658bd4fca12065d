// SPDX-License-Identifier: BSD-3-Clause

import HDF5Storage

extension PipelineConfiguration {
  /// Reads a configuration and sets single keys on top of it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - overrides: "KEY=VALUE" each.
  /// - Returns: The configuration.
  /// - Throws: `ConfigurationErrors` for what is wrong in the file or in an override.
  public static func load(
    path: String,
    overrides: [String]
  ) throws(ConfigurationErrors) -> PipelineConfiguration {
    var configuration = try load(path: path)
    try configuration.apply(overrides)
    return configuration
  }

  /// Reads a configuration from a file or, where none is named, from a recording.
  ///
  /// - Parameters:
  ///   - path: The file; nil for the configuration that the recording holds.
  ///   - recording: The recording.
  ///   - overrides: "KEY=VALUE" each.
  /// - Returns: The configuration.
  /// - Throws: `ConfigurationErrors` for what is wrong in it, `StorageError` where the recording
  ///   cannot be read.
  public static func load(
    path: String?,
    orRecordedIn recording: String,
    overrides: [String]
  ) throws -> PipelineConfiguration {
    if let path { return try load(path: path, overrides: overrides) }
    let yaml = try RecordingReader(path: recording).configuration
    var configuration = try PipelineConfiguration(yaml: yaml, file: recording)
    try configuration.apply(overrides)
    return configuration
  }

  /// The configuration for work on one file: the one that is named, else that of a recording, else
  /// the defaults.
  ///
  /// - Parameters:
  ///   - path: The configuration; nil where none is named.
  ///   - file: The file that is worked on, of any kind.
  /// - Returns: The configuration.
  /// - Throws: `ConfigurationErrors` for what is wrong in it.
  public static func forOfflineUse(
    path: String?,
    file: String
  ) throws(ConfigurationErrors) -> PipelineConfiguration {
    if let path { return try load(path: path) }
    // What is no recording has none; why it cannot be read is told by whoever reads it.
    guard let yaml = try? RecordingReader(path: file).configuration, !yaml.isEmpty else {
      return PipelineConfiguration()
    }
    return try PipelineConfiguration(yaml: yaml, file: file)
  }

  /// Sets keys for work on a single scan, "KEY=VALUE" each, with the same checks as in a file.
  ///
  /// A scan has no voxels: their size follows the object pixels unless it is set, too.
  ///
  /// - Parameter overrides: The keys with their values.
  /// - Throws: `ConfigurationErrors` with what is wrong; the configuration then stays as it was.
  public mutating func applyToScan(_ overrides: [String]) throws(ConfigurationErrors) {
    let (pixel, voxel) = ("preprocessing.object_pixel_size_m=", "tomography.voxel_size_m=")
    guard let size = overrides.last(where: { $0.hasPrefix(pixel) }),
      !overrides.contains(where: { $0.hasPrefix(voxel) })
    else { return try apply(overrides) }
    try apply(overrides + [voxel + size.dropFirst(pixel.count)])
  }

  /// Sets keys, "KEY=VALUE" each, with the same checks as in a file, all at once.
  ///
  /// - Parameter overrides: The keys with their values.
  /// - Throws: `ConfigurationErrors` with what is wrong; the configuration then stays as it was.
  public mutating func apply(_ overrides: [String]) throws(ConfigurationErrors) {
    var values: [(key: String, value: String)] = []
    for override in overrides {
      guard let sign = override.firstIndex(of: "=") else {
        let problem = ConfigurationProblem(
          message: "\(override) is no KEY=VALUE, as in ptychography.beta=0.8"
        )
        throw ConfigurationErrors(file: "--set", problems: [problem])
      }
      let value = override[override.index(after: sign)...]
      values.append((String(override[..<sign]), String(value)))
    }
    try set(values)
  }
}
