// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import Testing

@Suite struct DocumentationTests {
  private static let documents =
    ["README.md"] + Repository.files(under: ["Docs"], suffix: ".md")

  private static let sources = Repository.files(
    under: ["Sources", "Simulator", "Tests"],
    suffix: ".swift"
  )

  @Test(arguments: documents)
  func everyRelativeLinkLeadsSomewhere(document: String) throws {
    let text = try #require(Repository.text(of: document))
    let folder = document.split(separator: "/").dropLast().joined(separator: "/")
    for link in text.matches(of: /\]\(([^)\s]+)\)/).map({ String($0.output.1) }) {
      guard !link.contains("://"), !link.hasPrefix("#"), !link.hasPrefix("mailto:") else {
        continue
      }
      let path = String(link.prefix { $0 != "#" })
      #expect(Repository.has(folder.isEmpty ? path : "\(folder)/\(path)"), "\(document): \(link)")
    }
  }

  @Test(arguments: documents)
  func everyFileNamedInCodeSpansExists(document: String) throws {
    let text = try #require(Repository.text(of: document))
    let folders = "Config|Docs|Simulator|Sources|Tests"
    for match in text.matches(of: try Regex("`((?:\(folders))/[A-Za-z0-9_./-]+)`")) {
      guard let path = match.output[1].substring else { continue }
      #expect(Repository.has(String(path)), "\(document): \(path)")
    }
  }

  @Test func sourcesStayShort() {
    for path in Self.sources {
      let lines = Repository.text(of: path)?.count { $0 == "\n" } ?? 0
      #expect(lines <= 400, "\(path) has \(lines) lines")
    }
  }

  @Test func everySourceNamesItsLicence() {
    for path in Self.sources {
      let first = Repository.text(of: path)?.prefix { $0 != "\n" }
      #expect(first == "// SPDX-License-Identifier: BSD-3-Clause", "\(path)")
    }
  }

  @Test func everyDocumentNamedInASourceExists() {
    for path in Self.sources {
      guard let text = Repository.text(of: path) else { continue }
      for match in text.matches(of: /(?:Docs|Config)\/[A-Za-z0-9_\/.-]+\.(?:md|yaml)/) {
        #expect(Repository.has(String(match.output)), "\(path): \(match.output)")
      }
    }
  }

  @Test(arguments: ["tiltfold": "Sources/tiltfold", "detector-simulator": "Simulator"])
  func everyCommandAndOptionInExamplesExists(program: String, folder: String) throws {
    let sources = Repository.files(under: [folder], suffix: ".swift")
      .compactMap(Repository.text).joined(separator: "\n")
    let commands = sources.matches(of: /commandName: "([a-z-]+)"/).map { String($0.output.1) }
    var options = ["help", "version"]
    for match in sources.matches(of: /(?s)@(?:Option|Flag)\b(.*?)\bvar (\w+)/) {
      let name = String(match.output.2).replacing(/[A-Z]/) { "-" + $0.output.lowercased() }
      options.append(name)
      if match.output.1.contains("prefixedNo") { options.append("no-" + name) }
    }
    #expect(!commands.isEmpty && options.count > 2)
    for document in Self.documents {
      let blocks = try #require(Repository.text(of: document)).components(separatedBy: "```")
      // Every other piece stands between fences.
      for (place, block) in blocks.enumerated() where !place.isMultiple(of: 2) {
        let lines = block.replacing("\\\n", with: " ").split(separator: "\n")
        for words in lines.map({ $0.split(separator: " ") })
        where words.count > 1 && words[0] == program {
          let command = String(words[1])
          #expect(commands.contains(command), "\(document): \(program) \(command)")
          for option in words where option.hasPrefix("--") {
            let name = String(option.dropFirst(2).prefix { $0 != "=" })
            #expect(options.contains(name), "\(document): \(program) \(command) --\(name)")
          }
        }
      }
    }
  }
}
