// SPDX-License-Identifier: BSD-3-Clause

extension PipelineConfiguration {
  /// Every key with its value, as a configuration that would be read as this one.
  ///
  /// A value that is not the default has the default behind it as a comment.
  public var describedInFull: String {
    let defaults = PipelineConfiguration()
    var lines: [String] = []
    for section in ConfigurationTable.sections {
      let keys = ConfigurationTable.keys.filter { $0.section == section }
      let depth = section.count { $0 == "." }
      let indent = String(repeating: "  ", count: depth)
      let name = section.split(separator: ".").last.map(String.init) ?? section
      if ConfigurationTable.optionalSections[section]?.isAbsent(self) == true {
        lines.append("\(indent)\(name): null")
        continue
      }
      lines.append("\(indent)\(name):")
      for key in keys {
        let value = key.read(self)
        let standard = key.read(defaults)
        let remark = value == standard || key.isRequired ? "" : "  # default \(standard)"
        lines.append("\(indent)  \(key.name): \(value)\(remark)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The names of a section's keys, "ptychography.beta", in the order of the reference.
  ///
  /// - Parameter section: The section.
  /// - Returns: Each name in full.
  public static func keys(of section: String) -> [String] {
    ConfigurationTable.keys.filter { $0.section == section }.map(\.path)
  }

  /// The reference of all keys in Markdown, one table for each section.
  public static var reference: String {
    let defaults = PipelineConfiguration()
    var text = ""
    for section in ConfigurationTable.sections {
      text += "## \(section)\n\n"
      if let about = ConfigurationTable.about[section] { text += "\(about)\n\n" }
      text += "| key | meaning | allowed | default |\n|---|---|---|---|\n"
      for key in ConfigurationTable.keys where key.section == section {
        let standard = key.isRequired ? "required" : "`\(key.read(defaults))`"
        text += "| `\(key.name)` | \(key.meaning) | \(key.words) | \(standard) |\n"
      }
      text += "\n"
    }
    return text
  }
}
