// SPDX-License-Identifier: BSD-3-Clause

import Foundation

/// The tags of a page, read as strictly as a browser reads leniently.
struct PageTags {
  /// What is wrong: a tag that is not closed, closed twice or in the wrong order.
  private(set) var problems: [String] = []
  /// The names of all opening tags.
  private(set) var names: [String] = []
  /// All attributes, their values without entities.
  private(set) var attributes: [(name: String, value: String)] = []
  /// The contents of scripts that hold JSON.
  private(set) var data: [String] = []

  /// The values of `id`.
  var ids: [String] { attributes.filter { $0.name == "id" }.map(\.value) }

  private static let empty: Set = ["meta", "br", "hr", "img", "link", "input"]

  init(_ page: String) {
    var open: [String] = []
    var rest = page[...]
    guard rest.hasPrefix("<!DOCTYPE html>") else {
      problems = ["no doctype"]
      return
    }
    rest = rest.dropFirst("<!DOCTYPE html>".count)
    while let start = rest.firstIndex(of: "<") {
      let text = rest[start...].dropFirst()
      if rest[..<start].contains(">") { problems.append("a > by itself: \(rest[..<start])") }
      guard let end = Self.endOfTag(text) else {
        problems.append("a tag without an end: \(text.prefix(60))")
        return
      }
      let tag = text[..<end]
      rest = text[end...].dropFirst()
      if tag.hasPrefix("/") {
        let name = String(tag.dropFirst())
        if open.last == name { open.removeLast() } else { problems.append("</\(name)> in \(open)") }
        continue
      }
      let name = String(tag.prefix { $0.isLetter || $0.isNumber })
      if name.isEmpty { problems.append("no name: <\(tag.prefix(40))>") }
      names.append(name)
      let own = Self.attributes(tag.dropFirst(name.count))
      attributes += own
      guard !Self.empty.contains(name) else { continue }
      if name == "script" || name == "style" {
        // Raw text: up to its own end and nothing else.
        guard let close = rest.range(of: "</\(name)") else {
          problems.append("<\(name)> without an end")
          return
        }
        let content = rest[..<close.lowerBound]
        if content.contains("<!--") { problems.append("<!-- in \(name)") }
        if own.contains(where: { $0.value == "application/json" }) { data.append(String(content)) }
        rest = rest[close.lowerBound...]
      }
      open.append(name)
    }
    if !open.isEmpty { problems.append("not closed: \(open)") }
  }

  /// What each plot was told.
  func specifications() throws -> [[String: Any]] {
    try data.map { text in
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }
  }

  /// The > that ends a tag, not one between quotation marks.
  private static func endOfTag(_ text: Substring) -> Substring.Index? {
    var isQuoted = false
    for place in text.indices {
      if text[place] == "\"" { isQuoted.toggle() }
      if text[place] == ">", !isQuoted { return place }
    }
    return nil
  }

  private static func attributes(_ text: Substring) -> [(name: String, value: String)] {
    text.matches(of: /([a-zA-Z-]+)(?:="([^"]*)")?/).map { match in
      let value = String(match.output.2 ?? "")
        .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
      return (String(match.output.1), value)
    }
  }
}
