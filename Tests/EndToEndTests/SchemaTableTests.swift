// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing
import WireFormat

/// Compares the keys of the JSON schemas with the tables of Docs/Reference/WireProtocol.md.
@Suite struct SchemaTableTests {
  private static let protocolText = Repository.text(of: "Docs/Reference/WireProtocol.md") ?? ""

  /// The rows of the tables below a heading, up to the next one, as cells.
  private static func rows(below heading: String) -> [[String]] {
    let lines = protocolText.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix("#") && $0.contains(heading) }) else {
      return []
    }
    return lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
      .filter { $0.hasPrefix("|") && !$0.hasPrefix("|--") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  /// What stands between backticks.
  private static func names(in text: String) -> [String] {
    var names: [String] = []
    for match in text.matches(of: /`([^`]+)`/) {
      let name = String(match.output.1)
      guard name.hasPrefix("_"), let before = names.last else {
        names.append(name)
        continue
      }
      // `latency_p50_ms`, `_p90_ms`: the end takes the place of as many words.
      let count = name.split(separator: "_").count
      names.append(before.split(separator: "_").dropLast(count).joined(separator: "_") + name)
    }
    return names.map(general)
  }

  /// `fsc_tilts_0` as `fsc_tilts_k`.
  private static func general(_ name: String) -> String {
    name.replacing(/_(?:[0-9]+|N|A|-.*)$/, with: "_k").replacing(/^\^|_\[0-9\]\+\$$/) {
      $0.output == "^" ? "" : "_k"
    }
  }

  private static func schema(_ name: String) throws -> [String: Any] {
    let text = try #require(Repository.text(of: "Docs/Reference/schema/\(name).json"), "\(name)")
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// The names of an object's properties, patterns among them.
  private static func keys(_ schema: Any?) -> Set<String> {
    let object = schema as? [String: Any]
    let plain = (object?["properties"] as? [String: Any])?.keys.map { $0 } ?? []
    let patterns = (object?["patternProperties"] as? [String: Any])?.keys.map { $0 } ?? []
    return Set((plain + patterns).map(general))
  }

  private static func inside(_ schema: Any?, _ path: String...) -> Any? {
    path.reduce(schema) { ($0 as? [String: Any])?[$1] }
  }

  /// The first cells of the tables below a heading.
  private static func keys(below heading: String, except: Set<String> = ["key"]) -> Set<String> {
    Set(rows(below: heading).flatMap { $0.first.map { names(in: $0) } ?? [] }).subtracting(except)
  }

  @Test func theStreamsKeysAreThoseOfTheTables() throws {
    let headings = [
      "start": "`start`:", "frame": "`frame`:", "stop": "`stop` and `abort`:",
      "abort": "`stop` and `abort`:", "rec": "`rec`, port",
    ]
    for (name, heading) in headings {
      let told = Self.keys(below: heading)
      let keys = Self.keys(try Self.schema(name))
      #expect(told.count > 2 && keys == told, "\(name): \(keys.symmetricDifference(told))")
    }
  }

  @Test func thePreviewsKeysAreThoseOfTheTables() throws {
    let rows = Self.rows(below: "The JSON of every preview")
    let split = try #require(rows.firstIndex { $0.first?.hasPrefix("key of an array") == true })
    let header = Set(rows[..<split].flatMap { Self.names(in: $0[0]) })
    let array = Set(rows[split...].flatMap { Self.names(in: $0[0]) })
    for topic in PreviewTopic.allCases {
      let schema = try Self.schema("preview-\(topic.rawValue)")
      #expect(Self.keys(schema) == header, "\(topic.rawValue)")
      for each in try Self.arrays(of: topic) {
        #expect(Self.keys(each).isSubset(of: array) && Self.keys(each).count >= 6)
      }
    }
  }

  @Test func thePreviewsArraysAreThoseOfTheTable() throws {
    var told: [String: Set<String>] = [:]
    var topic = ""
    for row in Self.rows(below: "What each topic carries") where row.count >= 5 {
      // Rows that go on with a topic have an empty first cell.
      if let name = Self.names(in: row[0]).first { topic = name }
      told[topic, default: []].formUnion(Self.names(in: row[1]))
    }
    for topic in PreviewTopic.allCases {
      let names = try Self.arrays(of: topic).compactMap { array -> String? in
        let name = Self.inside(array, "properties", "name")
        let text = Self.inside(name, "const") ?? Self.inside(name, "pattern")
        return (text as? String).map(Self.general)
      }
      #expect(Set(names) == told[topic.rawValue] ?? [], "\(topic.rawValue)")
    }
  }

  private static func arrays(of topic: PreviewTopic) throws -> [[String: Any]] {
    let items = inside(try schema("preview-\(topic.rawValue)"), "properties", "arrays", "items")
    return inside(items, "oneOf") as? [[String: Any]] ?? []
  }

  @Test func thePreviewsFiguresAndWordsAreThoseOfTheTables() throws {
    let rows = Self.rows(below: "What each topic carries")
    let scan = Self.figures(after: "What every preview of a scan has")
    let tomogram = Self.figures(after: "What every preview of a tomogram has")
    #expect(scan.count == 9 && tomogram.count == 3)
    for topic in PreviewTopic.allCases where topic != .status && topic != .event {
      let own = rows.filter { $0.count == 3 && Self.names(in: $0[0]).contains(topic.rawValue) }
      #expect(!own.isEmpty, "\(topic.rawValue)")
      var told: Set<String> = []
      var words: Set<String> = []
      for row in own {
        let parts = row[2].components(separatedBy: "`text`:")
        // Keys of the configuration and names of topics stand there, too.
        told.formUnion(
          Self.names(in: parts[0]).filter { name in
            !name.contains(":") && !(name.contains(".") && !name.contains("0.5"))
              && name != "frame_count" && PreviewTopic(rawValue: name) == nil
          }
        )
        if row[2].contains("those of a scan") { told.formUnion(scan) }
        if row[2].contains("those of a tomogram") { told.formUnion(tomogram) }
        for cell in row[1...] {
          for part in cell.components(separatedBy: "`text`:").dropFirst() {
            words.formUnion(Self.names(in: part).filter { PreviewTopic(rawValue: $0) == nil })
          }
        }
      }
      let schema = try Self.schema("preview-\(topic.rawValue)")
      let figures = Self.keys(Self.inside(schema, "properties", "quality"))
      #expect(figures == told, "\(topic.rawValue): \(figures.symmetricDifference(told))")
      let texts = Self.keys(Self.inside(schema, "properties", "text"))
      #expect(texts == words, "\(topic.rawValue): \(texts.symmetricDifference(words))")
    }
    let status = try Self.schema("preview-status")
    let figures = Self.keys(Self.inside(status, "properties", "quality"))
    let told = Self.figures(after: "**`status`**")
    #expect(figures == told, "status: \(figures.symmetricDifference(told))")
  }

  /// The first cells of the table after some words.
  private static func figures(after words: String) -> Set<String> {
    let lines = protocolText.split(separator: "\n", omittingEmptySubsequences: false)
    guard let start = lines.firstIndex(where: { $0.hasPrefix(words) }) else { return [] }
    let table = lines[start...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
    return Set(table.flatMap { names(in: String($0.split(separator: "|")[0])) })
      .subtracting(["quality"])
  }

  @Test func theKeysOfControlAreThoseOfTheTables() throws {
    let rows = Self.rows(below: "Control, port 37018")
    let request = try Self.schema("control-request")
    let choices = Self.inside(request, "oneOf") as? [[String: Any]] ?? []
    let keys = choices.reduce(into: Set<String>()) { $0.formUnion(Self.keys($1)) }
    let requests = choices.flatMap {
      Self.inside($0, "properties", "request", "enum") as? [String] ?? []
    }
    let reply = try Self.schema("control-reply")
    let answer = Self.keys(reply)
      .union(Self.keys(Self.inside(reply, "properties", "parameters", "items")))

    // Five tables one after the other; the heads of their first columns tell them apart.
    var tables: [String: Set<String>] = [:]
    var (table, asked) = ("", Set<String>())
    for row in rows {
      let isHead =
        !row[0].hasPrefix("`") || row[0] == "`request`" && row.count == 3 && row[1] == "keys"
      if isHead, row[0] != "others" {
        table = "\(row[0]) \(row.count)"
        continue
      }
      let names = Self.names(in: row[0])
      if table == "`request` 3" {
        asked.formUnion(names)
        // The keys of a request stand in its second cell.
        if row.count == 3 { tables["keys", default: []].formUnion(Self.keyNames(row[1])) }
      } else {
        tables[table, default: []].formUnion(names)
      }
    }
    #expect(Set(requests) == asked, "\(Set(requests).symmetricDifference(asked))")
    let ofTilt = tables.first { $0.key.hasPrefix("key of a tilt") }?.value ?? []
    let ofParameter = tables.first { $0.key.hasPrefix("key of a parameter") }?.value ?? []
    let toldOfRequests = (tables["keys"] ?? []).union(ofTilt).union(["request", "id"])
    #expect(keys == toldOfRequests, "\(keys.symmetricDifference(toldOfRequests))")
    let toldOfAnswers = (tables["key 3"] ?? []).union(ofParameter)
    #expect(answer == toldOfAnswers, "\(answer.symmetricDifference(toldOfAnswers))")
  }

  /// Names without those that tell how a directory is spelled, or that stand for a value.
  private static func keyNames(_ cell: String) -> [String] {
    names(in: cell).filter { $0.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil && $0 != "null" }
  }
}
