// SPDX-License-Identifier: BSD-3-Clause

import AcquisitionModel
import Yams

/// Reads a YAML text by the table of keys, and collects everything that is wrong with it.
struct ConfigurationDecoder {
  /// What has been read so far.
  private(set) var configuration = PipelineConfiguration()
  /// What has been found wrong so far.
  private(set) var problems: [ConfigurationProblem] = []
  /// The line of every key and section that was met.
  private var lines: [String: Int] = [:]

  /// Reads a whole document.
  mutating func decode(_ yaml: String) {
    do {
      guard let root = try compose(yaml: yaml) else {
        report(nil, nil, "the configuration is empty")
        return
      }
      guard let mapping = root.mapping else {
        report(root.mark?.line, nil, "expected sections such as \"source:\"")
        return
      }
      decode(mapping, section: nil)
    } catch {
      reportSyntax(error)
      return
    }
    for key in ConfigurationTable.keys where key.isRequired && lines[key.path] == nil {
      report(lines[key.section], key.path, "is missing; expected \(key.words)")
    }
    if problems.isEmpty { checkTogether() }
    problems.sort { ($0.line ?? 0) < ($1.line ?? 0) }
  }

  /// Sets keys to values written as YAML.
  mutating func set(_ values: [(key: String, value: String)], in start: PipelineConfiguration) {
    configuration = start
    for (path, yaml) in values { set(path, to: yaml) }
    if problems.isEmpty { checkTogether() }
  }

  private mutating func set(_ path: String, to yaml: String) {
    guard let key = ConfigurationTable.key(path) else {
      let parts = path.split(separator: ".")
      let section = parts.dropLast().joined(separator: ".")
      let name = parts.last.map(String.init) ?? path
      report(nil, path, UnknownKey(name: name, section: section, value: yaml).words)
      return
    }
    do {
      guard let node = try compose(yaml: yaml) else {
        report(nil, path, "expected \(key.words)")
        return
      }
      decode(node, for: key, line: nil)
    } catch {
      report(nil, path, "\(yaml) is not a value; expected \(key.words)")
    }
  }

  // MARK: - Walking

  private mutating func decode(_ mapping: Node.Mapping, section: String?) {
    for (keyNode, value) in mapping {
      let line = keyNode.mark?.line
      guard let name = keyNode.scalar?.string else {
        report(line, section, "a key is a word, not a list or a mapping")
        continue
      }
      let path = section.map { "\($0).\(name)" } ?? name
      lines[path] = line
      if let key = ConfigurationTable.key(path) {
        decode(value, for: key, line: line)
      } else if ConfigurationTable.sections.contains(path) {
        decode(value, section: path, line: line)
      } else {
        let text = value.scalar?.string
        report(line, path, UnknownKey(name: name, section: section ?? "", value: text).words)
      }
    }
  }

  private mutating func decode(_ node: Node, section: String, line: Int?) {
    if let mapping = node.mapping {
      decode(mapping, section: section)
    } else if node.isNull {
      ConfigurationTable.optionalSections[section]?.remove(&configuration)
    } else {
      let some = ConfigurationTable.keys.first { $0.section == section }?.name ?? "key"
      report(line, section, "expected a section of keys such as \"\(some):\"")
    }
  }

  private mutating func decode(_ node: Node, for key: ConfigurationKey, line: Int?) {
    guard let value = node.configurationValue else {
      report(line, key.path, "a section is not what belongs here; expected \(key.words)")
      return
    }
    if let complaint = key.kind.complaint(about: value, unit: key.unit?.suffix) {
      report(line, key.path, UnitHint(key: key, value: value).words ?? complaint)
    } else {
      key.write(&configuration, value)
    }
  }

  // MARK: - Rules that need more than one key

  private mutating func checkTogether() {
    for rule in ConfigurationTable.rules {
      do throws(ParameterError) {
        try rule.check(configuration)
      } catch {
        let path = "\(rule.section).\(error.key)"
        let line = lines[path] ?? lines[rule.section]
        report(line, path, "\(error.value) does not fit; expected \(error.expected)")
      }
    }
  }

  // MARK: - Reporting

  private mutating func report(_ line: Int?, _ key: String?, _ message: String) {
    problems.append(ConfigurationProblem(line: line, key: key, message: message))
  }

  private mutating func reportSyntax(_ error: any Error) {
    switch error as? YamlError {
    case .duplicatedKeysInMapping(let duplicates, let context)?:
      let keys = duplicates.joined(separator: ", ")
      report(
        context.mark.line,
        nil,
        "given more than once in the section that begins here: \(keys)"
      )
    case .scanner(_, let problem, let mark, _)?, .parser(_, let problem, let mark, _)?,
      .composer(_, let problem, let mark, _)?:
      report(mark.line, nil, "not YAML: \(problem)")
    default:
      report(nil, nil, "not YAML: \(error)")
    }
  }
}

extension Node {
  /// Whether nothing stands here, or `null`.
  fileprivate var isNull: Bool { configurationValue == ConfigurationValue.none }

  /// What stands here as a value; nil for a mapping or an alias.
  fileprivate var configurationValue: ConfigurationValue? {
    switch self {
    case .scalar(let scalar):
      guard scalar.style == .plain || scalar.style == .any else { return .text(scalar.string) }
      switch scalar.string {
      case "", "~", "null": return ConfigurationValue.none
      case "true": return .flag(true)
      case "false": return .flag(false)
      case let text:
        if let integer = Int(text) { return .integer(integer) }
        let isNumeric = text.allSatisfy { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
        if isNumeric, let number = Double(text), number.isFinite { return .number(number) }
        return .text(text)
      }
    case .sequence(let sequence):
      let values = sequence.map(\.configurationValue)
      return values.contains(nil) ? nil : .list(values.compactMap(\.self))
    default: return nil
    }
  }
}
