// SPDX-License-Identifier: BSD-3-Clause

/// What a command says of itself, in the form of the argument parser's `--experimental-dump-help`.
struct ManualCommandInfo: Decodable {
  /// The whole.
  struct Tool: Decodable {
    var command: ManualCommandInfo
  }

  /// An argument, option or flag.
  struct Argument: Decodable {
    /// A name of it.
    struct Name: Decodable {
      var kind: String
      var name: String

      /// "--name" or "-n".
      var spelled: String { (kind == "long" ? "--" : "-") + name }
    }

    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
    var discussion: String?

    /// How it stands in a command line.
    var usage: String {
      let value = "\\fI\(Roff.text(valueName ?? "value"))\\fR" + (isRepeating ? " ..." : "")
      return isOptional ? "[\(value)]" : value
    }

    /// How it stands over its meaning.
    var heading: String {
      guard kind != "positional" else { return usage }
      let spelled = (names ?? []).map { "\\fB\(Roff.option($0.spelled))\\fR" }.joined(
        separator: ", "
      )
      return kind == "flag" ? spelled : "\(spelled) \\fI\(Roff.text(valueName ?? "value"))\\fR"
    }

    /// Its meaning, the values that it may have and the one that it has.
    var words: String {
      var words = [abstract ?? "", discussion ?? ""].filter { !$0.isEmpty }.joined(
        separator: "\n\n"
      )
      if let allValues, !allValues.isEmpty {
        words += " Values: \(allValues.joined(separator: ", "))."
      }
      if let defaultValue, kind != "flag" { words += " Default: \(defaultValue)." }
      return words
    }
  }

  var commandName: String
  var shouldDisplay: Bool?
  var abstract: String?
  var discussion: String?
  var subcommands: [ManualCommandInfo]?
  var arguments: [Argument]?

  /// The commands below it that are for people.
  var shownCommands: [ManualCommandInfo] {
    (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
  }

  /// The arguments that are its own.
  var shownArguments: [Argument] {
    (arguments ?? []).filter { argument in
      argument.shouldDisplay
        && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
    }
  }
}
