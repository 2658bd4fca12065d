// SPDX-License-Identifier: BSD-3-Clause

/// One thing that is wrong in a configuration, where it stands and what would be right.
public struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
  /// The line, counted from 1; nil where the whole file is meant.
  public var line: Int?
  /// The full key, such as "ptychography.beta"; nil where the file cannot be read as YAML.
  public var key: String?
  /// What is wrong and what would be right, a sentence.
  public var message: String

  /// "line 12: ptychography.beta: …".
  public var description: String {
    [line.map { "line \($0)" }, key, message].compactMap(\.self).joined(separator: ": ")
  }
}

/// Everything that is wrong in one configuration.
public struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file's path, as it was given.
  public var file: String
  /// What is wrong, from the top of the file down; never empty.
  public var problems: [ConfigurationProblem]

  /// Makes an error of everything that was found.
  public init(file: String, problems: [ConfigurationProblem]) {
    self.file = file
    self.problems = problems
  }

  /// One line for each problem: "file:line: key: what is wrong and what would be right".
  public var description: String {
    problems.map { problem in
      let place = problem.line.map { "\(file):\($0)" } ?? file
      return [place, problem.key, problem.message].compactMap(\.self).joined(separator: ": ")
    }
    .joined(separator: "\n")
  }
}
