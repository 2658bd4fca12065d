// SPDX-License-Identifier: BSD-3-Clause

/// A file operation that failed, in plain words.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What could not be done: "cannot read", "cannot create the file".
  public var problem: String
  /// The file.
  public var file: String
  /// The place inside the file, where there is one.
  public var path: String?
  /// The first message of HDF5 or of the operating system, where it said anything.
  public var detail: String?

  /// Makes an error from its parts.
  public init(_ problem: String, file: String, path: String? = nil, detail: String? = nil) {
    self.problem = problem
    self.file = file
    self.path = path
    self.detail = detail
  }

  /// "file: problem at path (detail)".
  public var description: String {
    let place = path.map { " at \($0)" } ?? ""
    let reason = detail.map { " (\($0))" } ?? ""
    return "\(file): \(problem)\(place)\(reason)"
  }
}
