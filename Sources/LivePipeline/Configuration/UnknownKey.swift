// SPDX-License-Identifier: BSD-3-Clause

/// A key that is not in the table, and what its writer may have meant.
struct UnknownKey {
  /// The key within its section.
  let name: String
  /// The section that it stands in; "" at the top.
  let section: String
  /// The value that was given, where it is one.
  let value: String?

  /// What to say about it.
  var words: String { unknownSectionWords ?? unitWords ?? nearestWords }

  /// Where the section itself is not there.
  private var unknownSectionWords: String? {
    let known = ConfigurationTable.sections
    guard !section.isEmpty, !known.contains(section) else { return nil }
    if let nearest = EditDistance.nearest(to: section, among: Array(known)) {
      let isThere = ConfigurationTable.key("\(nearest).\(name)") != nil
      return "there is no section \(section); did you mean \(nearest)\(isThere ? ".\(name)" : "")?"
    }
    return "there is no section \(section); there is " + known.sorted().joined(separator: ", ")
  }

  private var siblings: [ConfigurationKey] {
    ConfigurationTable.keys.filter { $0.section == section }
  }

  /// The right quantity with another unit, or with none.
  private var unitWords: String? {
    let (stem, unit) = KeyUnit.split(name)
    guard
      let meant = siblings.first(where: { KeyUnit.split($0.name).stem == stem }),
      let right = meant.unit
    else { return nil }
    guard let unit else {
      return "the key carries its unit, \(right.suffix): \(meant.name)"
    }
    guard let number = value.flatMap(Double.init), let converted = unit.convert(number, to: right)
    else { return "wrong unit; it is given in \(right.suffix): \(meant.name)" }
    let text = ConfigurationValue.shortest(converted)
    return "wrong unit; it is given in \(right.suffix): \(meant.name): \(text)"
  }

  /// The nearest key of the same section, or the same key of another one.
  private var nearestWords: String {
    let sections = ConfigurationTable.sections.filter { $0.parent == section }
    let names = siblings.map(\.name) + sections.map(\.last)
    if let nearest = EditDistance.nearest(to: name, among: names) {
      let key = siblings.first { $0.name == nearest }
      return "there is no such key; did you mean \(nearest)?" + (key.map { " (\($0.words))" } ?? "")
    }
    if let elsewhere = ConfigurationTable.keys.first(where: { $0.name == name }) {
      return "there is no such key here; it belongs to section \(elsewhere.section)"
    }
    return "there is no such key here; there is " + names.joined(separator: ", ")
  }
}

extension String {
  /// The section that a section stands in; "" at the top.
  fileprivate var parent: String { lastIndex(of: ".").map { String(self[..<$0]) } ?? "" }
  /// The section's own name.
  fileprivate var last: String {
    lastIndex(of: ".").map { String(self[index(after: $0)...]) } ?? self
  }
}
