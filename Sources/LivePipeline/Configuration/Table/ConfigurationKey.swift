// SPDX-License-Identifier: BSD-3-Clause

/// One key of the configuration: where it stands, what may stand there and what it means.
package struct ConfigurationKey: Sendable {
  /// The full key, its sections separated by dots: "ptychography.beta".
  package let path: String
  /// What may stand there.
  package let kind: ConfigurationKind
  /// What it does, one line that begins with a small letter and has no full stop.
  let meaning: String
  /// Whether a configuration without it is wrong.
  package let isRequired: Bool
  /// Reads the value from a configuration.
  package let read: @Sendable (PipelineConfiguration) -> ConfigurationValue
  /// Writes a value that `kind` has accepted.
  package let write: @Sendable (inout PipelineConfiguration, ConfigurationValue) -> Void

  /// The key within its section.
  package var name: String { path[path.lastDot...].trimmingDot }
  /// The section, "preprocessing.attenuator".
  package var section: String { String(path[..<path.lastDot]) }
  /// The unit that the key carries.
  var unit: KeyUnit? { KeyUnit.split(name).unit }
  /// What may stand there, in words.
  var words: String { kind.words(unit: unit?.symbol) }
}

extension String {
  fileprivate var lastDot: Index { lastIndex(of: ".") ?? startIndex }
}

extension Substring {
  fileprivate var trimmingDot: String { String(hasPrefix(".") ? dropFirst() : self) }
}
